"""What a consortium is asked to do, and by whom it can be done.

Quantities are counted in grains: whole units where the need's unit is counted, hundredths elsewhere, so that shares sum up
exactly. What is minimised is the counted price: the price a unit, dearer with distance and with every point of score that is
missing, and a cost for each member, because each is one more contract party to look after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

# One point of score less is worth so much of the price.
POINT = 0.006
# Transport and looking after: of the price, by how far away the member works.
SAME_PROVINCE, SAME_ISLANDS, ELSEWHERE = 0.0, 0.03, 0.08
# Each member, of the whole at the ceiling price.
MEMBER = 0.005
# Who was never scored counts as barely past a usual threshold.
UNKNOWN_SCORE = 70.0
# Where the solver may stop: far inside the half per cent that an answer may be worse than the best.
GAP = 0.0005


@dataclass(frozen=True)
class Offer:
    """From `least` to `most` grains a month at this price a unit of the need; in rupiah."""

    least: int
    most: int
    price: Decimal


@dataclass(frozen=True)
class Candidate:
    """`not_with`: those whose goods would be counted twice, a cooperative and its members."""

    key: int
    offers: tuple[Offer, ...]
    score: float = UNKNOWN_SCORE
    distance: float = SAME_PROVINCE
    certificates: frozenset[str] = frozenset()
    not_with: frozenset[int] = frozenset()

    def counted(self, price: Decimal) -> float:
        return float(price) * (1 + self.distance) * (1 + POINT * (100 - self.score))


@dataclass(frozen=True)
class Task:
    """`quantity`, and `least` and `most` of one member, in grains. What somebody among the members must hold, and what each."""

    quantity: int
    ceiling: Decimal
    members: int
    together: frozenset[str] = frozenset()
    each: frozenset[str] = frozenset()
    pinned: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    least: int = 1
    most: int = 0

    @property
    def member_cost(self) -> float:
        """In rupiah times grains, as everything that is added up here."""
        return MEMBER * float(self.ceiling) * self.quantity


@dataclass(frozen=True)
class Option:
    """One candidate at one price level: what the program chooses among."""

    candidate: Candidate
    least: int
    most: int
    price: Decimal
    cost: float

    @property
    def key(self) -> int:
        return self.candidate.key


@dataclass(frozen=True)
class Given:
    """A member's part: so many grains at so much a unit."""

    option: Option
    quantity: int

    @property
    def key(self) -> int:
        return self.option.key


@dataclass(frozen=True)
class Plan:
    """`cost` is the counted one, in rupiah times grains. `proved`: nothing is better by more than the gap."""

    given: tuple[Given, ...]
    cost: float
    proved: bool = False

    @property
    def shares(self) -> dict[int, int]:
        """Grains by member."""
        return {each.key: each.quantity for each in self.given}

    @property
    def keys(self) -> frozenset[int]:
        return frozenset(each.key for each in self.given)

    def money(self, grains: int) -> Decimal:
        """Rupiah a month."""
        return sum((each.option.price * each.quantity for each in self.given), Decimal(0)) / grains


def options_of(candidates: Iterable[Candidate], task: Task) -> list[Option]:
    """What may be chosen at all: not excluded, not above the ceiling, something to give, and its papers where each needs them."""
    most = task.most or task.quantity
    found = []
    for candidate in candidates:
        if candidate.key in task.excluded or not task.each <= candidate.certificates:
            continue
        for offer in candidate.offers:
            least, limit = max(offer.least, task.least, 1), min(offer.most, most, task.quantity)
            if offer.price <= task.ceiling and least <= limit:
                found.append(Option(candidate, least, limit, offer.price, candidate.counted(offer.price)))
    return found


def filled(chosen: Iterable[Option], task: Task) -> Plan | None:
    """The best division among these, exactly: everyone its least, the rest to whoever is cheapest. None where it cannot be."""
    rows = sorted(chosen, key=lambda option: (option.cost, option.key))
    left = task.quantity - sum(option.least for option in rows)
    if left < 0:
        return None
    given, cost = [], len(rows) * task.member_cost
    for option in rows:
        more = min(left, option.most - option.least)
        left -= more
        given.append(Given(option, option.least + more))
        cost += option.cost * (option.least + more)
    if left or not task.pinned <= {option.key for option in rows}:
        return None
    return Plan(tuple(given), cost)


def grains_of(amount: Decimal, grains: int) -> int:
    """Rounded down: nobody gives more than it has."""
    return int((amount * grains).to_integral_value(ROUND_FLOOR))
