"""Candidates: rows of the ladder's rungs, from the top, until there are enough to compare.

Each rung is a statement of its own: most searches need two or three of them, and a statement of all takes longer to plan than
those two or three to answer.
"""

from __future__ import annotations

from typing import Any

from curation.matching.asking import ask
from curation.matching.collection import Collection
from curation.matching.ladder import Rung
from curation.matching.parameters import Parameters
from curation.matching.query import measure_of
from curation.matching.rank import Asked


def candidates(
    collection: Collection, asked: Asked, ladder: tuple[Rung, ...], limit: int, parameters: Parameters
) -> list[int]:
    """Ids. A rung is asked only while those above it have not brought enough, and brings what they did not."""
    known = bound(asked, ladder)
    if not ladder:
        return _ids(collection, conditions(asked), known, parameters.candidates)
    found: list[int] = []
    for number, rung in enumerate(ladder):
        if number and len(found) >= limit * (parameters.last if rung.last else parameters.enough):
            continue
        tier = [f"tier = {rung.tier}"] if rung.tier else []
        others = ["id <> ALL (%(found)s::bigint[])"] if found else []
        where = [*tier, on_rung(ladder, number), *others, *conditions(asked)]
        found += _ids(collection, where, known | {"found": found}, parameters.candidates)
    return found


def all_candidates(collection: Collection, asked: Asked, ladder: tuple[Rung, ...]) -> list[int]:
    """Of the loosest rung, without an end: what the fast way is compared with."""
    loosest = "|".join(f"({rung.query})" for rung in ladder)
    where = ["words @@ %(loosest)s::tsquery"] if ladder else []
    return _ids(collection, [*where, *conditions(asked)], bound(asked, ladder) | {"loosest": loosest}, None)


def conditions(asked: Asked) -> list[str]:
    filters, found = asked.query.filters, []
    if filters.curated:
        found.append("curated")
    if filters.owner is not None:
        found.append("owner = %(owner)s")
    if filters.among is not None:
        found.append("owner = ANY (%(among)s::bigint[])")
    if asked.query.unit and filters.price_to is not None:
        found.append("prices[array_position(measures, %(measure)s)] <= %(price_to)s")
    if asked.query.unit and filters.capacity_from is not None:
        found.append("amounts[array_position(measures, %(measure)s)] >= %(capacity_from)s")
    return found


def on_rung(ladder: tuple[Rung, ...], number: int) -> str:
    """Of a row: whether it stands on that rung, by what `bound` binds."""
    parts = (f"words @@ %(rung{number}_{part})s::tsquery" for part in range(len(ladder[number].queries)))
    return f"({' OR '.join(parts)})"


def bound(asked: Asked, ladder: tuple[Rung, ...]) -> dict[str, Any]:
    """The values of rungs and conditions."""
    query, filters = asked.query, asked.query.filters
    measure, factor = measure_of(query.unit)
    return {
        **{
            f"rung{number}_{part}": query
            for number, rung in enumerate(ladder)
            for part, query in enumerate(rung.queries)
        },
        "owner": filters.owner,
        "among": list(filters.among or ()),
        "measure": measure,
        "price_to": filters.price_to / factor if filters.price_to is not None else None,
        "capacity_from": float(filters.capacity_from) * factor if filters.capacity_from is not None else None,
    }


def _ids(collection: Collection, where: list[str], values: dict[str, Any], most: int | None) -> list[int]:
    statement = f"SELECT id FROM {collection.rows} WHERE {' AND '.join(where) or 'true'} LIMIT %(most)s"
    return [row["id"] for row in ask(statement, values | {"most": most})]
