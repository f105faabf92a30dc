"""Which enterprises fit a need, each rank with its parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from curation.matching.counts import loosenings
from curation.matching.query import Filters, Found, Match, MatchQuery
from curation.matching.retrieve import find
from curation.models import Need
from curation.selectors.match_parts import Part, missing_of, parts_of
from portal.models import Enterprise, Product, User

MOST = 20


@dataclass(frozen=True)
class Matched:
    rank: int
    match: Match
    product: Product
    parts: list[Part]
    missing: list[str]

    @property
    def enterprise(self) -> Enterprise:
        return self.product.enterprise

    @property
    def total(self) -> float:
        """Of 100."""
        return self.match.total * 100


@dataclass(frozen=True)
class Matches:
    rows: list[Matched]
    found: Found
    # Products without the filter on curated enterprises, asked where nothing is left.
    without_filter: int = 0


def matches_of(need: Need, *, user: User, curated: bool = False) -> Matches:
    """The best of today: near-equals change places from day to day, and keep them for the day."""
    turn = timezone.localdate().toordinal()
    query = MatchQuery.of_need(need, Filters(curated=curated), turn=turn)
    found = find(query, user=user, limit=MOST)
    rows = explained(query, found)
    without = 0 if rows else sum(each.rows for each in loosenings(query))
    return Matches(rows, found, without)


def explained(query: MatchQuery, found: Found) -> list[Matched]:
    """Whatever was withdrawn since it was ranked is left out, and no gap shows."""
    products = (
        Product.objects.public()
        .select_related("enterprise__organisation", "enterprise__village", "kbli")
        .in_bulk([match.id for match in found.matches])
    )
    there = [(match, products[match.id]) for match in found.matches if match.id in products]
    return [
        Matched(rank, match, product, parts_of(query, match, product, found.shares), missing_of(query, match, product))
        for rank, (match, product) in enumerate(there, 1)
    ]
