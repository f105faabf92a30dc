"""Requests for finance as pages and the API show them: what waits for whom, the financier's queue, and one request whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import FinancingKind
from partnerships.enums import FinancingStatus as S
from partnerships.flow import FINANCING
from partnerships.models import FinancingRequest
from partnerships.models.financing import WITH_FINANCIER
from partnerships.selectors.sharing import Shown, shared_with
from portal import audit, statuses
from portal.enums import Capability, Role
from portal.models import AuditEntry, Consent, Organisation, User
from portal.models.audit import stream_of
from portal.presentation.dates import tanggal

EVENTS: dict[str, Any] = {
    "send": gettext_lazy("Sent the request"),
    "take_up": gettext_lazy("Took the request up"),
    "ask": gettext_lazy("Asked for more"),
    "answer": gettext_lazy("Answered"),
    "offer": gettext_lazy("Made an offer"),
    "accept": gettext_lazy("Accepted the offer"),
    "disburse": gettext_lazy("Recorded the payment"),
    "decline": gettext_lazy("Declined the request"),
    "withdraw": gettext_lazy("Took the request back"),
    "lapse": gettext_lazy("The request lapsed"),
}
LATE, SOON = "late", "waiting"


@dataclass(frozen=True)
class Brief:
    row: FinancingRequest
    note: str


@dataclass(frozen=True)
class Request:
    """As this reader gets it. `readable`: the consent lasts, or the reader is the enterprise itself."""

    row: FinancingRequest
    readable: bool
    consented: bool
    shared: list[Shown]
    moves: frozenset[str]
    note: str

    @property
    def purpose(self) -> str:
        return self.row.purpose if self.readable else ""

    @property
    def question(self) -> str:
        return self.row.question if self.readable else ""

    @property
    def answer(self) -> str:
        return self.row.answer if self.readable else ""

    @property
    def groups(self) -> list[tuple[str, list[Shown]]]:
        names = dict.fromkeys(each.group for each in self.shared)
        return [(name, [each for each in self.shared if each.group == name]) for name in names]


def with_names(requests: QuerySet[FinancingRequest]) -> QuerySet[FinancingRequest]:
    return requests.select_related(
        "enterprise__organisation",
        "enterprise__village",
        "financier",
        "partnership__buyer",
        "order__partnership",
        "invoice__order__partnership",
        "consent",
    )


def request_of(row: FinancingRequest, reader: User) -> Request:
    consented = Consent.objects.in_force().filter(pk=row.consent_id).exists()
    return Request(
        row=row,
        readable=consented or not reader.acts_as(Role.FINANCE_OFFICER),
        consented=consented,
        shared=shared_with(row, reader),
        moves=frozenset(move.name for move in FINANCING.open_to(reader, row)),
        note=note_of(row),
    )


def briefs(rows: Iterable[FinancingRequest]) -> list[Brief]:
    return [Brief(row, note_of(row)) for row in rows]


def note_of(row: FinancingRequest) -> str:
    """Who acts next, and by when."""
    day = tanggal(row.due_on)
    late = row.due_on is not None and row.due_on < timezone.localdate()
    if late and row.status in WITH_FINANCIER:
        return _("%(name)s was to answer by %(day)s; without an answer it lapses after %(end)s.") % {
            "name": row.financier.label,
            "day": day,
            "end": tanggal(row.lapses_on),
        }
    match row.status:
        case S.SENT | S.TAKEN_UP:
            return _("%(name)s answers by %(day)s.") % {"name": row.financier.label, "day": day}
        case S.ASKED:
            return _("%(name)s answers by %(day)s.") % {"name": row.enterprise.name, "day": day}
        case S.OFFERED:
            return _("%(name)s accepts by %(day)s, or it lapses.") % {"name": row.enterprise.name, "day": day}
        case S.ACCEPTED:
            return _("%(name)s pays out next.") % {"name": row.financier.label}
    return ""


def own_requests(user: User) -> QuerySet[FinancingRequest]:
    return with_names(FinancingRequest.objects.visible_to(user)).order_by("-sent_at", "-pk")


def waiting_requests(user: User) -> QuerySet[FinancingRequest]:
    """What is due first comes first."""
    return with_names(FinancingRequest.objects.waiting_for(user)).order_by(
        F("due_on").asc(nulls_last=True), "sent_at", "pk"
    )


def queue(user: User, *, status: str = "", kind: str = "", due: str = "") -> QuerySet[FinancingRequest]:
    """The desk's rows: those with a day first, the nearest on top. A filter that is no such thing filters nothing."""
    found = FinancingRequest.objects.visible_to(user)
    if status in S.values:
        found = found.filter(status=status)
    if kind in FinancingKind.values:
        found = found.filter(kind=kind)
    if due == LATE:
        found = found.filter(status__in=WITH_FINANCIER, due_on__lt=timezone.localdate())
    elif due == SOON:
        found = found.filter(pk__in=FinancingRequest.objects.waiting_for(user).values("pk"))
    return with_names(found).order_by(F("due_on").asc(nulls_last=True), "-sent_at", "-pk")


def chips(user: User, *, status: str = "", kind: str = "", due: str = "") -> list[dict[str, Any]]:
    """One for each state that has requests under the other filters."""
    others = "".join(f"&{name}={value}" for name, value in (("kind", kind), ("due", due)) if value)
    rows = queue(user, kind=kind, due=due).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    first = {
        "label": _("All"),
        "count": sum(counts.values()),
        "url": f"?{others.removeprefix('&')}",
        "current": status not in S.values,
    }
    return [
        first,
        *(
            {
                "label": statuses.label("FinancingRequest", state),
                "count": counts[state],
                "url": f"?status={state}{others}",
                "current": status == state,
            }
            for state in S.values
            if state in counts
        ),
    ]


def desk_counts(user: User) -> dict[str, int]:
    today = timezone.localdate()
    return (
        FinancingRequest.objects.visible_to(user)
        .order_by()
        .aggregate(
            to_answer=Count("pk", filter=Q(status__in=WITH_FINANCIER)),
            late=Count("pk", filter=Q(status__in=WITH_FINANCIER, due_on__lt=today)),
            to_pay=Count("pk", filter=Q(status=S.ACCEPTED)),
            offered=Count("pk", filter=Q(status=S.OFFERED)),
            paid_out=Count("pk", filter=Q(status=S.DISBURSED)),
        )
    )


def financiers() -> QuerySet[Organisation]:
    return (
        Organisation.objects.with_capability(Capability.FINANCIER).valid_on(timezone.localdate()).order_by("name", "pk")
    )


def trail_of_request(row: FinancingRequest) -> dict[str, Any]:
    """By organisations, not people, and without values: both sides read the same, also after a consent has ended."""
    rows = list(AuditEntry.objects.of(row).order_by("-seq"))
    names = Organisation.objects.in_bulk({each.organisation_id for each in rows if each.organisation_id})
    entries = [
        {
            "at": each.at,
            "actor": names[each.organisation_id].label if each.organisation_id in names else "",
            "event": str(EVENTS.get(each.action, each.action)),
            "hash": bytes(each.digest).hex(),
        }
        for each in rows
    ]
    return {"entries": entries, "intact": audit.first_break(stream_of(row)) is None}


def paper_link(row: FinancingRequest) -> tuple[str, str]:
    """For the enterprise alone: where what the request rests on is found, and what it is called."""
    if row.invoice is not None:
        return reverse("invoice_detail", args=[row.invoice_id]), row.invoice.number
    if row.order is not None:
        return reverse("order_detail", args=[row.order_id]), row.order.number
    return reverse("partnership_detail", args=[row.partnership_id]), row.partnership.number
