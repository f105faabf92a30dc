"""Who could take part in a consortium for a need, with everything that speaks for or against it.

Found by the matcher, as for the officer's page of the need: of the need's class or its kin, in a unit that converts, of each
enterprise the product that fits best. How much of it is free in the term, and at which prices, is read from the products themselves.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, Count, Q, When
from django.utils import timezone

from curation.matching.query import Filters, Match, MatchQuery
from curation.matching.retrieve import find
from curation.matching.task import ELSEWHERE, SAME_ISLANDS, SAME_PROVINCE, UNKNOWN_SCORE, Candidate, Offer, grains_of
from curation.models import Consortium, ConsortiumMember, Curation, Need
from curation.models.consortium import TAKING_PART, ConsortiumMemberQuerySet, ConsortiumQuerySet
from portal.enums import LegalForm, Unit
from portal.models import CooperativeMember, Document, Enterprise, Product, User
from portal.pricing import price_at, tiers_of, units_in, units_of
from portal.selectors.commitments import free_capacities

# Digits of the class that must be shared: the same group of activities.
KIN = 3
MOST_CANDIDATES = 500
# What is not counted in whole ones may be divided to the hundredth.
DIVISIBLE = frozenset(
    {
        Unit.GRAM,
        Unit.KILOGRAM,
        Unit.TONNE,
        Unit.LITRE,
        Unit.METRE,
        Unit.SQUARE_METRE,
        Unit.CUBIC_METRE,
        Unit.HOUR,
        Unit.DAY,
    }
)
NEAR_KM, FAR_KM = 150, 500
# Beside the certificates: that somebody among the members holds the buyer's mark, as a contract asks of who leads (rule 6).
CURATED = "curated"
# Rule 6: whoever was not curated gives at most this part.
MOST_UNCURATED = Decimal("0.3")


@dataclass(frozen=True)
class Row:
    """A candidate as a page shows it. `free` a month, `price` at the smallest quantity: in the need's unit, in rupiah."""

    enterprise: Enterprise
    product: Product
    per_unit: Decimal
    km: int | None
    free: Decimal
    price: Decimal
    score: Decimal | None
    curated: bool
    certificates: frozenset[str]
    # Of them, those that somebody checked.
    verified: frozenset[str]
    candidate: Candidate

    @property
    def key(self) -> int:
        return self.enterprise.pk

    @property
    def is_cooperative(self) -> bool:
        return self.enterprise.legal_form == LegalForm.COOPERATIVE

    @property
    def facts(self) -> dict[str, Any]:
        """As plain values, kept with the share."""
        return {
            "score": str(self.score) if self.score is not None else None,
            "km": self.km,
            "free": str(self.free),
            "certificates": sorted(self.certificates),
            "verified": sorted(self.verified),
            "curated": self.curated,
            "counted": str(round(self.candidate.counted(self.price), 2)),
        }


@dataclass(frozen=True)
class Field:
    """Everybody who could be chosen. `other_unit`: enterprises left out because their unit does not convert into the need's;
    `full`: those with nothing free in the term."""

    rows: tuple[Row, ...]
    grains: int
    near: frozenset[int]
    other_unit: int = 0
    full: int = 0

    def row(self, key: int) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)


