"""Money under an order: what can be invoiced, what was, what is paid, since when it waits, and what that would cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from partnerships.enums import DeliveryStatus as D
from partnerships.enums import InvoiceKind, InvoiceStatus
from partnerships.enums import InvoiceLineKind as K
from partnerships.enums import PaymentStatus as Y
from partnerships.models import DeliveryLine, Invoice, InvoiceLine, Partnership, Payment, PurchaseOrder
from partnerships.models.invoice import LIVE
from portal.models import DatedRule
from portal.rules.lookup import cited

# Of an order's value, where the contract has the clause of advances: what that clause says.
ADVANCE_PERCENT = 30
ADVANCE_CLAUSE = "uang_muka"
DAYS_A_YEAR = 365
# What the buyer has paid as far as anybody says otherwise.
PAID = (Y.RECORDED, Y.CONFIRMED)


@dataclass(frozen=True)
class Money:
    """Of one order, in rupiah before tax. `value`: without what was given up."""

    value: int
    advance_agreed: int
    advance: int
    settled: int
    goods: int

    @property
    def advance_open(self) -> int:
        """What of the agreed advance can still be invoiced: not after the goods it was meant for."""
        return max(0, min(self.advance_agreed - self.advance, self.value - self.goods - (self.advance - self.settled)))

    def to_settle(self, goods: int) -> int:
        """How much of the advance an invoice of so much goods settles: in proportion to the order, all of it with the last."""
        share = min(Decimal(1), Decimal(self.goods + goods) / self.value) if self.value else Decimal(1)
        target = int((self.advance * share).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        return max(0, min(target - self.settled, goods))


def money_of(order: PurchaseOrder) -> Money:
    lines = InvoiceLine.objects.filter(invoice__order=order, invoice__status__in=LIVE)
    sums = lines.aggregate(
        advance=Sum("amount", filter=Q(kind=K.ADVANCE)),
        settled=Sum("amount", filter=Q(kind=K.SETTLEMENT)),
        goods=Sum("amount", filter=Q(kind=K.GOODS)),
    )
    value = sum(line.net_amount for line in order.lines.all())
    return Money(value, order.advance, sums["advance"] or 0, -(sums["settled"] or 0), sums["goods"] or 0)


def may_have_advance(partnership: Partnership) -> bool:
    return partnership.clauses.filter(clause__code=ADVANCE_CLAUSE).exists()


def invoiceable(order: PurchaseOrder) -> list[DeliveryLine]:
    """What was accepted and stands in no invoice."""
    invoiced = InvoiceLine.objects.filter(invoice__order=order, invoice__status__in=LIVE, kind=K.GOODS)
    found = DeliveryLine.objects.filter(delivery__order=order, accepted__gt=0)
    found = found.exclude(delivery__status__in=[D.DELIVERED, D.WITHDRAWN])
    found = found.exclude(pk__in=invoiced.values("delivery_line"))
    return list(found.select_related("delivery", "order_line__line").order_by("delivery__delivered_on", "pk"))


def paid_of(invoice: Invoice) -> int:
    return invoice.payments.filter(status__in=PAID).aggregate(sum=Sum("amount"))["sum"] or 0


def open_of(invoice: Invoice) -> int:
    """What can still be recorded: a disputed payment holds its place until it is answered."""
    held = invoice.payments.exclude(status=Y.WITHDRAWN).aggregate(sum=Sum("amount"))["sum"] or 0
    return invoice.total - held


def is_settled(order: PurchaseOrder) -> bool:
    if order.rest_asked_by_id is not None or order.deliveries.filter(status=D.DELIVERED).exists():
        return False
    for line in order.lines.annotate(taken=Sum("deliveries__accepted")):
        if (line.taken or 0) != line.quantity - line.given_up:
            return False
    money = money_of(order)
    return (
        money.advance == money.settled
        and not invoiceable(order)
        and not order.invoices.filter(status=InvoiceStatus.SENT).exists()
        and not Payment.objects.filter(invoice__order=order, status=Y.DISPUTED).exists()
    )


@dataclass(frozen=True)
class Bill:
    """An invoice with its payments, and its clock. Works on prefetched rows."""

    row: Invoice
    interest_percent: Decimal

    @property
    def payments(self) -> list[Payment]:
        return list(self.row.payments.all())

    @property
    def live(self) -> bool:
        return self.row.status in LIVE

    @property
    def paid(self) -> int:
        return sum(each.amount for each in self.payments if each.status in PAID)

    @property
    def unconfirmed(self) -> list[Payment]:
        return [each for each in self.payments if each.status == Y.RECORDED]

    @property
    def disputed(self) -> list[Payment]:
        return [each for each in self.payments if each.status == Y.DISPUTED]

    @property
    def open(self) -> int:
        """Not paid, or its payment is disputed."""
        return self.row.total - self.paid if self.live else 0

    @property
    def days_late(self) -> int:
        """Calendar days past its last day: until today while anything is open, else until the last payment."""
        if not self.live:
            return 0
        until = timezone.localdate() if self.open else max((each.paid_on for each in self._counted), default=None)
        return max(0, (until - self.row.due_on).days) if until else 0

    @property
    def interest(self) -> int:
        """What the law would grant for the delay: shown, never charged. Rupiah."""
        owed = [(each.amount, each.paid_on) for each in self._counted]
        owed += [(self.open, timezone.localdate())] if self.open else []
        days = sum(Decimal(amount) * max(0, (day - self.row.due_on).days) for amount, day in owed)
        return int((days * self.interest_percent / 100 / DAYS_A_YEAR).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    @property
    def lines(self) -> list[InvoiceLine]:
        return list(self.row.lines.all())

    @property
    def is_advance(self) -> bool:
        return self.row.kind == InvoiceKind.ADVANCE

    @property
    def _counted(self) -> list[Payment]:
        return [each for each in self.payments if each.status in PAID] if self.live else []


def with_payments(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return invoices.select_related(
        "order__partnership__buyer", "order__share__party", "order__share__enterprise__organisation"
    ).prefetch_related(
        "payments",
        Prefetch(
            "lines", InvoiceLine.objects.select_related("delivery_line__order_line__line", "delivery_line__delivery")
        ),
    )


def bills(rows: Iterable[Invoice]) -> list[Bill]:
    percent = interest_percent(timezone.localdate())
    return [Bill(row, percent) for row in rows]


def bill(row: Invoice) -> Bill:
    return bills([row])[0]


def interest_percent(on: dt.date) -> Decimal:
    return Decimal(str(_rule("late_interest", on).get("percent_a_year", 0)))


def interest_source(on: dt.date) -> str:
    found = DatedRule.objects.in_force(on).filter(key="late_interest").first()
    return cited(found) if found else ""


def ppn_rule(on: dt.date) -> tuple[Decimal, int, int]:
    """Rate in per cent, and of which part of the price: numerator and denominator."""
    rule = _rule("ppn", on)
    return Decimal(str(rule.get("percent", 11))), rule.get("numerator", 1), rule.get("denominator", 1)


def pph_rates(on: dt.date) -> dict[str, Decimal]:
    """Per cent by code."""
    return {code: Decimal(str(percent)) for code, percent in _rule("pph", on).items()}


def _rule(key: str, on: dt.date) -> dict[str, Any]:
    return DatedRule.objects.in_force(on).filter(key=key).values_list("parameters", flat=True).first() or {}
