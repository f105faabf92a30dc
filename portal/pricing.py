"""What a product costs: by quantity, and in the other units it is sold in.

Both stand in the product's own row as JSON in one canonical form (docs/decisions), so that a list uploaded twice finds
nothing to change. Quantities are in the product's unit; the database keeps the same rules (product_tiers_fall,
product_units_differ).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from portal.enums import Unit
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.units import converted

MOST_TIERS, MOST_UNITS = 5, 4

MESSAGES = {
    "tier_too_many": _("At most %(most)s prices by quantity"),
    "tier_minimum": _(
        "The quantity must be above the minimum order of %(quantity)s: up to there the price per unit holds"
    ),
    "tier_order": _("Each price must begin at a higher quantity than the one before, %(quantity)s"),
    "tier_price": _("The price must be below %(price)s: whoever takes more never pays more per unit"),
    "unit_too_many": _("At most %(most)s other units"),
    "unit_same": _("The product is sold by the %(unit)s already; choose another unit"),
    "unit_twice": _("The unit stands there twice"),
    "unit_fixed": _("One %(unit)s is always %(holds)s %(base)s"),
    "kept_price": _(
        "The price must stay above that of the first quantity, %(price)s. Change the prices by quantity first"
    ),
    "kept_minimum": _(
        "The minimum order must stay below the first quantity with a price of its own, %(quantity)s. Change the prices by "
        "quantity first"
    ),
    "kept_unit": _(
        "Prices by quantity and other units are counted in %(unit)s. Give them anew together with the unit, or remove them first"
    ),
}


class Tier(NamedTuple):
    """From this quantity on, in the product's unit, one of them costs so many rupiah."""

    from_quantity: Decimal
    price: int


class OtherUnit(NamedTuple):
    """One such unit holds so many of the product's own, and costs so many rupiah."""

    unit: str
    holds: Decimal
    price: int

    @property
    def label(self) -> str:
        return str(Unit(self.unit).label)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: `place` counts from 0, `part` names the value."""

    kind: str  # "tiers" or "units"
    place: int
    part: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return pricing_text(self.code, self.params)


def pricing_text(code: str, params: dict[str, Any]) -> str:
    return str(MESSAGES[code]) % {name: _shown(name, value) for name, value in params.items()}


def units_in(unit: str, others: Iterable[OtherUnit], wanted: str) -> Decimal | None:
    """How many of the wanted unit one `unit` is: they convert, or it is sold in such a unit, too; else None."""
    one = converted(Decimal(1), unit, wanted)
    if one is not None:
        return one
    for other in sorted(others, key=lambda other: other.unit != wanted):
        holds = converted(Decimal(1), other.unit, wanted)
        if holds is not None:
            return holds / other.holds
    return None


def tiers_of(stored: Iterable[dict[str, Any]]) -> list[Tier]:
    return [Tier(Decimal(each["from_quantity"]), each["price"]) for each in stored]


def units_of(stored: Iterable[dict[str, Any]]) -> list[OtherUnit]:
    return [OtherUnit(each["unit"], Decimal(each["holds"]), each["price"]) for each in stored]


def stored_tiers(tiers: Iterable[Tier]) -> list[dict[str, Any]]:
    return [{"from_quantity": _plain(tier.from_quantity), "price": tier.price} for tier in tiers]


def stored_units(units: Iterable[OtherUnit]) -> list[dict[str, Any]]:
    return [{"unit": each.unit, "holds": _plain(each.holds), "price": each.price} for each in units]


def as_json(stored: list[dict[str, Any]]) -> str:
    return json.dumps(stored)


def faults(
    *, unit: str, price: int | None, minimum: Decimal | None, tiers: list[Tier], units: list[OtherUnit]
) -> list[Fault]:
    """`price` and `minimum`: None where they aren't known."""
    return [*_tier_faults(price, minimum, tiers), *_unit_faults(unit, units)]


def price_at(price: int, tiers: list[Tier], units: list[OtherUnit], quantity: Decimal) -> Decimal:
    """Of one of the product's own unit, where so many of them are wanted: the lowest price that holds for this quantity.

    Another unit's price counts as soon as one whole such unit is wanted.
    """
    return min(
        [
            Decimal(price),
            *(Decimal(tier.price) for tier in tiers if tier.from_quantity <= quantity),
            *(each.price / each.holds for each in units if each.holds <= quantity),
        ]
    )


def _tier_faults(price: int | None, minimum: Decimal | None, tiers: list[Tier]) -> Iterable[Fault]:
    if len(tiers) > MOST_TIERS:
        yield Fault("tiers", MOST_TIERS, "from_quantity", "tier_too_many", {"most": MOST_TIERS})
    before_price, before = price, None
    for place, tier in enumerate(tiers):
        if before is None:
            if minimum is not None and tier.from_quantity <= minimum:
                yield Fault("tiers", place, "from_quantity", "tier_minimum", {"quantity": _plain(minimum)})
        elif tier.from_quantity <= before:
            yield Fault("tiers", place, "from_quantity", "tier_order", {"quantity": _plain(before)})
        if before_price is not None and tier.price >= before_price:
            yield Fault("tiers", place, "price", "tier_price", {"price": before_price})
        before, before_price = tier.from_quantity, tier.price


def _unit_faults(unit: str, units: list[OtherUnit]) -> Iterable[Fault]:
    if len(units) > MOST_UNITS:
        yield Fault("units", MOST_UNITS, "unit", "unit_too_many", {"most": MOST_UNITS})
    seen: set[str] = set()
    for place, each in enumerate(units):
        fixed = converted(Decimal(1), each.unit, unit)
        if each.unit == unit:
            yield Fault("units", place, "unit", "unit_same", {"unit": unit})
        elif each.unit in seen:
            yield Fault("units", place, "unit", "unit_twice")
        elif fixed is not None and each.holds != fixed:
            params = {"unit": each.unit, "holds": _plain(fixed), "base": unit}
            yield Fault("units", place, "holds", "unit_fixed", params)
        seen.add(each.unit)


def _plain(number: Decimal) -> str:
    """12, 8.5: without zeros at the end, so that one number is always one text."""
    return f"{number.normalize():f}"


def _shown(name: str, value: Any) -> str:
    if name in ("unit", "base"):
        return str(Unit(value).label)
    return rupiah(value, exact=True) if name == "price" else angka(Decimal(value))
