"""Judged sets through the production path: on temporary tables of their own, that end with the transaction."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from curation.matching.collection import Collection
from curation.matching.parameters import HELD, Parameters
from curation.matching.query import MatchQuery
from curation.matching.retrieve import search
from curation.scoring.sql import take_time

DEPTH, FIRST = 100, 10
RESAMPLES = 2_000


class BadSet(ValueError):
    """A file of the set cannot be read as one; the message says which and why."""


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str
    kbli: str = ""
    kbli_title: str = ""


@dataclass(frozen=True)
class JudgedSet:
    documents: Sequence[Document]
    # id → text; only those with a relevant document.
    queries: Mapping[str, str]
    # query → document → grade above 0.
    grades: Mapping[str, Mapping[str, int]]
    # Queries that nothing is relevant to.
    left_out: int


@dataclass(frozen=True)
class Figures:
    """Means over the queries, and of nDCG@10 the middle 95 % of resampled means."""

    ndcg10: float
    recall100: float
    mrr: float
    low: float
    high: float
    # nDCG@10 of each query, in order, to compare with another's.
    each: tuple[float, ...]


def read_set(documents: Path, queries: Path, judgements: Path) -> JudgedSet:
    known = {
        row["id"]: Document(
            row["id"], row["title"] or "", row["text"] or "", row.get("kbli") or "", row.get("kbli_title") or ""
        )
        for row in _rows(documents, ("id", "title", "text"))
    }
    asked = {row["id"]: row["text"] or "" for row in _rows(queries, ("id", "text"))}
    grades: dict[str, dict[str, int]] = {}
    for number, row in enumerate(_rows(judgements, ("query_id", "document_id", "grade")), 2):
        try:
            grade = int(row["grade"])
        except (TypeError, ValueError):
            raise BadSet(f"{judgements}, line {number}: the grade is no whole number") from None
        if grade > 0 and row["query_id"] in asked and row["document_id"] in known:
            grades.setdefault(row["query_id"], {})[row["document_id"]] = grade
    if not grades:
        raise BadSet("no query has a relevant document")
    return JudgedSet(
        list(known.values()),
        {key: text for key, text in asked.items() if key in grades},
        grades,
        len(asked) - len(grades),
    )


@contextmanager
def collection_of(documents: Sequence[Document], language: str) -> Iterator[Collection]:
    """The documents as rows of a collection of their own: nothing of the portal's is read or written but its word lists."""
    collection = Collection("judged", "pg_temp.judged_row", "pg_temp.judged_word", "pg_temp.judged_state", language)
    with transaction.atomic(), connection.cursor() as cursor:
        take_time()
        cursor.execute(
            "CREATE TEMPORARY TABLE judged_row (LIKE curation_searchedproduct) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE judged_word (LIKE curation_productword) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE judged_state (LIKE curation_searchstate) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE judged (id bigint, title text, text text, kbli text, kbli_title text) ON COMMIT DROP"
        )
        for start in range(0, len(documents), 1_000):
            part = documents[start : start + 1_000]
            columns = zip(
                *(
                    (start + n, _storable(d.title), _storable(d.text), d.kbli[:5], _storable(d.kbli_title))
                    for n, d in enumerate(part)
                ),
                strict=True,
            )
            cursor.execute(
                "INSERT INTO judged SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])",
                [list(column) for column in columns],
            )
        cursor.execute(_FILL.format(configuration=collection.configuration))
        yield collection
        # Gone now rather than at the end of an outer transaction: another set may follow in it.
        cursor.execute("DROP TABLE judged, judged_row, judged_word, judged_state")


_FILL = """
INSERT INTO judged_row (id, owner, words, name_length, text_length, edition, kbli, hs, measures, amounts, prices, tier_from,
  tier_price, province, certificates, curated, tier, completeness, track)
SELECT id, id, name || body || class, coalesce((SELECT sum(cardinality(positions)) FROM unnest(name)), 0),
  coalesce((SELECT sum(cardinality(positions)) FROM unnest(body)), 0), 0, kbli, '', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', 0, '{{}}', false, 3, 0, 0
FROM (SELECT id, kbli, setweight(to_tsvector('{configuration}', search_fold(title)), 'A') AS name,
        setweight(to_tsvector('{configuration}', search_fold(text)), 'B') AS body,
        setweight(to_tsvector('{configuration}', search_fold(kbli_title)), 'C') AS class FROM judged) each;
CREATE INDEX ON judged_row USING gin (words);
CREATE UNIQUE INDEX ON judged_row (id);
INSERT INTO judged_word SELECT word, ndoc FROM ts_stat('SELECT words FROM judged_row');
CREATE UNIQUE INDEX ON judged_word (word);
CREATE INDEX ON judged_word USING gin (word gin_trgm_ops);
INSERT INTO judged_state (collection, entries, name_length, text_length, has_names)
  SELECT 'judged', count(*), coalesce(avg(name_length), 0), coalesce(avg(text_length), 0), coalesce(sum(name_length), 0) > 0 FROM judged_row;
ANALYZE judged_row; ANALYZE judged_word; ANALYZE judged_state;
"""


def ranked(judged: JudgedSet, language: str, parameters: Parameters = HELD) -> dict[str, list[str]]:
    """Of each query the first hundred documents."""
    with collection_of(judged.documents, language) as collection:
        return {
            key: [
                judged.documents[match.id].id
                for match in search(collection, MatchQuery(text=text), limit=DEPTH, parameters=parameters).matches
            ]
            for key, text in judged.queries.items()
        }


def figures(judged: JudgedSet, found: Mapping[str, Sequence[str]], seed: int = 5) -> Figures:
    each = [ndcg(judged.grades[key], found[key]) for key in judged.queries]
    recall = [_recall(judged.grades[key], found[key]) for key in judged.queries]
    rank = [_reciprocal(judged.grades[key], found[key]) for key in judged.queries]
    low, high = interval(each, seed)
    return Figures(_mean(each), _mean(recall), _mean(rank), low, high, tuple(each))


def ndcg(grades: Mapping[str, int], found: Sequence[str]) -> float:
    """Gain 2^grade − 1: a product in the wrong size must cost less than a wrong product."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:FIRST])
    return _gain([grades.get(document, 0) for document in found[:FIRST]]) / ideal


def interval(values: Sequence[float], seed: int = 5) -> tuple[float, float]:
    """Of the mean, by resampling; the same seed gives the same figures."""
    draw = random.Random(seed)
    means = sorted(_mean(draw.choices(values, k=len(values))) for _resample in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def _recall(grades: Mapping[str, int], found: Sequence[str]) -> float:
    return len(set(found[:DEPTH]) & set(grades)) / len(grades)


def _reciprocal(grades: Mapping[str, int], found: Sequence[str]) -> float:
    return next((1 / place for place, document in enumerate(found, 1) if document in grades), 0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _storable(text: str) -> str:
    return text.replace("\0", " ")


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            csv.field_size_limit(10_000_000)
            reader = csv.DictReader(source)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise BadSet(f"{path}: no column {', '.join(missing)}")
            yield from reader
    except (OSError, UnicodeDecodeError) as error:
        raise BadSet(f"{path}: {error}") from error
