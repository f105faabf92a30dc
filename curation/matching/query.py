"""What is looked for, and what was found: the values that pages, API and jobs exchange with the matcher."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.units import FACTORS

if TYPE_CHECKING:
    from curation.models import Need
    from portal.models import Product


@dataclass(frozen=True)
class Filters:
    """What must hold. Everything else about a query only moves ranks."""

    curated: bool = False
    # Region code of a province; digits of a KBLI class, two to five, in the edition in force.
    province: str = ""
    kbli: str = ""
    certificates: tuple[str, ...] = ()
    business_class: str = ""
    # Of needs: "import_substitution", "for_export".
    flags: tuple[str, ...] = ()
    # Rupiah for one `MatchQuery.unit`, and so many of them a month; without a unit these two cannot be asked.
    price_to: int | None = None
    capacity_from: Decimal | None = None
    # One enterprise or buyer alone; some alone.
    owner: int | None = None
    among: tuple[int, ...] | None = None
    # So many digits of the class asked for must be shared, in either edition.
    kin_digits: int = 0

    def active(self) -> tuple[str, ...]:
        return tuple(name for name in self.__dataclass_fields__ if getattr(self, name))


@dataclass(frozen=True)
class MatchQuery:
    """A text, and whatever is known beside it. An empty one finds the best-placed rows of its filters."""

    text: str = ""
    # (edition, code) and tariff code: kin ranks higher, nothing is excluded.
    kbli: tuple[int, str] | None = None
    hs: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    # Rupiah for one `unit`.
    ceiling_price: int | None = None
    # Region code of the place of delivery.
    place: str = ""
    certificates: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    # Any number that changes from time to time (the day): equals take turns by it. None keeps one order.
    turn: int | None = None

    @classmethod
    def of_need(cls, need: Need, filters: Filters | None = None, turn: int | None = None) -> MatchQuery:
        return cls(
            text=f"{need.item}. {need.specification}",
            kbli=(need.kbli.edition, need.kbli.code),
            hs=need.hs_id or "",
            quantity=need.quantity_per_month,
            unit=need.unit,
            ceiling_price=need.ceiling_price,
            place=need.delivery_region_id,
            certificates=tuple(need.required_certificates),
            filters=filters or Filters(),
            turn=turn,
        )

    @classmethod
    def of_product(cls, product: Product, filters: Filters | None = None) -> MatchQuery:
        """For `find_needs`: what is offered, as the needs' side sees it."""
        return cls(
            text=f"{product.name}. {product.description}",
            kbli=(product.kbli.edition, product.kbli.code),
            hs=product.hs_id or "",
            quantity=product.monthly_capacity,
            unit=product.unit,
            ceiling_price=product.price,
            place=product.enterprise.village_id or "",
            filters=filters or Filters(),
        )


def measure_of(unit: str) -> tuple[str, float]:
    """What a unit measures, and how many base units one is; a unit that converts into nothing is its own measure."""
    measure, factor = FACTORS.get(unit, (unit, Decimal(1)))
    return measure, float(factor)


@dataclass(frozen=True)
class Components:
    """The parts of a rank, each from 0 to 1; None where the query does not ask, or nothing is known.

    `score` rests on points that a buyer gave: only buyers and ministries have it, others see it as None and their ranks are
    made without it.
    """

    text: float | None
    kbli: float | None
    capacity: float | None
    price: float | None
    certificates: float | None
    distance: float | None
    score: float | None
    completeness: float | None
    track: float | None


@dataclass(frozen=True)
class Match:
    """One product (or need) in its rank, the best of its owner. `total` is 0 to 1: the weighted mean of the components asked for."""

    id: int
    owner: int
    total: float
    components: Components
    # Leading digits of the KBLI class shared with the one asked for: 5, 4, 3, 2 or 0.
    kbli_digits: int
    curated: bool
    certificates_held: tuple[str, ...]
    certificates_missing: tuple[str, ...]
    distance_km: int | None
    # In the unit asked for; None where it isn't sold in a unit that converts into that one.
    capacity: float | None
    price: float | None
    # Quantity or price was asked for in a unit that this one's does not convert into.
    other_unit: bool
    # Which of the typed words it has, as stems, with what they were read as.
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How the text was read: for "did you mean", and for what cannot be found whatever the filters."""

    # Typed stem → what it was read as, where it was a spelling or stands nowhere itself.
    corrected: dict[str, tuple[str, ...]]
    # Stems that no row has, in any reading.
    unknown: tuple[str, ...]
    # The text said nothing beyond function words, or nothing at all.
    only_stop_words: bool
    # More was typed than is read.
    shortened: bool


@dataclass(frozen=True)
class Found:
    matches: list[Match]
    reading: Reading
    # The unit is one that nothing here is sold in: quantity and price had no say.
    unit_unknown: bool = False
    # The place of delivery is no region (any more): distance had no say.
    place_unknown: bool = False
    # What each component asked for counts in `total`, together 1.
    shares: dict[str, float] = field(default_factory=dict)
