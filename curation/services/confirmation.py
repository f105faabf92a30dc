"""Needs are confirmed from time to time: asked of their officers, asked again, then out of the public lists until somebody says
that they still stand. Programmes and applications about them go on. Safe to run twice, also at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Need
from curation.models.need import NeedQuerySet
from portal import audit
from portal.enums import Role
from portal.flow import MoveNotAllowed, permit
from portal.jobs import enqueue
from portal.models import User
from portal.models.confirmation import confirmed_now
from portal.notifications import day as as_day
from portal.notifications import notify_organisation
from portal.rules.confirmation import NEEDS, Step, Terms, terms_of
from portal.services.confirmation import advance

CONFIRM_JOB = "curation.need_confirmation"


@transaction.atomic
def confirm_need(need: Need, *, by: User) -> None:
    """It still stands; suppliers find it. Twice changes nothing but the day."""
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    permit(by, "curation.manage_need", locked)
    if not Need.objects.standing().filter(pk=need.pk).exists():
        raise MoveNotAllowed(
            _("Only a published need that is not over is confirmed."), move="confirm", status="", code="need_closed"
        )
    was_out = locked.unconfirmed_since is not None
    for name, value in confirmed_now().items():
        setattr(locked, name, value)
        setattr(need, name, value)
    locked.save(update_fields=list(confirmed_now()))
    audit.record(locked, "confirm", by=by, payload={"was_out": was_out})


def queue_need_confirmations(day: dt.date | None = None) -> int:
    """A job for each need that is asked about, asked about again, or paused today; how many. Safe to run twice."""
    today = day or timezone.localdate()
    terms = terms_of(NEEDS, today)
    if terms is None:
        return 0
    due = list(due_for_confirmation(terms, today).order_by("pk").values_list("pk", flat=True))
    for key in due:
        enqueue(CONFIRM_JOB, str(key), payload={"need": key})
    return len(due)


def due_for_confirmation(terms: Terms, day: dt.date) -> NeedQuerySet:
    counted = Coalesce("confirmed_at", "published_at")
    ripe = Q(counted__date__lte=terms.asked_when_from(day))
    found = Need.objects.standing().filter(unconfirmed_since=None).alias(counted=counted)
    return found.filter(Q(confirmation_asked_on__isnull=False) | ripe)


@transaction.atomic
def keep_need_confirmed(need: Need, day: dt.date | None = None) -> bool:
    """Whether something was done."""
    today = day or timezone.localdate()
    terms = terms_of(NEEDS, today)
    locked = Need.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=need.pk)
    if terms is None or not Need.objects.standing().filter(pk=need.pk).exists():
        return False
    step = advance(locked, terms, today)
    if step is Step.FALL_OUT:
        _tell(locked, "need.paused")
    elif step is not None:
        _tell(locked, "need.confirm", until=as_day(terms.out_on(locked.confirmation_asked_on or today)))
    return step is not None


def _tell(need: Need, kind: str, **params: object) -> None:
    notify_organisation(
        need.buyer,
        kind,
        path=reverse("buyer_need", args=[need.pk]),
        roles=[Role.OFFICER],
        item=need.item,
        number=need.number,
        **params,
    )
