"""Orders in every state, made by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from partnerships.models import Delivery, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.selectors.library import current_clauses
from partnerships.services import delivering, drafting, invoicing, ordering, paying, receiving
from partnerships.services.drafting import ClauseInput
from partnerships.services.invoicing import Deductions, Papers
from partnerships.services.receiving import Receipt
from portal.models import User
from tests.factories import partnerships as make
from tests.factories.partnerships import World


def with_advances(made: World, **terms: Any) -> Partnership:
    """A contract in force whose text has the library's clause on advances."""
    contract = make.draft(made, **terms)
    clauses = [each for each in current_clauses() if each.required or each.code == "uang_muka"]
    drafting.set_clauses(contract, [ClauseInput(c.title_id, c.body_id, c) for c in clauses], by=made.officer)
    return make.signed_by_all(contract, made)


def placed(made: World, quantity: int = 100, *, partnership: Partnership | None = None, **fields: Any) -> PurchaseOrder:
    """Of the first line. The contract's price is Rp40.000 per kilogram."""
    contract = partnership or make.active(made)
    share = contract.shares.get(leads=True)
    line = contract.lines.get(enterprise=share.enterprise)
    return ordering.place_order(
        contract,
        share,
        {line: Decimal(quantity)},
        by=made.officer,
        **{
            "deliver_by": contract.starts_on + dt.timedelta(days=10),
            "deliver_to": "Gudang Klaten, Jl. Merdeka 1",
            **fields,
        },
    )


def confirmed(made: World, quantity: int = 100, **fields: Any) -> PurchaseOrder:
    order = placed(made, quantity, **fields)
    ordering.confirm_order(order, by=made.owner)
    return order


def delivered(order: PurchaseOrder, quantity: int | Decimal, *, by: User, **fields: Any) -> Delivery:
    number = order.deliveries.count() + 1
    return delivering.record_delivery(
        order,
        {order.lines.get(): Decimal(quantity)},
        by=by,
        **{"bast_number": f"BAST-{number:03d}", "delivered_on": timezone.localdate(), **fields},
    )


def answered(delivery: Delivery, accepted: int | Decimal, *, by: User, reason: str = "") -> Delivery:
    receiving.answer_delivery(delivery, {delivery.lines.get(): Receipt(Decimal(accepted), reason)}, by=by)
    return delivery


def accepted(made: World, quantity: int = 100, **fields: Any) -> Delivery:
    """A whole order, delivered and accepted at once."""
    order = confirmed(made, quantity, **fields)
    return answered(delivered(order, quantity, by=made.owner), quantity, by=made.officer)


def invoiced(delivery: Delivery, *, by: User, reference: str = "INV/1", note: str = "", **deductions: Any) -> Invoice:
    return invoicing.send_invoice(
        delivery.order,
        [delivery],
        by=by,
        papers=Papers(reference, note=note),
        deductions=Deductions(**deductions),
    )


def advance_invoiced(order: PurchaseOrder, amount: int, *, by: User, reference: str = "UM/1") -> Invoice:
    return invoicing.send_advance_invoice(order, amount, by=by, papers=Papers(reference), deductions=Deductions())


def paid(invoice: Invoice, amount: int | None = None, *, by: User, reference: str = "TRX-1", **fields: Any) -> Payment:
    return paying.record_payment(
        invoice,
        amount=invoice.total if amount is None else amount,
        by=by,
        reference=reference,
        **{"paid_on": timezone.localdate(), **fields},
    )
