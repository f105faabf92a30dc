"""The two sides of a contract in force, and what each of them does under it: by the services that pages call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from partnerships.models import Delivery, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.sample.needs import officer_of
from partnerships.services.completing import confirm_completion
from partnerships.services.delivering import record_delivery
from partnerships.services.invoicing import Deductions, Papers, send_invoice
from partnerships.services.ordering import confirm_order, place_order
from partnerships.services.paying import confirm_payment, record_payment
from partnerships.services.receiving import Receipt, answer_delivery
from portal.enums import Role
from portal.models import User
from portal.sample.people import acting_in

PLACE = "Gudang pusat, pintu 3; hubungi bagian penerimaan"
# Of a line of the contract, for each order.
PART = Decimal("0.05")
LEAST = Decimal(6)
DAYS_TO_DELIVER = 45


class Trade:
    """By the leader, of the first line that is its own."""

    def __init__(self, contract: Partnership) -> None:
        self.contract = contract
        self.share = contract.shares.select_related("enterprise__organisation").get(leads=True)
        self.line = contract.lines.filter(enterprise=self.share.enterprise).order_by("position")[0]
        self.officer: User = officer_of(contract.buyer.short_name)
        self.owner: User = acting_in(self.share.enterprise.organisation, Role.OWNER)
        self.deliver_by = min(contract.ends_on, timezone.localdate() + dt.timedelta(days=DAYS_TO_DELIVER))
        self.quantity = max(LEAST, Decimal(round(self.line.quantity * PART)))

    def number(self, text: str) -> str:
        """A number of the buyer's books names one thing; the same is told of many contracts."""
        return f"{text}-{self.contract.pk}" if text else ""

    def placed(self, quantity: Decimal | None = None, **fields: Any) -> PurchaseOrder:
        return place_order(
            self.contract,
            self.share,
            {self.line: quantity or self.quantity},
            by=self.officer,
            **{
                "deliver_by": self.deliver_by,
                "deliver_to": PLACE,
                **fields,
                "reference": self.number(fields.get("reference", "")),
            },
        )

    def confirmed(self, quantity: Decimal | None = None, **fields: Any) -> PurchaseOrder:
        order = self.placed(quantity, **fields)
        confirm_order(order, by=self.owner)
        return order

    def delivered(
        self, order: PurchaseOrder, quantity: Decimal, bast: str, files: Iterable[UploadedFile] = ()
    ) -> Delivery:
        handed = {order.lines.get(): quantity}
        return record_delivery(
            order, handed, by=self.owner, bast_number=bast, delivered_on=timezone.localdate(), files=files
        )

    def answered(self, delivery: Delivery, accepted: Decimal, reason: str = "") -> Delivery:
        own = delivery.order.reference
        number = f"GR-{own}-{delivery.order.deliveries.count()}" if own else ""
        receipt = Receipt(accepted, reason)
        answer_delivery(delivery, {delivery.lines.get(): receipt}, by=self.officer, reference=number)
        return delivery

    def invoiced(
        self, delivery: Delivery, reference: str, *, file: UploadedFile | None = None, **taxes: Any
    ) -> Invoice:
        papers, deductions = Papers(reference, file=file), Deductions(**taxes)
        return send_invoice(delivery.order, [delivery], by=self.owner, papers=papers, deductions=deductions)

    def paid(self, invoice: Invoice, reference: str, **fields: Any) -> Payment:
        values = {"amount": invoice.total, "paid_on": timezone.localdate(), **fields}
        return record_payment(invoice, reference=self.number(reference), by=self.officer, **values)

    def received(self, invoice: Invoice, reference: str, **fields: Any) -> Payment:
        """Paid, and the enterprise says that it came."""
        payment = self.paid(invoice, reference, **fields)
        confirm_payment(payment, by=self.owner)
        return payment


def supply_whole(contract: Partnership) -> None:
    """One order for all of it, supplied and paid."""
    trade = Trade(contract)
    order = trade.confirmed(trade.line.quantity, reference="3900044120")
    delivery = trade.delivered(order, trade.line.quantity, "001/BAST")
    invoice = trade.invoiced(trade.answered(delivery, trade.line.quantity), "INV/001")
    trade.received(invoice, "TRX-5501")


def say_done(contract: Partnership, *, also_the_enterprise: bool) -> None:
    """The buyer confirms that nothing is open; with the enterprise's word the partnership is completed."""
    confirm_completion(contract, by=acting_in(contract.buyer, Role.APPROVER))
    if also_the_enterprise:
        confirm_completion(contract, by=Trade(contract).owner)
    contract.refresh_from_db()
