"""What a contract in force holds of its enterprises' capacities: promised when it comes into force, free when it ends.

Until then a consortium's accepted shares hold it; the contract takes them over in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, Decimal

from partnerships.models import Line, LineCommitment, Partnership
from portal.models import Commitment, Product
from portal.selectors.commitments import free_capacities
from portal.services.commitment import commit, release
from portal.units import converted

DAYS_A_MONTH = Decimal("30.4375")


def monthly(line: Line, partnership: Partnership) -> Decimal | None:
    """In the product's unit, rounded up to the hundredth; None where the line's unit does not convert into it."""
    product = line.product
    if product is None:
        return None
    days = (partnership.ends_on - partnership.starts_on).days
    quantity = line.quantity / max(1, round(days / DAYS_A_MONTH))
    amount = converted(quantity, line.unit, product.unit)
    if amount is None:
        amount = next((quantity * other.holds for other in product.other_units if other.unit == line.unit), None)
    return amount.quantize(Decimal("0.01"), ROUND_CEILING) if amount is not None else None


def overdrawn(partnership: Partnership, lines: Iterable[Line]) -> Iterator[tuple[Product, Decimal, Decimal]]:
    """Each product of which the contract asks for more than is free in its term: (product, asked for, free)."""
    asked: dict[int, Decimal] = {}
    products: dict[int, Product] = {}
    for line in lines:
        if (amount := monthly(line, partnership)) is not None and line.product is not None:
            asked[line.product.pk] = asked.get(line.product.pk, Decimal(0)) + amount
            products[line.product.pk] = line.product
    free = free_capacities(asked, partnership.starts_on, partnership.ends_on)
    held: dict[int, Decimal] = {}
    for own in _own(partnership):
        held[own.product_id] = held.get(own.product_id, Decimal(0)) + own.quantity
    for key, amount in asked.items():
        there = free.get(key, Decimal(0)) + held.get(key, Decimal(0))
        if amount > there:
            yield products[key], amount, there


def promise_lines(partnership: Partnership) -> None:
    """With coming into force. Raises MoveNotAllowed where less is free by now."""
    for own in _own(partnership):
        release(own)
    for line in partnership.lines.select_related("product").order_by("product", "pk"):
        amount = monthly(line, partnership)
        if amount is None or line.product is None:
            continue
        made = commit(
            line.product,
            amount,
            unit=line.product.unit,
            since=partnership.starts_on,
            until=partnership.ends_on,
        )
        LineCommitment.objects.create(line=line, commitment=made)


def free_lines(partnership: Partnership) -> None:
    """So that its lines can be changed, and then promised anew."""
    release_lines(partnership)
    LineCommitment.objects.filter(line__partnership=partnership).delete()


def release_lines(partnership: Partnership) -> None:
    """With its end."""
    for held in LineCommitment.objects.filter(line__partnership=partnership).select_related("commitment"):
        release(held.commitment)


def _own(partnership: Partnership) -> list[Commitment]:
    """What its lines hold, or its consortium for it; for an amendment, what the contract holds."""
    standing = Commitment.objects.standing()
    lines = standing.filter(contract_line__line__partnership=partnership.amends_id or partnership.pk)
    if partnership.consortium_id is None:
        return list(lines)
    return [*lines, *standing.filter(consortium_member__consortium=partnership.consortium_id)]
