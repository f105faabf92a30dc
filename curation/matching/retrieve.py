"""The way in: `find` products for a need or a text, `find_needs` for a product or a text.

Both return what may be seen at that moment: a row whose product was withdrawn meanwhile is left out. Reading a text asks the
database once, ranking once more, and looking up what is shown once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from curation.matching.asking import ask, tuned
from curation.matching.candidates import candidates
from curation.matching.collection import NEEDS, PRODUCTS, Collection
from curation.matching.kinship import kin_of
from curation.matching.ladder import Rung, lexemes_of, rungs
from curation.matching.parameters import HELD, Parameters
from curation.matching.query import Components, Found, Match, MatchQuery, measure_of
from curation.matching.rank import Asked, shares, statement
from curation.matching.terms import read
from curation.models import Need
from portal.enums import Role
from portal.models import Product, User

# Rows asked for beyond those wanted: some may be gone by now.
SPARE = 10
# Buyers weigh points that buyers gave; everybody else ranks without them.
SEE_SCORES = (Role.OFFICER, Role.APPROVER, Role.MINISTRY_ADMIN)


def find(query: MatchQuery, *, user: User | None, limit: int = 20) -> Found:
    """The best product of each of the best enterprises, in rank order, for whoever asks (None: a visitor, or a job)."""
    found = search(PRODUCTS, query, with_scores=sees_scores(user), limit=limit + SPARE)
    there = set(
        Product.objects.public().filter(pk__in=[match.id for match in found.matches]).values_list("pk", flat=True)
    )
    return _only(found, there, limit)


def find_needs(query: MatchQuery, *, user: User | None, limit: int = 20) -> Found:
    """Open needs, each on its own: `Match.id` is the need's, `owner` the buyer's.

    With `MatchQuery.of_product` capacity says how much of the need one can make, price how far one's own is below the ceiling.
    """
    found = search(NEEDS, query, with_scores=False, limit=limit + SPARE, offers=False)
    there = set(Need.objects.open().filter(pk__in=[match.id for match in found.matches]).values_list("pk", flat=True))
    return _only(found, there, limit)


def sees_scores(user: User | None) -> bool:
    return user is not None and user.is_authenticated and user.acts_as(*SEE_SCORES)


def search(
    collection: Collection,
    query: MatchQuery,
    *,
    with_scores: bool = False,
    limit: int = 20,
    offers: bool = True,
    parameters: Parameters = HELD,
) -> Found:
    """The one path for pages, benchmark and judged sets. Looks up nothing about what it found."""
    with tuned():
        asked, place_unknown = asked_of(collection, query, with_scores, offers, parameters)
        ladder = ladder_of(collection, asked)
        # What nobody reads ("zzzz") is found nowhere: not the best-placed of everything.
        if not asked.terms.all and asked.terms.reading.unknown:
            return Found([], asked.terms.reading, place_unknown=place_unknown)
        found = candidates(collection, asked, ladder, limit, parameters)
        rows = ask(*statement(collection, asked, found, limit, parameters))
    matches = [_match(row, query, with_scores) for row in rows]
    unit_unknown = bool(query.unit) and bool(matches) and all(match.other_unit for match in matches)
    return Found(matches, asked.terms.reading, unit_unknown, place_unknown, shares(asked))


def asked_of(
    collection: Collection,
    query: MatchQuery,
    with_scores: bool = False,
    offers: bool = True,
    parameters: Parameters = HELD,
) -> tuple[Asked, bool]:
    """With all that is looked up for it, and whether its place of delivery is unknown."""
    kin = kin_of(*query.kbli) if query.kbli else None
    point = point_of(query.place) if query.place else None
    asked = Asked(query, read(query.text, collection, parameters), kin, point, with_scores, offers)
    return asked, bool(query.place) and point is None


def ladder_of(collection: Collection, asked: Asked) -> tuple[Rung, ...]:
    filters = asked.query.filters
    found = ask(
        f"SELECT word, entries FROM {collection.occurrences} WHERE word = ANY (%(words)s)",
        {"words": [word.replace("\0", "") for word in lexemes_of(asked.kin, filters)]},
    )
    entries = {row["word"]: row["entries"] for row in found}
    return rungs(asked.terms, asked.kin, filters, entries, tiered=collection.tiered)


def point_of(code: str) -> tuple[float, float] | None:
    """Of the region, else of the nearest above it that has one: a village that was split off since still lies in its regency."""
    found = ask(
        "SELECT latitude::float8, longitude::float8 FROM portal_region WHERE code = ANY (%(codes)s::varchar[])"
        " AND latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY level DESC LIMIT 1",
        {"codes": [code[:length].replace("\0", "") for length in (13, 8, 5, 2)]},
    )
    return (found[0]["latitude"], found[0]["longitude"]) if found else None


def _match(row: dict[str, Any], query: MatchQuery, with_scores: bool) -> Match:
    _measure, factor = measure_of(query.unit)
    held = tuple(kind for kind in query.certificates if kind in row["certificates"])
    amount, price = row["amount"], row["price_there"]
    return Match(
        id=row["id"],
        owner=row["owner"],
        total=row["total"],
        components=Components(
            text=row["text"],
            kbli=row["near"],
            capacity=row["capacity"],
            price=row["price"],
            certificates=row["held"],
            distance=row["distance"],
            score=row["score"] if with_scores else None,
            completeness=row["completeness"],
            track=row["track"],
        ),
        kbli_digits=row["kbli_digits"],
        curated=row["curated"],
        certificates_held=held,
        certificates_missing=tuple(kind for kind in query.certificates if kind not in held),
        distance_km=None if row["distance_km"] is None else round(row["distance_km"]),
        capacity=None if amount is None else amount / factor,
        price=None if price is None else price * factor,
        other_unit=row["other_unit"],
        words=tuple(row["words"]),
    )


def _only(found: Found, there: Iterable[int], limit: int) -> Found:
    matches = [match for match in found.matches if match.id in there][:limit]
    return replace(found, matches=matches)