def candidates_for(
    need: Need, *, by: User, since: dt.date, until: dt.date, curated_only: bool, asked: Iterable[int] = ()
) -> Field:
    """`asked`: enterprises that the officer named, found also where they are no longer among the first."""
    marks, named = _marks(need), set(asked)
    own = set(Enterprise.objects.filter(organisation__memberships__user=by).values_list("pk", flat=True))
    best, other_unit = _matched(need, marks if curated_only else {*marks, *named}, others=not curated_only)
    order = sorted(best.keys() - own, key=lambda firm: (firm not in named, firm not in marks, best[firm][0]))
    kept = order[:MOST_CANDIDATES]
    products = Product.objects.public().in_bulk([best[firm][1].id for firm in kept])
    free = free_capacities(products, since, until)
    firms = Enterprise.objects.select_related("organisation", "village").in_bulk(kept)
    papers, verified = _papers(need, {firm: best[firm][1].id for firm in kept})
    apart = _cooperatives(kept)
    grains = grains_for(need.unit, need.quantity_per_month)
    rows, full = [], 0
    for firm in kept:
        match = best[firm][1]
        product, km = products.get(match.id), match.distance_km
        per_unit = units_in(product.unit, product.other_units, need.unit) if product is not None else None
        # Withdrawn, suspended, or counted otherwise, since it was taken in for searching.
        if product is None or per_unit is None:
            continue
        there = (free.get(product.pk, Decimal(0)) * per_unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
        score = marks.get(firm)
        certificates = papers.get(firm, frozenset()) | ({CURATED} if firm in marks else frozenset())
        most = free.get(product.pk, Decimal(0)) * per_unit
        if firm not in marks:
            most = min(most, need.quantity_per_month * MOST_UNCURATED)
        offers = _offers(product, per_unit, most, grains)
        if not offers:
            full += 1
            continue
        candidate = Candidate(
            firm,
            offers,
            score=float(score) if score is not None else UNKNOWN_SCORE,
            distance=distance_part(km),
            certificates=certificates,
            not_with=apart.get(firm, frozenset()),
        )
        rows.append(
            Row(
                firms[firm],
                product,
                per_unit,
                km,
                there,
                offers[0].price,
                score,
                firm in marks,
                certificates - {CURATED},
                verified.get(firm, frozenset()),
                candidate,
            )
        )
    near = frozenset(row.key for row in rows if (row.enterprise.village_id or "")[:2] == need.delivery_region_id[:2])
    rows.sort(key=lambda row: row.candidate.counted(row.price))
    return Field(tuple(rows), grains, near, len(other_unit - own), full)


def grains_for(unit: str, quantity: Decimal) -> int:
    """How many parts one unit is divided into."""
    return 100 if unit in DIVISIBLE or quantity != quantity.to_integral_value() else 1


def distance_part(km: int | None) -> float:
    """Of the price. Whose place is not known counts as far."""
    if km is None or km > FAR_KM:
        return ELSEWHERE
    return SAME_PROVINCE if km <= NEAR_KM else SAME_ISLANDS


def consortia(user: User) -> ConsortiumQuerySet:
    return Consortium.objects.managed_by(user).select_related("need__buyer").order_by("-created_at", "-pk")


def _matched(need: Need, named: Iterable[int], *, others: bool) -> tuple[dict[int, tuple[int, Match]], set[int]]:
    """By enterprise its place in the rank and its best product in a unit that converts; and who sells only in others. Those named
    are found wherever they rank."""
    best: dict[int, tuple[int, Match]] = {}
    elsewise: set[int] = set()
    for among in (tuple(sorted(named)), None) if others else (tuple(sorted(named)),):
        if among == ():
            continue
        filters = Filters(among=among, kin_digits=KIN)
        # Asked for a capacity, only what converts is there.
        counted = find(
            MatchQuery.of_need(need, replace(filters, capacity_from=Decimal(0))), user=None, limit=MOST_CANDIDATES
        )
        for place, match in enumerate(counted.matches):
            best.setdefault(match.owner, (place, match))
        found = find(MatchQuery.of_need(need, filters), user=None, limit=MOST_CANDIDATES)
        elsewise |= {match.owner for match in found.matches if match.other_unit}
    return best, elsewise - best.keys()


def _marks(need: Need) -> dict[int, Decimal | None]:
    """By enterprise: the score behind this buyer's mark, the best where it holds several."""
    found: dict[int, Decimal | None] = {}
    marks = Curation.objects.valid().filter(programme__buyer=need.buyer_id)
    for firm, score in marks.values_list("enterprise", "decision__score__total"):
        found[firm] = max((each for each in (score, found.get(firm)) if each is not None), default=None)
    return found


def _papers(need: Need, products: dict[int, int]) -> tuple[dict[int, frozenset[str]], dict[int, frozenset[str]]]:
    """Of what the need asks for, what each holds that is valid today, for everything it makes or for this product; and of that
    what somebody verified."""
    held: dict[int, set[str]] = {}
    verified: dict[int, set[str]] = {}
    rows = Document.objects.counting_on(timezone.localdate()).filter(
        Q(product=None) | Q(product__in=products.values()),
        enterprise__in=products,
        kind__in=need.required_certificates,
    )
    for firm, kind, bound, checked_at in rows.values_list("enterprise", "kind", "product", "verified_at"):
        if bound in (None, products[firm]):
            held.setdefault(firm, set()).add(kind)
            if checked_at is not None:
                verified.setdefault(firm, set()).add(kind)
    return _frozen(held), _frozen(verified)


def _frozen(kinds: dict[int, set[str]]) -> dict[int, frozenset[str]]:
    return {firm: frozenset(each) for firm, each in kinds.items()}


def _cooperatives(firms: Iterable[int]) -> dict[int, frozenset[int]]:
    """Both ways: a cooperative sells what its members make."""
    keys = list(firms)
    pairs = CooperativeMember.objects.accepted().filter(cooperative__in=keys, member__in=keys)
    apart: dict[int, set[int]] = {}
    for one, other in pairs.values_list("cooperative", "member"):
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return {key: frozenset(others) for key, others in apart.items()}


def _offers(product: Product, per_unit: Decimal, most: Decimal, grains: int) -> tuple[Offer, ...]:
    """Each price that holds from some quantity on, in the need's unit; none where not even the least can be given."""
    tiers, units = tiers_of(product.tiers), units_of(product.units)
    limit = grains_of(most, grains)
    begins = sorted({product.minimum_order, *(tier.from_quantity for tier in tiers), *(each.holds for each in units)})
    offers: list[Offer] = []
    for begin in begins:
        if begin < product.minimum_order:
            continue
        price = (price_at(product.price, tiers, units, begin) / per_unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
        least = max(1, math.ceil(begin * per_unit * grains))
        if least <= limit and (not offers or price < offers[-1].price):
            offers.append(Offer(least, limit, max(price, Decimal("0.01"))))
    return tuple(offers)


def in_products_unit(quantity: Decimal, per_unit: Decimal) -> Decimal:
    """Of what is promised, rounded up to the hundredth."""
    return (quantity / per_unit).quantize(Decimal("0.01"), ROUND_CEILING)


def with_counts(found: ConsortiumQuerySet) -> ConsortiumQuerySet:
    """How many take part, and how many of them have accepted."""
    taking = Q(members__status__in=TAKING_PART)
    return found.annotate(
        taking=Count("members", filter=taking), accepted=Count("members", filter=Q(members__status="accepted"))
    )


def with_need(rows: ConsortiumMemberQuerySet) -> ConsortiumMemberQuerySet:
    return rows.select_related(
        "consortium__need__buyer",
        "consortium__need__delivery_region",
        "enterprise__organisation",
        "product",
        "commitment",
    )


def own_parts(user: User) -> ConsortiumMemberQuerySet:
    """What waits for an answer first, then the newest."""
    waits = Case(When(status="invited", then=0), default=1)
    return with_need(ConsortiumMember.objects.visible_to(user)).order_by(waits, "-invited_at", "-pk")


def fellows(member: ConsortiumMember) -> ConsortiumMemberQuerySet:
    """The others that take part: their names and parts, never their prices."""
    others = member.consortium.members.filter(status__in=["invited", "accepted"]).exclude(pk=member.pk)
    return others.select_related("enterprise__organisation")


def free_of(member: ConsortiumMember) -> Decimal:
    """Of the product's capacity over the whole term, in its unit."""
    term = member.consortium.starts_on, member.consortium.ends_on
    products = [member.product_id] if member.product_id is not None else []
    return sum(free_capacities(products, *term).values(), Decimal(0))


def may_answer(member: ConsortiumMember) -> bool:
    late = member.answer_by is not None and member.answer_by < timezone.localdate()
    return member.status == "invited" and member.consortium.status == "inviting" and not late


def may_give_back(member: ConsortiumMember) -> bool:
    """Until a contract holds the capacity itself."""
    held = member.commitment is not None and member.commitment.released_at is None
    return member.status == "accepted" and held and member.consortium.status in ("inviting", "complete")
