"""Orders as pages show them: what was ordered, delivered and accepted of each line, and who acts next since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.enums import DeliveryStatus as D
from partnerships.enums import InvoiceStatus, Party
from partnerships.enums import OrderStatus as P
from partnerships.models import Delivery, DeliveryLine, Invoice, Line, OrderLine, Partnership, PurchaseOrder
from partnerships.models.delivery import ANSWERED
from partnerships.models.order import COUNTED
from partnerships.selectors.invoices import Bill, interest_percent
from partnerships.selectors.signatories import parties
from portal import statuses
from portal.enums import SME_ROLES, Role
from portal.models import User
from portal.working_days import WorkingDays

NONE = Decimal(0)
STANDS = Q(ordered__order__status__in=COUNTED)


def quantity_field(line: Line | OrderLine) -> str:
    """By which forms, services and the API name a line when they speak of its quantity."""
    return f"line_{line.pk}"


def accepted_field(line: DeliveryLine) -> str:
    return f"accepted_{line.pk}"


def reason_field(line: DeliveryLine) -> str:
    return f"reason_{line.pk}"


def free_to_order(partnership: Partnership) -> dict[int, Decimal]:
    """By line: what was contracted and not yet ordered. What was refused, taken back or given up is free again."""
    found = partnership.lines.annotate(
        ordered_sum=Sum("ordered__quantity", filter=STANDS), given_up_sum=Sum("ordered__given_up", filter=STANDS)
    )
    return {line.pk: line.quantity - (line.ordered_sum or NONE) + (line.given_up_sum or NONE) for line in found}


def acceptable(line: DeliveryLine) -> Decimal:
    """How much of it fits into the order beside what other deliveries have brought."""
    others = line.order_line.deliveries.exclude(pk=line.pk).aggregate(sum=Sum("accepted"))["sum"] or NONE
    return max(NONE, min(line.quantity, line.order_line.quantity - line.order_line.given_up - others))


@dataclass(frozen=True)
class Step:
    """What somebody has to do. `since`: from when it waits; `days`: how many working days that is."""

    party: Party
    text: str
    url: str
    since: dt.date
    days: int
    due: dt.date | None = None
    order: PurchaseOrder | None = None

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < timezone.localdate()

    @property
    def waits(self) -> str:
        return ngettext("waits %(n)s working day", "waits %(n)s working days", self.days) % {"n": self.days}


@dataclass(frozen=True)
class OrderedLine:
    """One line of an order with what became of it."""

    row: OrderLine
    handed: list[DeliveryLine]

    @property
    def ordered(self) -> Decimal:
        return self.row.quantity - self.row.given_up

    @property
    def accepted(self) -> Decimal:
        return sum((each.accepted or NONE for each in self.handed), NONE)

    @property
    def rejected(self) -> Decimal:
        return sum((each.rejected or NONE for each in self.handed), NONE)

    @property
    def over(self) -> Decimal:
        return sum((each.over for each in self.handed), NONE)

    @property
    def awaiting(self) -> Decimal:
        """Handed over and not answered."""
        return sum((each.quantity for each in self.handed if each.accepted is None), NONE)

    @property
    def delivered(self) -> Decimal:
        return sum((each.quantity for each in self.handed), NONE)

    @property
    def delivered_amount(self) -> int:
        """Rupiah, without what was over the order."""
        value = (self.delivered - self.over) * self.row.price
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    @property
    def accepted_amount(self) -> int:
        return sum(each.amount or 0 for each in self.handed)

    @property
    def to_deliver(self) -> Decimal:
        """What is still to be handed over, if all that is being checked is accepted."""
        return max(NONE, self.ordered - self.accepted - self.awaiting)


@dataclass
class Order:
    """An order with its lines and deliveries, for one reader."""

    row: PurchaseOrder
    reader: User | None
    calendar: WorkingDays
    lines: list[OrderedLine] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.row.deliveries.all())

    @property
    def value(self) -> int:
        """Rupiah, without what was given up of it."""
        return sum(each.row.net_amount for each in self.lines)

    @property
    def accepted_amount(self) -> int:
        return sum(each.accepted_amount for each in self.lines)

    @property
    def delivered_amount(self) -> int:
        """Rupiah of what was handed over, without what was over the order."""
        return sum(each.delivered_amount for each in self.lines)

    @property
    def awaiting(self) -> list[Delivery]:
        return [each for each in self.deliveries if each.status == D.DELIVERED]

    @property
    def invoiced_amount(self) -> int:
        """Rupiah before tax, the advance included."""
        return sum(bill.row.before_tax for bill in self.bills if bill.live)

    @property
    def paid_amount(self) -> int:
        """Rupiah with taxes and deductions: what went over the accounts."""
        return sum(bill.paid for bill in self.bills)

    @property
    def to_invoice(self) -> bool:
        return self.row.status == P.CONFIRMED and any(self._is_ready(each) for each in self.deliveries)

    @property
    def to_deliver(self) -> bool:
        return self.row.status == P.CONFIRMED and any(each.to_deliver for each in self.lines)

    @property
    def side(self) -> Party | None:
        """Which side of the order the reader is on."""
        if self.reader is None or self.reader.organisation_id is None:
            return None
        if self.reader.acts_as(Role.OFFICER, Role.APPROVER):
            return Party.BUYER
        return Party.ENTERPRISE if self.reader.acts_as(*SME_ROLES) else None

    @cached_property
    def steps(self) -> list[Step]:
        """What has to be done now, and by whom: what waits longest first."""
        found = [*self._answers(), *self._deliveries(), *self._money()]
        return sorted(found, key=lambda step: step.since)

    @property
    def yours(self) -> list[Step]:
        return [step for step in self.steps if step.party == self.side]

    @property
    def note(self) -> str:
        """Of the first step: who acts next, and for how many working days that has waited."""
        if not self.steps:
            return ""
        first = self.steps[0]
        who = self.row.partnership.buyer.label if first.party == Party.BUYER else self.row.share.name
        return _("%(who)s: %(what)s, %(waits)s.") % {"who": who, "what": first.text, "waits": first.waits}

    def _answers(self) -> Iterable[Step]:
        row, page = self.row, reverse("order_detail", args=[self.row.pk])
        if row.status == P.PLACED:
            yield self._step(Party.ENTERPRISE, _("confirm the order"), page, row.placed_at)
        if row.rest_asked_by_id is not None and row.rest_asked_at is not None:
            asked = Party.ENTERPRISE if row.rest_asked_by_id == row.partnership.buyer_id else Party.BUYER
            yield self._step(asked, _("answer whether the rest is ended"), page, row.rest_asked_at)

    def _deliveries(self) -> Iterable[Step]:
        for each in self.awaiting:
            text = _("check the delivery %(bast)s") % {"bast": each.bast_number}
            url = reverse("delivery_detail", args=[each.pk])
            yield self._step(Party.BUYER, text, url, each.recorded_at, each.answer_by)
        if self.to_deliver and self.row.answered_at is not None:
            answered = [each.answered_at for each in self.deliveries if each.status in ANSWERED and each.answered_at]
            since = max([self.row.answered_at, *answered])
            page = reverse("order_detail", args=[self.row.pk])
            yield self._step(Party.ENTERPRISE, _("deliver what was ordered"), page, since, self.row.deliver_by)

    def _money(self) -> Iterable[Step]:
        page = reverse("order_detail", args=[self.row.pk])
        if self.to_invoice:
            ready = [each.answered_at for each in self.deliveries if each.answered_at and self._is_ready(each)]
            yield self._step(Party.ENTERPRISE, _("send the invoice for what was accepted"), page, min(ready))
        for bill in self.bills:
            url = reverse("invoice_detail", args=[bill.row.pk])
            if bill.row.status == InvoiceStatus.SENT and bill.open > sum(each.amount for each in bill.disputed):
                text = _("pay the invoice %(number)s") % {"number": bill.row.reference}
                yield self._step(Party.BUYER, text, url, bill.row.sent_at, bill.row.due_on)
            for each in bill.unconfirmed:
                text = _("confirm the payment %(reference)s") % {"reference": each.reference}
                yield self._step(Party.ENTERPRISE, text, url, each.recorded_at)
            for each in bill.disputed:
                text = _("clear the disputed payment %(reference)s") % {"reference": each.reference}
                yield self._step(Party.BUYER, text, url, each.answered_at or each.recorded_at)

    def _is_ready(self, delivery: Delivery) -> bool:
        """Something of it was accepted, and stands in no invoice."""
        return any(
            each.delivery_id == delivery.pk and each.accepted and each.pk not in self._invoiced
            for line in self.lines
            for each in line.handed
        )

    @cached_property
    def _invoiced(self) -> set[int | None]:
        return {line.delivery_line_id for bill in self.bills if bill.live for line in bill.lines}

    def _step(self, party: Party, text: str, url: str, since: dt.datetime, due: dt.date | None = None) -> Step:
        day = timezone.localdate(since)
        return Step(party, text, url, day, self.calendar.between(day, timezone.localdate()), due, self.row)


def with_everything(orders: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """All that `order` looks at, in a fixed number of queries."""
    handed = DeliveryLine.objects.exclude(delivery__status=D.WITHDRAWN).order_by("delivery__delivered_on", "pk")
    return orders.select_related(
        "partnership__buyer", "share__party", "share__enterprise__organisation", "rest_asked_by"
    ).prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("line")),
        Prefetch("lines__deliveries", handed),
        "deliveries",
        Prefetch("invoices", Invoice.objects.prefetch_related("payments", "lines")),
    )


def order(row: PurchaseOrder, reader: User | None) -> Order:
    return orders([row], reader)[0]


def orders(rows: Iterable[PurchaseOrder], reader: User | None) -> list[Order]:
    calendar, percent = WorkingDays(), interest_percent(timezone.localdate())
    return [
        Order(
            row,
            reader,
            calendar,
            [OrderedLine(each, list(each.deliveries.all())) for each in row.lines.all()],
            [Bill(each, percent) for each in row.invoices.all()],
        )
        for row in rows
    ]


def own_orders(user: User, status: str = "", words: str = "") -> QuerySet[PurchaseOrder]:
    found = with_everything(PurchaseOrder.objects.visible_to(user))
    found = found.filter(of_number(words)) if words else found
    return found.filter(status=status) if status in P.values else found


def of_number(words: str) -> Q:
    """By any number that either side's books have: of the order, the handover, the receipt, the invoice or the transfer."""
    name = words.strip()
    own = Q(reference__iexact=name)
    contract, _slash, sequence = name.upper().partition("/PO-")
    if sequence.isascii() and sequence.isdigit() and len(sequence) < 5:
        own |= Q(partnership__in=Partnership.objects.numbered(contract), sequence=int(sequence))
    for model, lookup in (
        (Delivery, Q(bast_number__iexact=name) | Q(receipt_reference__iexact=name)),
        (Invoice, Q(reference__iexact=name) | Q(payments__reference__iexact=name)),
    ):
        own |= Q(pk__in=model.objects.filter(lookup).values("order"))
    return own


def order_chips(user: User, current: str) -> list[dict[str, Any]]:
    """One filter for each state that has orders, with how many."""
    rows = PurchaseOrder.objects.visible_to(user).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    chips = [{"label": _("All"), "count": sum(counts.values()), "url": "?", "current": current not in P.values}]
    chips += [
        {
            "label": statuses.label("PurchaseOrder", state),
            "count": counts[state],
            "url": f"?status={state}",
            "current": current == state,
        }
        for state in P.values
        if state in counts
    ]
    return chips


def suppliers(partnership: Partnership) -> list[tuple[Any, list[Line]]]:
    """Each enterprise of a contract with its lines, the leader first."""
    lines = list(partnership.lines.all())
    return [
        (share, [line for line in lines if line.enterprise_id == share.enterprise_id])
        for share in Partnership.objects.prefetch_related(parties()).get(pk=partnership.pk).shares.all()
    ]


def delivery_with_lines(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.select_related(
        "order__partnership__buyer", "order__share__party", "order__share__enterprise__organisation", "answered_by"
    ).prefetch_related(
        Prefetch("lines", DeliveryLine.objects.select_related("order_line__line")), "papers__organisation"
    )
