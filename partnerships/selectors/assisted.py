"""Who needs a companion's help today: each enterprise with its reasons, each reason with a stated weight.

Reasons are facts of today, never a guess about people: their weights are data, shown on the page, and add up to the order.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.enums import ApplicationStatus
from curation.models import Application
from portal.enums import EnterpriseStatus, Role
from portal.models import Appointment, Assignment, Consent, Document, Enterprise, Membership, User
from portal.presentation.dates import tanggal

RETURNED, APPOINTMENT, ASKED, CLOSING = "returned", "appointment", "asked", "closing"
EXPIRED, EXPIRING, RENEWED, UNTOUCHED, NO_CONSENT, CONSENT_ENDS = (
    "expired",
    "expiring",
    "renewed",
    "untouched",
    "no_consent",
    "consent_ends",
)

SOON, CLOSES_WITHIN, EXPIRES_WITHIN, UNTOUCHED_FOR, CONSENT_ENDS_WITHIN = 1, 7, 30, 14, 14
# An expired paper of long ago is no news.
EXPIRED_SINCE = 180


@dataclass(frozen=True)
class Kind:
    weight: int
    label: Any


KINDS = {
    APPOINTMENT: Kind(60, gettext_lazy("Visit today, tomorrow or missed")),
    RETURNED: Kind(50, gettext_lazy("Returned by the ministry")),
    ASKED: Kind(45, gettext_lazy("A buyer asked for changes")),
    CLOSING: Kind(40, gettext_lazy("Application not sent, programme closes within 7 days")),
    EXPIRED: Kind(30, gettext_lazy("A document has expired")),
    EXPIRING: Kind(20, gettext_lazy("A document expires within 30 days")),
    RENEWED: Kind(
        20, gettext_lazy("A renewed document is not checked, the verified one ends within 30 days or has ended")
    ),
    UNTOUCHED: Kind(15, gettext_lazy("Draft untouched for 14 days")),
    CONSENT_ENDS: Kind(10, gettext_lazy("Consent ends within 14 days")),
    NO_CONSENT: Kind(5, gettext_lazy("No consent to fill in yet")),
}


@dataclass(frozen=True)
class Reason:
    kind: str
    text: str
    due: dt.date | None = None

    @property
    def weight(self) -> int:
        return KINDS[self.kind].weight


@dataclass
class Assisted:
    enterprise: Enterprise
    reasons: list[Reason] = field(default_factory=list)
    consent: Consent | None = None
    appointment: Appointment | None = None

    @property
    def weight(self) -> int:
        return sum(reason.weight for reason in self.reasons)

    @property
    def due(self) -> dt.date | None:
        return min((reason.due for reason in self.reasons if reason.due), default=None)


def caseload(user: User, *, only: Iterable[int] | None = None) -> list[Assisted]:
    """The companion's enterprises, most pressing first: by weight, then by the nearest day, then by name."""
    enterprises = Enterprise.objects.visible_to(user).exclude(
        status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED]
    )
    if only is not None:
        enterprises = enterprises.filter(pk__in=only)
    rows = {each.pk: Assisted(each) for each in enterprises.select_related("organisation", "village")}
    today = timezone.localdate()
    for find in (_appointments, _states, _applications, _papers, _renewals, _consents):
        for key, reason in find(user, rows, today):
            rows[key].reasons.append(reason)
    for row in rows.values():
        row.reasons.sort(key=lambda reason: (-reason.weight, reason.due or dt.date.max))
    return sorted(
        rows.values(), key=lambda row: (-row.weight, row.due or dt.date.max, str(row.enterprise), row.enterprise.pk)
    )


Found = Iterable[tuple[int, Reason]]


