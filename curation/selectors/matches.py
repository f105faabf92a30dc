"""Which enterprises fit a need, each rank with its parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from curation.matching.counts import loosenings
from curation.matching.query import Filters, Found, Match, MatchQuery
from curation.matching.retrieve import find
from curation.models import Need
from curation.selectors.match_papers import verified_kinds
from curation.selectors.match_parts import Part, missing_of, parts_of
from portal.models import Enterprise, Product, User
from portal.selectors.ladder import Ladder, ladder_of, with_ladder

MOST = 20


@dataclass(frozen=True)
class Matched:
    rank: int
    match: Match
    product: Product
    parts: list[Part]
    missing: list[str]
    # Of the papers that count as held, those that somebody has checked.
    verified: list[str]

    @property
    def ladder(self) -> Ladder:
        return ladder_of(self.enterprise)

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
        .select_related("kbli")
        .prefetch_related(
            Prefetch("enterprise", with_ladder(Enterprise.objects.select_related("organisation", "village")))
        )
        .in_bulk([match.id for match in found.matches])
    )
    there = [(match, products[match.id]) for match in found.matches if match.id in products]
    verified = verified_kinds([product for _match, product in there], query.certificates)
    return [
        Matched(
            rank,
            match,
            product,
            parts_of(query, match, product, found.shares, verified=verified[product.pk]),
            missing_of(query, match, product),
            [kind for kind in match.certificates_held if kind in verified[product.pk]],
        )
        for rank, (match, product) in enumerate(there, 1)
    ]
