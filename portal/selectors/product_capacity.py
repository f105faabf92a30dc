"""What the products on sale ask of the enterprise's own monthly capacity, in its unit. A warning at most: one machine may make
one thing or the other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from portal.enums import Unit
from portal.models import Enterprise
from portal.pricing import units_in
from portal.units import converted


@dataclass(frozen=True)
class Load:
    """`total` of the products that can be counted in the unit; `left_out`: how many can't."""

    own: Decimal
    unit: str
    total: Decimal
    counted: int
    left_out: int

    @property
    def exceeded(self) -> bool:
        return self.total > self.own

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label)


def load_of(enterprise: Enterprise) -> Load | None:
    """None while the enterprise has not said its own capacity."""
    if enterprise.monthly_capacity is None:
        return None
    own_unit = enterprise.capacity_unit
    total, counted, other_units, left_out = Decimal(0), 0, [], 0
    on_sale = enterprise.products.on_sale()
    for group in on_sale.order_by().values("unit").annotate(sum=Sum("monthly_capacity"), count=Count("pk")):
        amount = converted(group["sum"], group["unit"], own_unit)
        if amount is None:
            other_units.append(group["unit"])
            left_out += group["count"]
        else:
            total, counted = total + amount, counted + group["count"]
    for product in on_sale.filter(~Q(units=[]), unit__in=other_units) if other_units else ():
        one = units_in(product.unit, product.other_units, own_unit)
        if one is not None:
            total, counted, left_out = total + product.monthly_capacity * one, counted + 1, left_out - 1
    return Load(enterprise.monthly_capacity, own_unit, total, counted, left_out)
