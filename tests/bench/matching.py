"""`make bench-matching`: the search over PRODUCTS=3000000 products, beside tantivy in the same run.

The production path (curation.matching.retrieve.search, as the app role) over rows that the production rebuild would make: read
by the same expressions, in the same order, swapped in by the same functions. First a third of the products, for growth; then
all; then all again after 5 % of the rows were written anew.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from django.db import connection, transaction

from curation.matching import rows
from curation.matching.asking import ask, tuned
from curation.matching.candidates import all_candidates
from curation.matching.collection import PRODUCTS
from curation.matching.parameters import HELD
from curation.matching.query import MatchQuery
from curation.matching.rank import statement
from curation.matching.retrieve import asked_of, ladder_of, search
from curation.scoring.sql import take_time
from curation.services.searching import count_words, place_tiers
from tests.bench import other_engine, shelves
from tests.bench.bounds import Promise, all_kept

COUNT = int(os.environ.get("PRODUCTS", "3000000"))
QUERIES, COMMON, COMPARED, WARM = 200, 60, 40, 20
UPDATED = 0.05

SOURCE = f"""
SELECT id, owner, {rows.WORDS} || array_to_tsvector(facets || {rows.TYPED_WORDS}) AS words,
  {rows.NAME_LENGTH} AS name_length, {rows.TEXT_LENGTH} AS text_length, 2025 AS edition, kbli, '' AS hs,
  ARRAY['count']::varchar[] AS measures, ARRAY[amount] AS amounts, ARRAY[price] AS prices, '{{}}'::float8[] AS tier_from,
  '{{}}'::float8[] AS tier_price, province::smallint AS province, latitude, longitude,
  held AS certificates, curated, {rows.tier(rows.BY_STANDING)} AS tier, score, completeness, 0::float8 AS track, NULL::date AS stale_on
