"""When an order is done: all that was ordered is accepted or given up, invoiced and paid, and nothing is in dispute."""

from __future__ import annotations

from partnerships.enums import OrderStatus
from partnerships.flow import ORDER
from partnerships.models import PurchaseOrder
from partnerships.selectors.invoices import is_settled
from partnerships.services import telling


def settle_if_done(order: PurchaseOrder) -> None:
    """With the step that leaves nothing open; and back, when a payment turns out not to have come. Call with the order held."""
    current = PurchaseOrder.objects.get(pk=order.pk)
    done = is_settled(current)
    if current.status == OrderStatus.CONFIRMED and done:
        ORDER.make("settle", order, by=None)
        for tell in (telling.tell_buyer, telling.tell_supplier):
            tell(order, "order.settled")
    elif current.status == OrderStatus.SETTLED and not done:
        ORDER.make("reopen", order, by=None)
