"""A partnership in money: what was pledged, ordered, delivered, accepted, invoiced and paid, and who confirms its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from partnerships.enums import OrderStatus as P
from partnerships.enums import PartnershipStatus, PaymentStatus
from partnerships.models import Partnership, PurchaseOrder
from partnerships.models.order import COUNTED, UNDER_WAY
from partnerships.selectors.orders import Order, Step, orders, with_everything
from portal.enums import SME_ROLES
from portal.models import Organisation, User

# Of the oldest orders under way so many are looked at for what waits.
MOST_ORDERS = 100


@dataclass(frozen=True)
class Level:
    """`percent`: of what was pledged."""

    name: str
    label: str
    amount: int
    percent: Decimal


@dataclass(frozen=True)
class Ledger:
    """In rupiah before tax, but for `paid`, which holds what went over the accounts. Of an enterprise's own part for itself."""

    pledged: int
    orders: list[Order]

    @property
    def levels(self) -> list[Level]:
        counted = [order for order in self.orders if order.row.status in COUNTED]
        sums = (
            ("pledged", _("Pledged in the contract"), self.pledged),
            ("ordered", _("Ordered"), sum(order.value for order in counted)),
            ("delivered", _("Delivered"), sum(order.delivered_amount for order in counted)),
            ("accepted", _("Accepted"), sum(order.accepted_amount for order in counted)),
            ("invoiced", _("Invoiced"), sum(order.invoiced_amount for order in counted)),
            ("paid", _("Paid"), sum(order.paid_amount for order in counted)),
        )
        return [Level(name, label, amount, self._percent(amount)) for name, label, amount in sums]

    @property
    def steps(self) -> list[Step]:
        """Of all orders, what waits longest first."""
        return sorted((step for order in self.orders for step in order.steps), key=lambda step: step.since)

    def _percent(self, amount: int) -> Decimal:
        return percent_of(amount, self.pledged)


def percent_of(amount: int, pledged: int) -> Decimal:
    if not pledged:
        return Decimal(0)
    return (Decimal(amount) * 100 / pledged).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def ledger_of(partnership: Partnership, reader: User) -> Ledger:
    rows = with_everything(PurchaseOrder.objects.visible_to(reader).filter(partnership=partnership))
    pledged = partnership.value
    if reader.acts_as(*SME_ROLES):
        own = partnership.lines.filter(enterprise__organisation=reader.organisation_id)
        pledged = sum(own.values_list("amount", flat=True))
    return Ledger(pledged, orders(rows, reader))


def waiting_for(user: User) -> list[Step]:
    """What this person's side has to do under all its orders: what is due first, then what waits longest."""
    unconfirmed = Q(invoices__payments__status__in=[PaymentStatus.RECORDED, PaymentStatus.DISPUTED])
    open_now = PurchaseOrder.objects.visible_to(user).filter(
        Q(status__in=UNDER_WAY) | Q(status=P.SETTLED) & unconfirmed
    )
    oldest = PurchaseOrder.objects.filter(pk__in=open_now.values("pk")).order_by("placed_at", "pk")[:MOST_ORDERS]
    steps = [step for order in orders(with_everything(oldest), user) for step in order.yours]
    return sorted(steps, key=lambda step: (step.due or step.since, step.since))


def sides_to_confirm(partnership: Partnership) -> list[Organisation]:
    """Who has not yet said that everything is done, the buyer first."""
    given = set(partnership.completion_consents.values_list("organisation", flat=True))
    sides = [partnership.buyer, *(share.enterprise.organisation for share in _shares(partnership))]
    return [side for side in sides if side.pk not in given]


def may_confirm_completion(user: User, partnership: Partnership) -> bool:
    """Also an enterprise that nothing was ordered from: asked are all orders, and not only those it sees."""
    return (
        partnership.status == PartnershipStatus.ACTIVE
        and partnership.orders.exists()
        and not partnership.orders.under_way().exists()
        and user.has_perm("partnerships.end_partnership", partnership)
        and any(side.pk == user.organisation_id for side in sides_to_confirm(partnership))
    )


def _shares(partnership: Partnership) -> Iterable[Any]:
    return partnership.shares.select_related("enterprise__organisation")
