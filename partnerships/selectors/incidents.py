"""Problem reports as pages show them: which ones, who acts next, and what of them the reader may do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from partnerships.enums import IncidentKind, IncidentStatus, Party
from partnerships.flow import INCIDENT
from partnerships.models import Delivery, Incident, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.models.incident import AT_THE_AUTHORITY
from portal import statuses
from portal.enums import Role
from portal.models import DatedRule, User
from portal.presentation.dates import tanggal

S = IncidentStatus
KEY = "incident_answer"
WAITING = "waiting"


@dataclass(frozen=True)
class Terms:
    """In working days."""

    answer: int
    agree: int
    remind_before: int


# Before the reference data are loaded: a report never waits without a term.
WITHOUT_RULE = Terms(answer=5, agree=5, remind_before=2)


@dataclass
class Report:
    """One incident for one reader."""

    row: Incident
    reader: User

    @cached_property
    def moves(self) -> frozenset[str]:
        """Asked on its own page alone: of a list each row would ask the database."""
        return moves_of(self.row, self.reader)

    @property
    def yours(self) -> bool:
        return _is_yours(self.row, self.reader)

    @property
    def late(self) -> bool:
        due = self.row.answer_by
        return self.row.status in (S.OPEN, S.ANSWERED) and due is not None and due < timezone.localdate()

    @property
    def note(self) -> str:
        """Who acts next, until when."""
        row = self.row
        if row.status == S.OPEN and row.answer_by:
            said = {"who": row.other_side.label, "day": tanggal(row.answer_by), "authority": row.authority.label}
            return _("%(who)s answers by %(day)s; else it goes to %(authority)s.") % said
        if row.status == S.ANSWERED and row.answer_by:
            said = {"who": row.opener.label, "day": tanggal(row.answer_by)}
            return _("%(who)s agrees or takes it further by %(day)s; else it ends.") % said
        if row.status in AT_THE_AUTHORITY:
            return _("%(authority)s reads it.") % {"authority": row.authority.label}
        return ""


def terms(on: dt.date | None = None) -> Terms:
    rule = DatedRule.objects.in_force(on or timezone.localdate()).filter(key=KEY).first()
    if rule is None:
        return WITHOUT_RULE
    given = rule.parameters
    return Terms(given["answer_working_days"], given["agree_working_days"], given["remind_working_days_before"])


def moves_of(incident: Incident, user: User) -> frozenset[str]:
    """What this person can do now, "answer" for either kind of it."""
    moves = {move.name for move in INCIDENT.open_to(user, incident)}
    if incident.status == S.ESCALATED:
        if incident.answered_at is None:
            moves.discard("settle")
        else:
            moves.discard("answer_late")
    if incident.status == S.OPEN:
        # Before the term is over only the job may, and that is after it.
        moves.discard("escalate")
    if "answer_late" in moves:
        moves = moves - {"answer_late"} | {"answer"}
    if incident.ended_at is None and user.has_perm("partnerships.add_incident_paper", incident):
        moves.add("papers")
    return frozenset(moves)


def report(incident: Incident, user: User) -> Report:
    return Report(incident, user)


def waiting_for_you(user: User) -> QuerySet[Incident]:
    """What this person's side has to do, what is due first."""
    own = Incident.objects.visible_to(user)
    if user.acts_as(Role.MINISTRY_ADMIN):
        return own.filter(status__in=AT_THE_AUTHORITY).for_page().order_by("came_at", "pk")
    side = Party.BUYER if user.acts_as(Role.OFFICER) else Party.ENTERPRISE
    awaited = Q(status=S.OPEN) & ~Q(side=side) | Q(status=S.ANSWERED, side=side)
    return own.filter(awaited).for_page().order_by("answer_by", "pk")


def listed(user: User, asked: QueryDict) -> QuerySet[Incident]:
    """By what stands in the address. An unknown value filters nothing."""
    found = waiting_for_you(user) if asked.get("status") == WAITING else Incident.objects.visible_to(user).for_page()
    if asked.get("status") in S.values:
        found = found.filter(status=asked["status"])
    if asked.get("kind") in IncidentKind.values:
        found = found.filter(kind=asked["kind"])
    if asked.get("side") in (Party.BUYER, Party.ENTERPRISE):
        found = found.filter(side=asked["side"])
    return found


def chips(user: User, asked: QueryDict) -> list[dict[str, Any]]:
    """What waits for the reader, and one filter for each state that has reports, with how many."""
    counts = dict(Incident.objects.visible_to(user).order_by().values_list("status").annotate(n=Count("pk")))
    current = asked.get("status", "")
    rows = [(_("All"), sum(counts.values()), ""), (_("Waiting for you"), waiting_for_you(user).count(), WAITING)]
    rows += [(statuses.label("Incident", state), counts[state], state) for state in S.values if state in counts]
    known = {state for _label, _count, state in rows}
    return [
        {
            "label": label,
            "count": count,
            "url": _address(asked, state),
            "current": current == state or (state == "" and current not in known),
        }
        for label, count, state in rows
    ]


def reports_of(user: User, **about: Any) -> list[Report]:
    """Of a contract, an order, … as the lookups say; what the reader sees of them."""
    return [report(each, user) for each in Incident.objects.visible_to(user).filter(**about).for_page()]


def _is_yours(incident: Incident, user: User) -> bool:
    if user.acts_as(Role.MINISTRY_ADMIN):
        return incident.status in AT_THE_AUTHORITY
    own_side = user.organisation_id == incident.opener.pk
    return (incident.status == S.ANSWERED and own_side) or (incident.status == S.OPEN and not own_side)


def _address(asked: QueryDict, state: str) -> str:
    kept = asked.copy()
    kept.pop("page", None)
    kept.pop("status", None)
    if state:
        kept["status"] = state
    return f"?{kept.urlencode()}"


def name_of(about: PurchaseOrder | Delivery | Invoice | Payment) -> str:
    return about.bast_number if isinstance(about, Delivery) else str(about)


def url_of(about: PurchaseOrder | Delivery | Invoice | Payment) -> str:
    match about:
        case Payment():
            return reverse("invoice_detail", args=[about.invoice_id])
        case Invoice():
            return reverse("invoice_detail", args=[about.pk])
        case Delivery():
            return reverse("delivery_detail", args=[about.pk])
    return reverse("order_detail", args=[about.pk])


def subject_text(incident: Incident) -> str:
    """In words, for whoever may not open it."""
    subject = incident.subject
    match subject:
        case Payment():
            return _("Payment %(name)s of the invoice %(invoice)s") % {
                "name": subject.reference,
                "invoice": subject.invoice.reference,
            }
        case Invoice():
            return _("Invoice %(number)s") % {"number": subject.reference}
        case Delivery():
            return _("Handover record %(bast)s") % {"bast": subject.bast_number}
        case PurchaseOrder():
            return _("Order %(number)s") % {"number": subject.number}
    return _("The contract as a whole")


def subject_url(incident: Incident, user: User) -> str:
    """Empty where the reader does not see it: a successor of the authority that signed."""
    subject = incident.subject
    if not type(subject)._default_manager.visible_to(user).filter(pk=subject.pk).exists():  # type: ignore[attr-defined]
        return ""
    if isinstance(subject, Partnership):
        return reverse("partnership_detail", args=[subject.pk])
    return url_of(subject)
