"""Orders in every state, made by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from partnerships.models import Delivery, Partnership, PurchaseOrder
from partnerships.services import delivering, ordering, receiving
from partnerships.services.receiving import Receipt
from portal.models import User
from tests.factories import partnerships as make
from tests.factories.partnerships import World


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


def delivered(order: PurchaseOrder, quantity: int, *, by: User, **fields: Any) -> Delivery:
    number = order.deliveries.count() + 1
    return delivering.record_delivery(
        order,
        {order.lines.get(): Decimal(quantity)},
        by=by,
        **{"bast_number": f"BAST-{number:03d}", "delivered_on": timezone.localdate(), **fields},
    )


def answered(delivery: Delivery, accepted: int, *, by: User, reason: str = "") -> Delivery:
    receiving.answer_delivery(delivery, {delivery.lines.get(): Receipt(Decimal(accepted), reason)}, by=by)
    return delivery


def accepted(made: World, quantity: int = 100, **fields: Any) -> Delivery:
    """A whole order, delivered and accepted at once."""
    order = confirmed(made, quantity, **fields)
    return answered(delivered(order, quantity, by=made.owner), quantity, by=made.officer)
