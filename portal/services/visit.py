"""A companion's visit: noted once, never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.models import Enterprise, User, Visit
from portal.notifications import notify_organisation


@transaction.atomic
def record_visit(
    enterprise: Enterprise,
    *,
    by: User,
    visited_on: dt.date,
    seen: Iterable[str],
    notes: str = "",
    place: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    key: uuid.UUID | None = None,
) -> Visit:
    """Note that `by` was there and what they saw. A second call with the same `key` changes nothing."""
    # Two companions bring the same kit: the second waits here and finds the first one's visit.
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    if not by.has_perm("portal.record_visit", locked):
        raise PermissionDenied
    earlier = Visit.objects.filter(key=key).first() if key else None
    if earlier is not None:
        if earlier.enterprise_id != locked.pk:
            raise ValidationError(_("This visit was noted for another business."), code="key")
        return earlier
    if visited_on > timezone.localdate():
        raise ValidationError({"visited_on": ValidationError(_("The day lies in the future"), code="future")})
    if visited_on < timezone.localdate(locked.created_at) - dt.timedelta(days=366):
        raise ValidationError(
            {"visited_on": ValidationError(_("That is more than a year before it registered here"), code="long_ago")}
        )
    visit = Visit(
        enterprise=locked,
        made_by=by,
        plut=by.organisation,
        visited_on=visited_on,
        place=place.strip(),
        latitude=latitude,
        longitude=longitude,
        seen=list(dict.fromkeys(seen)),
        notes=notes.strip(),
        **({"key": key} if key else {}),
    )
    visit.full_clean()
    visit.save()
    audit.record(
        locked,
        "visit",
        by=by,
        payload={"visit": visit.pk, "on": visited_on, "seen": visit.seen},
        personal={"place": visit.place, "notes": visit.notes} if visit.place or visit.notes else None,
    )
    notify_organisation(
        locked.organisation,
        "enterprise.visited",
        path=reverse("dossier"),
        name=locked.organisation.name,
        companion=str(by),
        plut=by.organisation.label,
    )
    return visit
