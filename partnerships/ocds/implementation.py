"""What came of a contract: orders and deliveries as milestones, payments that came as transactions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from partnerships.enums import DeliveryStatus, PaymentStatus
from partnerships.models import Invoice, Partnership, Payment
from partnerships.ocds.parties import reference
from partnerships.ocds.values import day_begins, day_ends, moment, money
from partnerships.selectors.orders import Order
from partnerships.selectors.realised import (
    accepted_deliveries,
    confirmed_payments,
    invoices_to_show,
    is_owed,
    is_paid,
)
from portal.presentation.money import rupiah


def implementation(partnership: Partnership, orders: list[Order]) -> dict[str, Any]:
    return {
        "milestones": [each for order in orders for each in _milestones(order)],
        "transactions": [
            _transaction(partnership, order, payment) for order in orders for payment in confirmed_payments(order)
        ],
    }


def _milestones(order: Order) -> list[dict[str, Any]]:
    accepted = list(accepted_deliveries(order))
    found = [_ordered(order, [delivery.delivered_on for delivery, _amount in accepted])]
    for count, (delivery, amount) in enumerate(accepted, start=1):
        words = _("Accepted: %(amount)s before tax.") % {"amount": rupiah(amount, exact=True)}
        if delivery.status == DeliveryStatus.DEEMED_ACCEPTED:
            words += " " + _("The buyer did not answer within the agreed days, so it counts as accepted.")
        found.append(
            {
                "id": f"{_number(order)}-D{delivery.pk}",
                "title": _("Delivery %(count)s of order %(number)s") % {"count": count, "number": _number(order)},
                "type": "delivery",
                "description": words,
                "status": "met",
                "dateMet": day_begins(delivery.delivered_on),
            }
        )
    return found + [_billed(order, each) for each in invoices_to_show(order)]


def _ordered(order: Order, delivered_on: list[Any]) -> dict[str, Any]:
    whole = all(line.accepted >= line.ordered for line in order.lines)
    milestone = {
        "id": _number(order),
        "title": _("Order %(number)s") % {"number": _number(order)},
        "type": "delivery",
        "description": _("Ordered: %(amount)s before tax.") % {"amount": rupiah(order.value, exact=True)},
        "dueDate": day_ends(order.row.deliver_by),
        "status": "met" if whole else "partiallyMet" if delivered_on else "scheduled",
    }
    if whole and delivered_on:
        milestone["dateMet"] = day_begins(max(delivered_on))
    return milestone


def _billed(order: Order, invoice: Invoice) -> dict[str, Any]:
    """By the last day in time. What the buyer recorded and the enterprise did not confirm is neither met nor missed."""
    payments = list(invoice.payments.all())
    counted = [each for each in payments if each.status == PaymentStatus.CONFIRMED]
    paid = is_paid(invoice, payments)
    milestone: dict[str, Any] = {
        "id": f"{_number(order)}-INV-{invoice.sequence:02d}",
        "title": _("Payment of invoice %(count)s of order %(number)s")
        % {"count": invoice.sequence, "number": _number(order)},
        "type": "payment",
        "dueDate": day_ends(invoice.due_on),
        "status": "met" if paid else "partiallyMet" if payments else "notMet",
    }
    if paid and counted:
        milestone["dateMet"] = day_begins(max(each.paid_on for each in counted))
    if invoice.late_told_at:
        milestone["dateModified"] = moment(invoice.late_told_at)
    if not is_owed(invoice):
        milestone["description"] = _("The invoice was returned or taken back; nothing is owed on it any more.")
    return milestone


def _transaction(partnership: Partnership, order: Order, payment: Payment) -> dict[str, Any]:
    return {
        "id": f"{_number(order)}-P{payment.pk}",
        "date": day_begins(payment.paid_on),
        "value": money(payment.amount),
        "payer": reference(partnership.buyer),
        "payee": reference(order.row.share.organisation),
    }


def _number(order: Order) -> str:
    """Within the contract."""
    return f"PO-{order.row.sequence:02d}"
