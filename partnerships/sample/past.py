"""Orders of some weeks ago, for what only time brings: deemed acceptance, an invoice that is overdue, one paid late.

No service enters the past, so rows are written with their days; the trail says when they were entered, and the database
checks them as all others.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from partnerships.enums import InvoiceKind, InvoiceLineKind
from partnerships.flow import DELIVERY, ORDER
from partnerships.models import Delivery, DeliveryLine, Invoice, InvoiceLine, OrderLine, PurchaseOrder
from partnerships.sample.trade import PLACE, Trade
from partnerships.services.amounts import amount_of
from partnerships.services.invoicing import check_ties
from partnerships.services.track_record import measure_track_record
from portal import audit
from portal.working_days import WorkingDays

PENALTY_NOTE = "Denda keterlambatan penyerahan 4 hari × 1‰ per hari"
PENALTY_PER_MILLE = 4


def ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


def delivered_before(trade: Trade, days: int, bast: str, reference: str = "") -> Delivery:
    """Handed over so many days ago and not answered, under an order placed ten days before."""
    order = _confirmed(trade, days + 10, reference)
    delivery = Delivery.objects.create(
        order=order,
        bast_number=bast,
        delivered_on=ago(days),
        answer_by=WorkingDays().after(ago(days), trade.contract.acceptance_days),
        recorded_by=trade.owner,
        recorded_at=_then(days),
    )
    DeliveryLine.objects.create(delivery=delivery, order_line=order.lines.get(), quantity=trade.quantity)
    audit.record(delivery, "deliver", by=trade.owner, payload={"delivered_on": ago(days).isoformat()})
    return delivery


def accepted_before(trade: Trade, days: int, bast: str, reference: str = "") -> Delivery:
    """Delivered, and all of it accepted five days later."""
    delivery = delivered_before(trade, days, bast, reference)
    line = delivery.lines.get()
    line.accepted, line.rejected = line.quantity, 0
    line.amount = amount_of(line.quantity, trade.line.price)
    line.save(update_fields=["accepted", "rejected", "amount"])
    DELIVERY.make("accept", delivery, by=trade.officer, answered_by=trade.officer, answered_at=_then(days - 5))
    measure_track_record(delivery.order.share.enterprise)
    return delivery


def invoiced_before(trade: Trade, delivery: Delivery, days: int, reference: str, *, penalty: bool = False) -> Invoice:
    line = delivery.lines.get()
    amount = amount_of(line.quantity, trade.line.price)
    deducted = -(amount * PENALTY_PER_MILLE // 1000) if penalty else 0
    invoice = Invoice.objects.create(
        order=delivery.order,
        sequence=1,
        kind=InvoiceKind.GOODS,
        reference=reference,
        before_tax=amount,
        total=amount + deducted,
        due_on=ago(days - trade.contract.payment_days),
        sent_by=trade.owner,
        sent_at=_then(days),
    )
    goods = {"kind": InvoiceLineKind.GOODS, "delivery_line": line, "amount": amount}
    InvoiceLine.objects.create(invoice=invoice, position=1, **goods)
    if penalty:
        taken = {"kind": InvoiceLineKind.PENALTY, "amount": deducted, "note": PENALTY_NOTE}
        InvoiceLine.objects.create(invoice=invoice, position=2, **taken)
    check_ties()
    audit.record(invoice, "send", by=trade.owner, payload={"sent_on": ago(days).isoformat(), "total": invoice.total})
    return invoice


def _confirmed(trade: Trade, days: int, reference: str) -> PurchaseOrder:
    order = PurchaseOrder.objects.create(
        partnership=trade.contract,
        share=trade.share,
        sequence=trade.contract.orders.count() + 1,
        reference=trade.number(reference),
        deliver_by=ago(days - 14),
        deliver_to=PLACE,
        placed_by=trade.officer,
        placed_at=_then(days),
    )
    amount = amount_of(trade.quantity, trade.line.price)
    OrderLine.objects.create(
        order=order, line=trade.line, quantity=trade.quantity, price=trade.line.price, amount=amount
    )
    audit.record(order, "place", by=trade.officer, payload={"placed_on": ago(days).isoformat()})
    ORDER.make("confirm", order, by=trade.owner, answered_by=trade.owner, answered_at=_then(days - 1))
    return order


def _then(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)
