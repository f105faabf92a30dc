"""How a partnership in force ends: terminated by a side with a reason, or completed after its term."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.flow import PARTNERSHIP
from partnerships.models import Partnership, PurchaseOrder
from partnerships.services import telling
from partnerships.services.amending import lapse_amendments
from partnerships.services.capacity import release_lines
from partnerships.services.ordering import withdraw_unanswered
from partnerships.services.walls import locked
from portal.models import User

# A contract with nothing open completes by itself so long after its term.
GRACE = dt.timedelta(days=30)


@transaction.atomic
def terminate(partnership: Partnership, *, reason: str, by: User) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the partnership ends.")})
    lapse_amendments(locked(partnership))
    PARTNERSHIP.make(
        "terminate",
        partnership,
        by=by,
        payload={"organisation": by.organisation_id},
        personal={"reason": reason},
        reason=reason,
        ended_at=timezone.now(),
    )
    release_lines(partnership)
    withdraw_unanswered(partnership)
    for tell in (telling.tell_officers, telling.tell_enterprises, telling.tell_authorities):
        tell(partnership, "partnership.terminated", side=by.organisation.name)


@transaction.atomic
def complete_ended(day: dt.date | None = None) -> int:
    """Complete what ended 30 days ago or more and has no order under way. Safe to run twice; says how many."""
    day = day or timezone.localdate()
    ended = list(
        Partnership.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(status=PartnershipStatus.ACTIVE, ends_on__lte=day - GRACE)
        .exclude(orders__in=PurchaseOrder.objects.under_way())
        .select_related("buyer")
        .order_by("pk")
    )
    for partnership in ended:
        lapse_amendments(partnership)
        PARTNERSHIP.make("complete", partnership, by=None, ended_at=timezone.now())
        release_lines(partnership)
        for tell in (telling.tell_officers, telling.tell_enterprises):
            tell(partnership, "partnership.completed")
    return len(ended)
