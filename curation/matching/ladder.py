"""The ladder: from queries that few rows answer, and answer well, to looser ones. Each rung takes what those above left.

Rows lie in order of standing, so that the first ones of a rung are the best-placed, and a rung that many rows answer needs no
more than its first. An index on words knows nothing of that order and reads every place of a word that a query cannot do
without: what such a rung would read is estimated, and a dear one is asked first of its rare parts, then of the best-placed
rows alone (two tiers, each with an index of its own), which gives the same first rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from curation.matching import facets
from curation.matching.facets import CURATED, quoted
from curation.matching.kinship import Kin
from curation.matching.query import Filters
from curation.matching.terms import Term, Terms

# Words that a rung combines.
PAIRED, RAREST, WITH_CLASS = 14, 6, 4
# Of a word that stands in so many rows, its other readings find little more and cost as much again.
PLENTY = 100
# Places that one rung may read: a few milliseconds. Pairs ask the index once each.
BUDGET, OF_PAIRS = 12_000, 3_000

# Any of these; all of these anys; any of those alls.
Group = tuple[str, ...]
Conjunction = tuple[Group, ...]


@dataclass(frozen=True)
class Rung:
    """Any of these queries. Each is a plain "all of these anys", which the index answers from its rarest part; one query of many
    such parts it would answer from all of them."""

    queries: tuple[str, ...]
    # Of the best-placed rows alone (1), or of the next (2).
    tier: int | None = None
    # Asked only while there are fewer rows than were wanted, not than are worth comparing.
    last: bool = False

    @property
    def query(self) -> str:
        return "|".join(self.queries)


def lexemes_of(kin: Kin | None, filters: Filters) -> tuple[str, ...]:
    """Facets whose occurrences the estimate needs."""
    own = (lexeme for digits in (4, 3) for lexeme in kin.lexemes(digits)) if kin is not None else ()
    return (*facets.of_filters(filters), *((CURATED,) if filters.curated else ()), *own)


def rungs(
    terms: Terms, kin: Kin | None, filters: Filters, entries: Mapping[str, int], *, tiered: bool = False
) -> tuple[Rung, ...]:
    """Empty where neither words nor class nor a facet say anything: then any row serves. `tiered`: best-placed rows have indexes."""
    # Of curated rows alone an index holds what is asked.
    share = entries.get(CURATED, 0) / terms.rows if filters.curated and terms.rows else 1.0
    must: Conjunction = tuple((facet,) for facet in facets.of_filters(filters))
    if kin is not None and filters.kin_digits:
        must = (*must, kin.lexemes(filters.kin_digits))
    counts = {**entries, **{variant.word: variant.entries for term in terms.all for variant in term.variants}}
    wanted = list(_rungs(terms, kin))
    if not wanted and (must or filters.curated):
        wanted = [[((CURATED,),) if filters.curated else ()]]
    found: list[Rung] = []
    for number, one in enumerate(wanted):
        first, last = number == 0 and kin is not None, number == len(wanted) - 1
        tiers = (1, 2) if tiered and (first or last) else ()
        # What a dear rung of a class finds beyond the tiers the last rung finds, too, and pairs in between are among what that
        # one finds in a tier.
        whole = last or not tiered or kin is None or not terms.telling
        budget = (BUDGET if whole or tiers else OF_PAIRS) / max(share, 1e-9)
        found += _within_budget(_merged(one), must, counts, budget, tiers, whole=whole, last=last)
    return tuple(dict.fromkeys(found))


def _rungs(terms: Terms, kin: Kin | None) -> Iterator[list[Conjunction]]:
    telling = [_looked_for(term) for term in terms.telling]
    if not telling:
        if kin is not None:
            yield from ([(kin.lexemes(digits),)] for digits in (5, 4, 3, 2))
        return
    if kin is not None:
        yield [(kin.lexemes(4), _any(telling[:WITH_CLASS]))]
        yield [(kin.lexemes(3), _any(telling[:RAREST])), *_pairs(telling[:WITH_CLASS])]
        yield [*((group,) for group in telling[:RAREST]), (kin.lexemes(4),)]
        return
    if len(telling) > 1:
        yield [tuple(telling)]
    if len(telling) > 2:
        yield _pairs(telling[:PAIRED])
    yield [(group,) for group in telling[:RAREST]]
    if len(telling) > RAREST:
        yield [(group,) for group in telling]


def _merged(parts: list[Conjunction]) -> list[Conjunction]:
    """Parts of a single any are one any."""
    singles = _any([part[0] for part in parts if len(part) == 1])
    return [*(part for part in parts if len(part) != 1), *([(singles,)] if singles else [])]


def _within_budget(
    wanted: list[Conjunction],
    must: Conjunction,
    counts: Mapping[str, int],
    budget: float,
    tiers: tuple[int, ...],
    *,
    whole: bool,
    last: bool,
) -> Iterator[Rung]:
    parts = [(*part, *must) for part in wanted]
    if sum(_cost(part, counts) for part in parts) <= budget:
        yield Rung(_queries(parts))
        return
    if cheap := _cheap(parts, counts, budget):
        yield Rung(_queries(cheap))
    for tier in tiers:
        yield Rung(_queries(parts), tier)
    if whole:
        yield Rung(_queries(parts), last=last and bool(tiers))


def _cheap(parts: list[Conjunction], counts: Mapping[str, int], budget: float) -> list[Conjunction]:
    """Of the parts, and of a dear part's first any, as much as the budget allows, the rarest first."""
    found, left = [], budget
    for part in sorted(parts, key=lambda part: _cost(part, counts)):
        cost = _cost(part, counts)
        if cost > left and len(part) and len(part[0]) > 1:
            rare, spent = [], 0
            for lexeme in sorted(part[0], key=lambda lexeme: counts.get(lexeme, 0)):
                spent += counts.get(lexeme, 0)
                if spent <= left:
                    rare.append(lexeme)
            part = (tuple(rare), *part[1:]) if rare else ()
            cost = _cost(part, counts)
        if part and cost <= left:
            found.append(part)
            left -= cost
    return found


def _cost(part: Conjunction, counts: Mapping[str, int]) -> int:
    """Of all that must be there, the rarest is read; a lexeme nobody counted is new and rare."""
    return min((sum(counts.get(lexeme, 0) for lexeme in group) for group in part), default=0)


def _queries(parts: list[Conjunction]) -> tuple[str, ...]:
    return tuple(f"({' & '.join(_any_of(group) for group in part)})" for part in parts)


def _any_of(group: Group) -> str:
    return f"({'|'.join(quoted(lexeme) for lexeme in group)})"


def _looked_for(term: Term) -> Group:
    first = term.variants[0]
    if first.word == term.typed and first.entries >= PLENTY:
        return (first.word,)
    return tuple(variant.word for variant in term.variants)


def _any(groups: list[Group]) -> Group:
    return tuple(lexeme for group in groups for lexeme in group)


def _pairs(groups: list[Group]) -> list[Conjunction]:
    return list(combinations(groups, 2))
