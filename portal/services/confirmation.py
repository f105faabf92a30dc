"""Profiles are confirmed from time to time: asked, asked again, then out of what buyers find until somebody says it still holds.

Contracts and marks are not touched by it. Safe to run twice, also at once: what was asked stands in the row.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import SME_ROLES, EnterpriseStatus, Role
from portal.flow import permit
from portal.jobs import enqueue
from portal.models import Enterprise, User
from portal.models.confirmation import Confirmable, confirmed_now
from portal.notifications import day as as_day
from portal.notifications import notify_organisation
from portal.rules.confirmation import PROFILES, Step, Terms, due_step, terms_of

CONFIRMATION_JOB = "portal.confirmations"
RANGE = 200


@transaction.atomic
def confirm_profile(enterprise: Enterprise, *, by: User) -> None:
    """Everything is still right. Whoever fell out of the lists is in them again, as soon as search has read it."""
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    permit(by, "portal.confirm_profile", locked)
    if locked.status != EnterpriseStatus.VERIFIED:
        raise ValidationError(_("Only the profile of an active business is confirmed."), code="not_verified")
    was_out = locked.unconfirmed_since is not None
    for name, value in confirmed_now().items():
        setattr(locked, name, value)
        setattr(enterprise, name, value)
    locked.save(update_fields=list(confirmed_now()))
    audit.record(locked, "confirm", by=by, payload={"was_out": was_out})
    if by.acts_as(Role.COMPANION):
        _tell(locked, "profile.confirmed_for_you", who=str(by))


def queue_confirmations(day: dt.date | None = None) -> int:
    """Jobs for the enterprises that are asked, asked again, or fall out today; how many enterprises. Safe to run twice."""
    today = day or timezone.localdate()
    terms = terms_of(PROFILES, today)
    if terms is None:
        return 0
    due = list(due_for_confirmation(terms, today).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(due), RANGE):
        part = due[start : start + RANGE]
        enqueue(CONFIRMATION_JOB, f"{today}:{part[0]}-{part[-1]}", payload={"first": part[0], "last": part[-1]})
    return len(due)


def keep_confirmations(first: int, last: int, day: dt.date | None = None) -> int:
    """Of a range of enterprises; for how many something was done. Safe to run twice, also at once."""
    today = day or timezone.localdate()
    terms = terms_of(PROFILES, today)
    if terms is None:
        return 0
    keys = (
        due_for_confirmation(terms, today).filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_step(key, terms, today) for key in keys)


def due_for_confirmation(terms: Terms, day: dt.date) -> QuerySet[Enterprise]:
    old = Coalesce("confirmed_at", "decided_at")
    asked = Q(confirmation_asked_on__isnull=False)
    ripe = Q(counted__date__lte=terms.asked_when_from(day))
    return Enterprise.objects.verified().filter(unconfirmed_since=None).alias(counted=old).filter(asked | ripe)


def advance(subject: Confirmable, terms: Terms, day: dt.date) -> Step | None:
    """Takes the step that is due for a locked row, if any, and writes it down. Whom to tell is the caller's."""
    step = due_step(subject, terms, day)
    match step:
        case Step.ASK:
            subject.confirmation_asked_on, subject.confirmation_asked = day, 1
        case Step.REMIND:
            subject.confirmation_asked += 1
        case Step.FALL_OUT:
            subject.unconfirmed_since = timezone.now()
        case None:
            return None
    subject.save(update_fields=["confirmation_asked_on", "confirmation_asked", "unconfirmed_since"])
    audit.record(subject, f"confirmation_{step.value}", by=None, payload={"times": subject.confirmation_asked})
    return step


@transaction.atomic
def _step(key: int, terms: Terms, day: dt.date) -> bool:
    enterprise = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=key)
    step = advance(enterprise, terms, day) if enterprise.status == EnterpriseStatus.VERIFIED else None
    if step is Step.FALL_OUT:
        _tell(enterprise, "profile.unconfirmed")
    elif step is not None:
        _tell(enterprise, "profile.confirm", until=as_day(terms.out_on(enterprise.confirmation_asked_on or day)))
    return step is not None


def _tell(enterprise: Enterprise, kind: str, **params: object) -> None:
    notify_organisation(
        enterprise.organisation,
        kind,
        path=reverse("profile_confirm", args=[enterprise.pk]),
        roles=SME_ROLES,
        name=enterprise.name,
        **params,
    )
