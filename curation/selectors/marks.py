"""Marks as a buyer lists them: its own by what they need next, and those of other buyers that it could recognise."""

from __future__ import annotations

import datetime as dt

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import OPEN_APPLICATION, OPEN_TO_RECOGNITION, RenewalOutcome
from curation.enums import ApplicationStatus as A
from curation.models import Application, Curation, Programme, Renewal
from curation.models.application import ApplicationQuerySet
from curation.models.programme import ProgrammeQuerySet
from curation.models.renewal import RENEWAL_DAYS
from curation.models.review import CurationQuerySet
from portal.enums import EnterpriseStatus, Role
from portal.models import User

STATES = {
    "asked": _("Renewal asked for"),
    "ending": _("Ends soon"),
    "valid": _("Valid"),
    "ended": _("Expired"),
    "revoked": _("Revoked"),
}


def of_state(state: str) -> Q:
    today = timezone.localdate()
    return {
        "asked": Q(revoked_at=None, pk__in=Renewal.objects.open().values("curation")),
        "ending": Q(revoked_at=None, valid_until__range=(today, today + dt.timedelta(days=RENEWAL_DAYS))),
        "valid": Q(revoked_at=None, valid_until__gte=today),
        "ended": Q(revoked_at=None, valid_until__lt=today),
        "revoked": Q(revoked_at__isnull=False),
    }.get(state, Q())


def own_marks(user: User) -> CurationQuerySet:
    """What awaits a decision first, then what ends first."""
    asked = Renewal.objects.open().filter(curation=OuterRef("pk"))
    return (
        Curation.objects.managed_by(user)
        .annotate(asked=Exists(asked))
        .with_names()
        .prefetch_related("renewals")
        .order_by("-asked", "revoked_at", "valid_until", "pk")
    )


def tally(user: User) -> dict[str, int]:
    return Curation.objects.managed_by(user).aggregate(
        all=Count("pk"), **{state: Count("pk", filter=of_state(state)) for state in STATES}
    )


def found(marks: CurationQuerySet, words: str) -> CurationQuerySet:
    for word in words.split()[:5]:
        marks = marks.filter(
            Q(enterprise__organisation__name__icontains=word)
            | Q(programme__name__icontains=word)
            | Q(programme__buyer__name__icontains=word)
            | Q(programme__buyer__short_name__icontains=word)
        )
    return marks


def recognisable(user: User) -> CurationQuerySet:
    """Standing marks of other buyers, newest first; `here` where this buyer has asked on it already."""
    mine = Application.objects.filter(
        recognises=OuterRef("pk"), programme__buyer=user.organisation_id, status__in=[*OPEN_APPLICATION, A.CURATED]
    )
    return (
        Curation.objects.of_other_buyers(user)
        .valid()
        .filter(enterprise__status="verified")
        .annotate(here=Exists(mine))
        .with_names()
        .order_by("-created_at", "-pk")
    )


def asked_on(curation: Curation, user: User) -> ApplicationQuerySet:
    """What this buyer asked for on the mark and nobody has sent yet."""
    return Application.objects.asked_by(user).filter(recognises=curation).select_related("programme")


def programmes_that_recognise(user: User) -> ProgrammeQuerySet:
    return (
        Programme.objects.managed_by(user)
        .filter(status__in=OPEN_TO_RECOGNITION, criteria_sets__published_at__isnull=False)
        .distinct()
        .order_by("-created_at", "-pk")
    )


def with_change(marks: CurationQuerySet) -> CurationQuerySet:
    """With `changed_at`: when it was given, last renewed, revoked, or ended by itself; so that a system asks for what is new.

    The moment it ends is the midnight after its last day, in Jakarta's day, and counts from then on.
    """
    renewed = (
        Renewal.objects.filter(curation=OuterRef("pk"), outcome=RenewalOutcome.GRANTED)
        .order_by()
        .values("curation")
        .annotate(last=Max("decided_at"))
        .values("last")
    )
    ended = Case(
        When(
            revoked_at=None,
            valid_until__lt=timezone.localdate(),
            then=Cast(ExpressionWrapper(F("valid_until") + 1, output_field=DateField()), DateTimeField()),
        ),
        default=None,
        output_field=DateTimeField(),
    )
    return marks.annotate(changed_at=Greatest("created_at", "revoked_at", Subquery(renewed), ended))


def may_call(user: User, curation: Curation) -> bool:
    """The business applied to this buyer to be called by it; nobody else, and not after the mark has gone."""
    return (
        user.acts_as(Role.OFFICER, Role.APPROVER)
        and curation.programme.buyer_id == user.organisation_id
        and curation.is_valid
        and curation.enterprise.status == EnterpriseStatus.VERIFIED
    )
