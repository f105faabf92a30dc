"""The public search: what is found, how it was read, how many there are of each kind, and what to loosen."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, OrderBy, Value

from curation.matching.asking import ask
from curation.matching.collection import NEEDS, PRODUCTS, Collection
from curation.matching.counts import Facets, Loosening, facets, loosenings
from curation.matching.query import Filters, Found, MatchQuery, Reading
from curation.matching.retrieve import find, find_needs
from curation.models import Need
from portal.models import Product, User
from portal.text import fold

# Ranked so many; what lies beyond is too far to be read.
MOST_FOUND = 200
# How alike what was typed and what was meant are: less alike, it is a translation and no misspelling.
MISSPELT = 0.6
# Facet of a filter, by its field.
COUNTED = {
    "province": "provinces",
    "business_class": "business_classes",
    "certificates": "certificates",
    "kbli": "divisions",
    "flags": "flags",
}


@dataclass(frozen=True)
class Search:
    query: MatchQuery
    found: Found
    # Of each filter: value → how many rows would be left with it and all other filters.
    counts: dict[str, dict[str, int]]
    facets: Facets
    loosen: list[Loosening]
    # The text as it was probably meant; empty where nothing was misspelt.
    meant: str

    @property
    def ids(self) -> list[int]:
        return [match.id for match in self.found.matches]

    @property
    def owners(self) -> list[int]:
        return [match.owner for match in self.found.matches]

    @property
    def says_nothing(self) -> bool:
        """Something was typed, and nothing of it can be looked for."""
        return bool(self.query.text.strip()) and self.found.reading.only_stop_words


def search_products(query: MatchQuery, *, user: User | None, limit: int = MOST_FOUND) -> Search:
    """The best product of each enterprise."""
    return _around(PRODUCTS, query, find(query, user=user, limit=limit))


def search_needs(query: MatchQuery, *, user: User | None, limit: int = MOST_FOUND) -> Search:
    return _around(NEEDS, query, find_needs(query, user=user, limit=limit))


def counts_alone(query: MatchQuery, *, of_needs: bool = False) -> Search:
    """For a list in an order of its own, to which no words were given: nothing is ranked."""
    return _around(NEEDS if of_needs else PRODUCTS, query, Found([], Reading({}, (), True, False)))


def in_rank(ids: list[int], column: str) -> OrderBy:
    """By place in the list; what isn't in it comes after all that is."""
    array = Value(ids, output_field=ArrayField(BigIntegerField()))
    return OrderBy(Func(array, F(column), function="array_position", output_field=BigIntegerField()), nulls_last=True)


def _around(collection: Collection, query: MatchQuery, found: Found) -> Search:
    counted = facets(query, collection=collection)
    counts = {name: getattr(counted, facet) for name, facet in COUNTED.items()}
    for field in fields(Filters):
        # Beside the one chosen stand the others that could be chosen instead.
        if field.name in COUNTED and getattr(query.filters, field.name):
            freed = replace(query.filters, **{field.name: getattr(Filters(), field.name)})
            others = facets(replace(query, filters=freed), collection=collection)
            counts[field.name] = getattr(others, COUNTED[field.name])
    if counted.capped:
        counts = {}
    loosen = [] if counted.rows else loosenings(query, collection=collection)
    return Search(query, found, counts, counted, loosen, _meant(collection, query.text, found))


def _meant(collection: Collection, text: str, found: Found) -> str:
    """With each misspelt word as the names of what was found write it: the index knows stems alone ("ripik")."""
    corrected = found.reading.corrected
    if not corrected:
        return ""
    typed = text.split()
    written = _words_of(collection, [match.id for match in found.matches[:20]])
    stems = _stems(collection, [*{fold(word) for word in typed if fold(word)}, *written])
    said = [_respelt(word, corrected.get(stems.get(fold(word), ""), ()), written, stems) for word in typed]
    return " ".join(said) if said != typed else ""


def _respelt(word: str, readings: tuple[str, ...], written: list[str], stems: dict[str, str]) -> str:
    def likeness(other: str) -> float:
        return SequenceMatcher(None, fold(word), other).ratio()

    near = [other for other in written if stems.get(other) in readings and likeness(other) >= MISSPELT]
    return max(near, key=likeness, default=word)


def _words_of(collection: Collection, ids: list[int]) -> list[str]:
    names = (
        Need.objects.filter(pk__in=ids).values_list("item", flat=True)
        if collection is NEEDS
        else Product.objects.filter(pk__in=ids).values_list("name", flat=True)
    )
    return sorted({word for name in names for word in fold(name).split()})


def _stems(collection: Collection, words: list[str]) -> dict[str, str]:
    rows = ask(
        "SELECT w AS word, (tsvector_to_array(to_tsvector(%(configuration)s::regconfig, w)))[1] AS stem"
        " FROM unnest(%(words)s::text[]) AS each (w)",
        {"configuration": collection.configuration, "words": words},
    )
    return {row["word"]: row["stem"] for row in rows if row["stem"]}
