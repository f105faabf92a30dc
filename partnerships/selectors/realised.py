"""What of a partnership anybody may read besides its text: what both sides stand to. The public page and OCDS draw on this alone.

An order counts once the enterprise confirmed it, a delivery once something of it was accepted, a payment once the enterprise
said that it came: none of these is ever taken back. What is still between the two sides stays there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from partnerships.enums import InvoiceStatus, PaymentStatus
from partnerships.enums import OrderStatus as P
from partnerships.models import Delivery, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.models.delivery import ANSWERED
from partnerships.models.invoice import LIVE
from partnerships.selectors.ledger import Level, percent_of
from partnerships.selectors.orders import Order, orders, with_everything

CONFIRMED = (P.CONFIRMED, P.SETTLED)


def realised_orders(partnership: Partnership) -> list[Order]:
    rows: QuerySet[PurchaseOrder] = partnership.orders.filter(status__in=CONFIRMED).order_by("sequence")
    return orders(with_everything(rows), None)


def accepted_deliveries(order: Order) -> Iterator[tuple[Delivery, int]]:
    """Each with the rupiah that were accepted of it, before tax."""
    for delivery in order.deliveries:
        handed = [each for line in order.lines for each in line.handed if each.delivery_id == delivery.pk]
        if delivery.status in ANSWERED and any(each.accepted for each in handed):
            yield delivery, sum(each.amount or 0 for each in handed)


def confirmed_payments(order: Order) -> list[Payment]:
    found = [each for bill in order.bills for each in bill.payments if each.status == PaymentStatus.CONFIRMED]
    return sorted(found, key=lambda each: (each.paid_on, each.pk))


def is_paid(invoice: Invoice, payments: list[Payment]) -> bool:
    """All of it, and the enterprise says so."""
    confirmed = sum(each.amount for each in payments if each.status == PaymentStatus.CONFIRMED)
    return invoice.status == InvoiceStatus.PAID and confirmed >= invoice.total


def invoices_to_show(order: Order) -> list[Invoice]:
    """Those that were paid, and those whose day passed unpaid."""
    rows = [bill.row for bill in order.bills if is_paid(bill.row, bill.payments) or bill.row.late_told_at]
    return sorted(rows, key=lambda each: each.sequence)


def is_owed(invoice: Invoice) -> bool:
    return invoice.status in LIVE


@dataclass(frozen=True)
class Realised:
    """Rupiah before tax, but for `paid`, which holds what went over the accounts."""

    pledged: int
    ordered: int
    accepted: int
    paid: int

    @property
    def levels(self) -> list[Level]:
        sums = (
            ("pledged", _("Pledged in the contract"), self.pledged),
            ("ordered", _("Ordered, and confirmed by the enterprise"), self.ordered),
            ("accepted", _("Accepted by the buyer"), self.accepted),
            ("paid", _("Paid, and confirmed by the enterprise"), self.paid),
        )
        return [Level(name, label, amount, percent_of(amount, self.pledged)) for name, label, amount in sums]


def realised(partnership: Partnership) -> Realised:
    found = realised_orders(partnership)
    return Realised(
        pledged=partnership.value,
        ordered=sum(order.value for order in found),
        accepted=sum(amount for order in found for _delivery, amount in accepted_deliveries(order)),
        paid=sum(payment.amount for order in found for payment in confirmed_payments(order)),
    )
