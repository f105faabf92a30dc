"""What a page says around its results: how many there are of each kind, and what to loosen when there are none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace

from curation.matching.asking import ask, tuned
from curation.matching.candidates import bound, conditions, on_rung
from curation.matching.collection import PRODUCTS, Collection
from curation.matching.facets import CURATED
from curation.matching.ladder import Rung, rungs
from curation.matching.query import Filters, MatchQuery
from curation.matching.rank import Asked
from curation.matching.retrieve import asked_of

# Counting stops here: "5,000 and more" helps as much as the figure.
MOST_COUNTED = 5_000


@dataclass(frozen=True)
class Facets:
    """Of the rows that the query finds: how many have each value. `capped`: there are more than were counted."""

    rows: int
    capped: bool
    curated: int
    # Province code, business class, kind of certificate, two-digit KBLI division → rows, the most first.
    provinces: dict[str, int]
    business_classes: dict[str, int]
    certificates: dict[str, int]
    divisions: dict[str, int]
    # Of needs: "import_substitution", "for_export".
    flags: dict[str, int]


@dataclass(frozen=True)
class Loosening:
    """Without the filter `filter` (a field of Filters) the query finds so many rows; MOST_COUNTED means at least."""

    filter: str
    rows: int


def facets(query: MatchQuery, *, collection: Collection = PRODUCTS) -> Facets:
    """Over the rows that have all words, or where hardly any has, two of them, or any. Of everything there is, where that is more
    than is counted for one page: as often as each facet stood anywhere when words were counted last."""
    with tuned():
        asked, _unknown = asked_of(collection, query)
        if _is_everything(asked) and asked.terms.rows >= MOST_COUNTED:
            kept = ask(f"SELECT word, entries FROM {collection.occurrences} WHERE {_FACETS}", {})
            return _facets(Counter({row["word"]: row["entries"] for row in kept}), int(asked.terms.rows), capped=False)
        found = ask(
            f"""WITH found AS MATERIALIZED ({_matching(collection, asked)})
            SELECT facet, count(*) AS rows FROM found CROSS JOIN LATERAL unnest(tsvector_to_array(words)) AS facet
            WHERE strpos(facet, ':') > 0 GROUP BY facet
            UNION ALL SELECT '', count(*) FROM found""",
            bound(asked, _rungs(asked)),
        )
    counted = Counter({row["facet"]: row["rows"] for row in found})
    rows = counted.pop("", 0)
    return _facets(counted, rows, capped=rows >= MOST_COUNTED)


# Beginnings, which the index for them answers.
_FACETS = " OR ".join(f"word LIKE '{prefix}%%'" for prefix in (CURATED, "p:", "b:", "c:", "k2:", "f:"))


def _is_everything(asked: Asked) -> bool:
    nothing_typed = not asked.terms.all and not asked.terms.reading.unknown
    return nothing_typed and asked.kin is None and asked.query.filters == Filters()


def _facets(counted: Counter[str], rows: int, *, capped: bool) -> Facets:
    def of(prefix: str) -> dict[str, int]:
        return {facet.removeprefix(prefix): count for facet, count in counted.most_common() if facet.startswith(prefix)}

    return Facets(rows, capped, counted[CURATED], of("p:"), of("b:"), of("c:"), of("k2:"), of("f:"))


def loosenings(query: MatchQuery, *, collection: Collection = PRODUCTS) -> list[Loosening]:
    """For an empty result: which single filter keeps everything away, the most helpful first."""
    none = Filters()
    found = []
    for field in fields(Filters):
        if getattr(query.filters, field.name) != getattr(none, field.name):
            freed = replace(query, filters=replace(query.filters, **{field.name: getattr(none, field.name)}))
            if rows := _count(collection, freed):
                found.append(Loosening(field.name, rows))
    return sorted(found, key=lambda each: -each.rows)


def _count(collection: Collection, query: MatchQuery) -> int:
    with tuned():
        asked, _unknown = asked_of(collection, query)
        (found,) = ask(
            f"SELECT count(*) AS rows FROM ({_matching(collection, asked)}) found",
            bound(asked, _rungs(asked)),
        )
    return found["rows"]


def _rungs(asked: Asked) -> tuple[Rung, ...]:
    """Kin of a class would count as found whatever was typed: here only words and filters do."""
    return rungs(asked.terms, None if asked.terms.all else asked.kin, asked.query.filters, {})


def _matching(collection: Collection, asked: Asked) -> str:
    """The rows of the first rung that any row answers."""
    ladder = _rungs(asked)
    if not asked.terms.all and asked.terms.reading.unknown:
        return f"SELECT * FROM {collection.rows} WHERE false"
    others = conditions(asked)
    if not ladder:
        return f"SELECT * FROM {collection.rows} WHERE {' AND '.join(others) or 'true'} LIMIT {MOST_COUNTED}"
    parts = []
    for number in range(len(ladder)):
        where = " AND ".join([on_rung(ladder, number), *others])
        above = [
            f"NOT EXISTS (SELECT FROM {collection.rows} WHERE {' AND '.join([on_rung(ladder, earlier), *others])})"
            for earlier in range(number)
        ]
        parts.append(f"(SELECT * FROM {collection.rows} WHERE {' AND '.join([where, *above])} LIMIT {MOST_COUNTED})")
    return " UNION ALL ".join(parts)