FROM (
  SELECT *, array_remove(ARRAY['k5:' || kbli, 'k4:' || left(kbli, 4), 'k3:' || left(kbli, 3), 'k2:' || left(kbli, 2), 'p:' || province,
    CASE WHEN curated THEN 'cur:' END], NULL) || ARRAY(SELECT 'c:' || kind FROM unnest(held) AS kind) AS facets
  FROM (SELECT given.*, coalesce(string_to_array(nullif(certificates, ''), '|'), '{{}}')::varchar[] AS held FROM given) listed
  LEFT JOIN (SELECT code, latitude::float8 AS latitude, longitude::float8 AS longitude FROM portal_region) place ON code = province
) g {rows.folded("g.name", "g.description", "g.class_title", "g.whose")}
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-matching-") as name:
        folder = Path(name)
        _say("writing", lambda: shelves.write(folder / "products.csv", COUNT))
        _load(folder / "products.csv")
        asked, common = shelves.needs(QUERIES), shelves.common_needs(COMMON)
        _say("a third", lambda: _rebuild(COUNT // 3))
        third = _measured(asked)
        _say("all", lambda: _rebuild(COUNT))
        fresh, often = _measured(asked), _measured(common)
        overlap, total = _compared(asked[:COMPARED])
        _say("updated", _update)
        updated = _measured(asked)
        theirs = min(_theirs(folder, tokeniser, asked) for tokeniser in other_engine.TOKENISERS)
    print(
        f"ours: p50={_ms(median(fresh))} p95={_ms(_p95(fresh))}; updated p95={_ms(_p95(updated))}; common p95={_ms(_p95(often))}"
    )
    promises = (
        Promise("ratio", _p95(fresh) / theirs, at_most=1),
        Promise("common_words_ratio", _p95(often) / _p95(fresh), at_most=1.5),
        Promise("growth_1m_3m", _p95(fresh) / _p95(third), at_most=2),
        Promise("overlap20", overlap, at_least=0.9),
        Promise("score_sum", total, at_least=0.99),
        Promise("after_updates_ratio", _p95(updated) / _p95(fresh), at_most=1.2),
    )
    kept = all_kept(*promises, full_size=COUNT >= 3_000_000)
    ratio, common, growth, _overlap, _sum, after = (promise.figure for promise in promises)
    print(
        f"bench-matching: products={COUNT} p50_ms={_ms(median(fresh))} p95_ms={_ms(_p95(fresh))} tantivy_p95_ms={_ms(theirs)}"
        f" ratio={ratio:.2f} common_words_ratio={common:.2f} growth_1m_3m={growth:.2f} overlap20={overlap:.3f}"
        f" score_sum={total:.4f} after_updates_ratio={after:.2f}",
        flush=True,
    )
    return 0 if kept else 1


def _load(path: Path) -> None:
    columns = (
        "id bigint PRIMARY KEY, owner bigint, name text, description text, kbli text, class_title text, whose text, province text,"
        " certificates text, curated boolean, score float8, completeness float8, amount float8, price float8"
    )
    with connection.cursor() as cursor, path.open(encoding="utf-8") as source:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"CREATE TEMPORARY TABLE given ({columns})")
        cursor.copy_expert("COPY given FROM STDIN (FORMAT csv, FORCE_NOT_NULL (certificates))", source)
        cursor.execute("ANALYZE given")


def _rebuild(count: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        take_time()
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
        place_tiers(f"(SELECT * FROM given WHERE id <= {count}) each")
        cursor.execute("SELECT search_rebuild_begin()")
        cursor.execute(rows.insert(rows.NEXT_ROWS, f"{SOURCE} WHERE id <= {count}", in_order=True))
        cursor.execute("SELECT search_rebuild_index()")
        cursor.execute("SELECT search_rebuild_swap()")
        count_words(PRODUCTS)


def _update() -> None:
    """Every twentieth product gets another word and another price, by the statement that refreshing uses."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            f"UPDATE given SET description = description || ' diperbarui', price = price + 1 WHERE id % {round(1 / UPDATED)} = 0"
        )
        cursor.execute(rows.upsert(rows.PRODUCT_ROWS, f"{SOURCE} WHERE id % {round(1 / UPDATED)} = 0"))


def _measured(asked: list[MatchQuery]) -> list[float]:
    """Seconds of each, once warm: every query with words of its own, in a transaction as a request has."""
    for query in asked[:WARM]:
        _seconds(query)
    return [_seconds(query) for query in asked]


def _seconds(query: MatchQuery) -> float:
    began = time.perf_counter()
    with transaction.atomic():
        search(PRODUCTS, query, with_scores=True)
    return time.perf_counter() - began


def _theirs(folder: Path, tokeniser: str, asked: list[MatchQuery]) -> float:
    began = time.perf_counter()
    ask_once = other_engine.index(folder / "products.csv", folder / tokeniser, tokeniser)
    built = time.perf_counter() - began
    for query in asked[:WARM]:
        ask_once(query)
    taken = [ask_once(query) for query in asked]
    print(f"tantivy {tokeniser}: p50={_ms(median(taken))} p95={_ms(_p95(taken))}, built in {built:.0f} s", flush=True)
    return _p95(taken)


def _compared(asked: list[MatchQuery]) -> tuple[float, float]:
    """Beside ranking every row that any rung could take: how many of the best twenty are the same, and their totals."""
    shared, sums = [], []
    for query in asked:
        fast = search(PRODUCTS, query, with_scores=True).matches
        with tuned(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            given, _unknown = asked_of(PRODUCTS, query, with_scores=True)
            every = all_candidates(PRODUCTS, given, ladder_of(PRODUCTS, given))
            whole = ask(*statement(PRODUCTS, given, every, 20, replace(HELD, keep=len(every))))
        if whole:
            best = {row["owner"] for row in whole}
            shared.append(len(best & {match.owner for match in fast}) / len(best))
            sums.append(sum(match.total for match in fast) / sum(row["total"] for row in whole))
    return sum(shared) / len(shared), sum(sums) / len(sums)


def _say(what: str, step: Callable[[], None]) -> None:
    began = time.perf_counter()
    step()
    print(f"{what}: {time.perf_counter() - began:.0f} s", flush=True)


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(0.95 * len(taken))]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


if __name__ == "__main__":
    sys.exit(main())
