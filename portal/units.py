"""Which units of sale convert into one another. A pair, a set or a pack holds what its seller says: those stand alone."""

from decimal import Decimal

from portal.enums import Unit

# Unit: what it measures, and how many of that measure's base unit it is.
FACTORS: dict[str, tuple[str, Decimal]] = {
    Unit.GRAM: ("mass", Decimal("0.001")),
    Unit.KILOGRAM: ("mass", Decimal(1)),
    Unit.TONNE: ("mass", Decimal(1000)),
    Unit.LITRE: ("volume", Decimal(1)),
    Unit.CUBIC_METRE: ("volume", Decimal(1000)),
    Unit.PIECE: ("count", Decimal(1)),
    Unit.DOZEN: ("count", Decimal(12)),
}


def converted(amount: Decimal, source: str, target: str) -> Decimal | None:
    """So much in another unit; None where the two don't convert."""
    if source == target:
        return amount
    if source not in FACTORS or target not in FACTORS or FACTORS[source][0] != FACTORS[target][0]:
        return None
    return amount * FACTORS[source][1] / FACTORS[target][1]