def _appointments(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    planned = Appointment.objects.visible_to(user).open().filter(enterprise__in=rows).order_by("on", "at")
    for each in planned:
        row = rows[each.enterprise_id]
        row.appointment = row.appointment or each
        if each.on > today + dt.timedelta(days=SOON):
            continue
        words = {"day": tanggal(each.on), "time": time_format(each.at, "TIME_FORMAT") if each.at else ""}
        if each.on < today:
            text = _("Visit planned for %(day)s: not noted yet")
        elif each.at:
            text = _("Visit planned for %(day)s, %(time)s")
        else:
            text = _("Visit planned for %(day)s")
        yield each.enterprise_id, Reason(APPOINTMENT, text % words, each.on)


def _states(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    for key, row in rows.items():
        enterprise = row.enterprise
        if enterprise.status == EnterpriseStatus.RETURNED:
            asked = " · ".join(each["reason"] for each in enterprise.return_reasons)
            yield key, Reason(RETURNED, _("The ministry asks: %(reasons)s") % {"reasons": asked})
        elif enterprise.status == EnterpriseStatus.DRAFT:
            days = (today - timezone.localdate(enterprise.updated_at)).days
            if days >= UNTOUCHED_FOR:
                yield key, Reason(UNTOUCHED, _("Draft untouched for %(n)d days") % {"n": days})


def _applications(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    waiting = Application.objects.filter(enterprise__in=rows).filter(
        Q(status=ApplicationStatus.CHANGES_REQUESTED)
        | Q(
            status=ApplicationStatus.DRAFT,
            programme__closes_at__gt=timezone.now(),
            programme__closes_at__lte=timezone.now() + dt.timedelta(days=CLOSES_WITHIN),
        )
    )
    for each in waiting.select_related("programme__buyer").order_by("pk"):
        words = {"buyer": each.programme.buyer.label, "name": each.programme.name}
        if each.status == ApplicationStatus.CHANGES_REQUESTED:
            yield each.enterprise_id, Reason(ASKED, _("%(buyer)s asks for changes: %(name)s") % words, each.answer_by)
        else:
            closes = timezone.localdate(each.programme.closes_at)
            words["day"] = tanggal(closes)
            text = _("Application to %(buyer)s not sent yet; %(name)s closes on %(day)s") % words
            yield each.enterprise_id, Reason(CLOSING, text, closes)


def _papers(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    """The last paper of each kind that nobody refused: one that was renewed is no reason."""
    papers = (
        Document.objects.filter(enterprise__in=rows, refused_at=None)
        .order_by("enterprise_id", "kind", "product_id", "-valid_until")
        .distinct("enterprise_id", "kind", "product_id")
    )
    for paper in papers:
        until = paper.valid_until
        if until is None:
            continue
        words = {"name": paper.get_kind_display(), "day": tanggal(until)}
        if today - dt.timedelta(days=EXPIRED_SINCE) <= until < today:
            yield paper.enterprise_id, Reason(EXPIRED, _("%(name)s expired on %(day)s") % words, until)
        elif today <= until <= today + dt.timedelta(days=EXPIRES_WITHIN):
            yield paper.enterprise_id, Reason(EXPIRING, _("%(name)s expires on %(day)s") % words, until)


def _renewals(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    """A companion checks them on the spot, before the verified one is gone."""
    waiting = Document.objects.filter(enterprise__in=rows).renewals_to_check(today)
    soon = waiting.filter(renewed_until__lte=today + dt.timedelta(days=EXPIRES_WITHIN))
    for paper in soon.order_by("renewed_until", "pk"):
        until = paper.renewed_until
        words = {"name": paper.get_kind_display(), "day": tanggal(until)}
        yield (
            paper.enterprise_id,
            Reason(
                RENEWED,
                _("%(name)s renewed and not checked yet; the verified one is valid until %(day)s") % words,
                until,
            ),
        )


def _consents(user: User, rows: dict[int, Assisted], today: dt.date) -> Found:
    if not user.acts_as(Role.COMPANION):
        return
    for consent in Consent.objects.held_by(user).filter(enterprise__in=rows):
        rows[consent.enterprise_id].consent = consent
    for key, row in rows.items():
        if row.consent is None:
            yield key, Reason(NO_CONSENT, _("No consent yet: you cannot fill in"))
            continue
        until = timezone.localdate(row.consent.ends_at)
        if until <= today + dt.timedelta(days=CONSENT_ENDS_WITHIN):
            yield key, Reason(CONSENT_ENDS, _("The consent ends on %(day)s") % {"day": tanggal(until)}, until)


@dataclass(frozen=True)
class Load:
    """A companion of the centre, with how many they look after."""

    companion: User
    enterprises: int


def loads(user: User) -> list[Load]:
    """Who could take one more: the centre's companions, the least busy first."""
    busy: dict[int, int] = defaultdict(int)
    counts = Assignment.objects.open().visible_to(user).order_by().values("companion").annotate(n=Count("pk"))
    busy.update({row["companion"]: row["n"] for row in counts})
    members = (
        Membership.objects.active()
        .filter(organisation=user.organisation_id, role=Role.COMPANION)
        .select_related("user")
        .order_by("user__full_name")
    )
    return sorted((Load(each.user, busy[each.user_id]) for each in members), key=lambda load: load.enterprises)


def assignments_of_centre(user: User) -> QuerySet[Assignment]:
    return (
        Assignment.objects.open()
        .visible_to(user)
        .select_related("enterprise__organisation", "enterprise__village", "companion")
        .order_by("enterprise__organisation__name", "pk")
    )
