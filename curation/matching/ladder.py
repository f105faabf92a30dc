"""The ladder: from queries that few rows answer, and answer well, to looser ones. Each rung takes what those above left.

Rows lie in order of (curated, score), so that the first ones of a rung are the best-placed; a rung that many rows answer
needs no more than its first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from curation.matching import facets
from curation.matching.facets import quoted
from curation.matching.kinship import Kin
from curation.matching.query import Filters
from curation.matching.terms import Terms

# Words that a rung combines.
PAIRED, RAREST, WITH_CLASS = 14, 6, 4


@dataclass(frozen=True)
class Rung:
    query: str
    # Share of the candidates that it may take at most.
    share: float = 1.0


def rungs(terms: Terms, kin: Kin | None, filters: Filters) -> tuple[Rung, ...]:
    """Empty where neither words nor class nor a filter say anything: then any row serves."""
    must = "".join(f" & {quoted(facet)}" for facet in facets.of_filters(filters))
    found = tuple(Rung(f"({rung.query}){must}", rung.share) for rung in _rungs(terms, kin))
    if found or not must:
        return found
    return (Rung(must.removeprefix(" & ")),)


def _rungs(terms: Terms, kin: Kin | None) -> Iterator[Rung]:
    telling = [term.query for term in terms.telling]
    if not telling:
        if kin is not None:
            yield from (Rung(kin.query(digits)) for digits in (5, 4, 3, 2))
        return
    every, rarest = "&".join(telling), "|".join(telling[:RAREST])
    pairs = "|".join(f"({a}&{b})" for a, b in combinations(telling[:PAIRED], 2))
    if kin is not None:
        yield Rung(f"{kin.query(4)} & ({'|'.join(telling[:WITH_CLASS])})", 0.6)
        yield Rung(
            f"({kin.query(3)} & ({rarest}))" + (f" | {_pairs(telling, WITH_CLASS)}" if len(telling) > 1 else ""), 0.8
        )
        yield Rung(f"({rarest}) | {kin.query(4)}")
    else:
        if len(telling) > 1:
            yield Rung(every)
        if len(telling) > 2:
            yield Rung(pairs)
        yield Rung(rarest)
        if len(telling) > RAREST:
            yield Rung("|".join(telling))


def _pairs(telling: list[str], most: int) -> str:
    return "|".join(f"({a}&{b})" for a, b in combinations(telling[:most], 2))
