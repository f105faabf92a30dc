"""Keeping search fresh: the outbox is taken every few seconds, the whole is rebuilt in order at night, words are counted anew.

A rebuild fills a table beside the one that is read and puts it in its place; what is refreshed meanwhile is noted and read
once more into the new table before that. Two advisory locks say who is at it: one round of refreshing at a time, and one
rebuild.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from curation.enums import SearchOf
from curation.matching import rows
from curation.matching.collection import NEEDS, PRODUCTS, Collection
from curation.models import SearchChange, SearchState
from curation.scoring.sql import Sql, take_time
from curation.services.alerts import queue_round
from portal.jobs import enqueue

REFRESH_JOB, REBUILD_JOB = "curation.search_refresh", "curation.search_rebuild"
# Any numbers: held by a round of refreshing, and by a rebuild.
REFRESHING, REBUILDING = 7_302_005, 7_302_006
# Enterprises and single products that one statement reads.
BATCH, BATCHES = 500, 40
# Words of a small collection are counted after each round, of a large one once in a while.
SMALL, COUNTED_EVERY = 20_000, dt.timedelta(hours=1)


def queue_refresh() -> None:
    if SearchChange.objects.exists():
        enqueue(REFRESH_JOB, "outbox")


def queue_rebuild() -> None:
    enqueue(REBUILD_JOB, "products")


@transaction.atomic
def refresh_search() -> int:
    """Take what changed from the outbox and read it again; how many entries. What is left waits for the next round."""
    take_time()
    _lock(REFRESHING)
    taken = 0
    for _batch in range(BATCHES):
        # Taken before anything is read: what commits later leaves a row of its own.
        changed = Sql(
            "DELETE FROM curation_searchchange WHERE ctid = ANY (ARRAY("
            "SELECT ctid FROM curation_searchchange ORDER BY noted_at LIMIT %s FOR UPDATE SKIP LOCKED))"
            " RETURNING enterprise, product, need",
            (BATCH,),
        ).rows()
        if not changed:
            break
        taken += len(changed)
        whole = sorted({row["enterprise"] for row in changed if row["enterprise"] and not row["product"]})
        single = sorted({row["product"] for row in changed if row["product"]})
        needs = sorted({row["need"] for row in changed if row["need"]})
        _read(rows.PRODUCT_ROWS, whole, single)
        _read_needs(needs)
        if _is_rebuilding():
            _note(whole, single)
        if needs:
            queue_round(SearchOf.NEEDS)
        if whole or single:
            queue_round(SearchOf.BUSINESSES)
    if taken:
        for collection in (PRODUCTS, NEEDS):
            _count_when_due(collection)
    return taken


@transaction.atomic
def rebuild_search() -> int:
    """All products anew, the best-placed first, in the place of the table that was read until now; how many."""
    take_time()
    _lock(REBUILDING)
    with connection.cursor() as cursor:
        # Whoever refreshes without knowing of this rebuild has committed when this returns.
        cursor.execute("SELECT pg_advisory_lock(%s)", [REFRESHING])
        cursor.execute("DELETE FROM curation_searchredo")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [REFRESHING])
        place_tiers(PRODUCTS.rows)
        cursor.execute("SELECT search_rebuild_begin()")
        cursor.execute(rows.insert(rows.NEXT_ROWS, rows.PRODUCTS, in_order=True))
        count = cursor.rowcount
        cursor.execute("SELECT search_rebuild_index()")
    _lock(REFRESHING)
    redo = Sql("DELETE FROM curation_searchredo RETURNING enterprise, product").rows()
    _read(
        rows.NEXT_ROWS,
        sorted({row["enterprise"] for row in redo if row["enterprise"]}),
        sorted({row["product"] for row in redo if row["product"]}),
    )
    Sql("SELECT search_rebuild_swap()").execute()
    _read_needs(None)
    for collection in (PRODUCTS, NEEDS):
        count_words(collection)
    SearchState.objects.filter(collection=PRODUCTS.name).update(rebuilt_at=timezone.now())
    return count


def note_passing_of_time() -> int:
    """What reads differently today although nobody changed anything goes through the outbox, too; how many."""
    note = (
        "INSERT INTO curation_searchchange (enterprise, product, need, transaction, noted_at)"
        " SELECT {what}, pg_current_xact_id()::text::bigint, now() FROM {table} WHERE stale_on <= current_date ON CONFLICT DO NOTHING"
    )
    return (
        Sql(note.format(what="0, id, 0", table=rows.PRODUCT_ROWS)).execute()
        + Sql(note.format(what="0, 0, id", table=rows.NEED_ROWS)).execute()
    )


def count_words(collection: Collection) -> None:
    """How often each word occurs, and how long texts are."""
    table, state = collection.occurrences, collection.state
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE counted AS SELECT word, ndoc FROM ts_stat('SELECT words FROM {collection.rows}')"
        )
        cursor.execute(f"DELETE FROM {table} w WHERE NOT EXISTS (SELECT FROM counted c WHERE c.word = w.word)")
        cursor.execute(
            f"INSERT INTO {table} (word, entries) SELECT word, ndoc FROM counted"
            f" ON CONFLICT (word) DO UPDATE SET entries = EXCLUDED.entries WHERE {table}.entries <> EXCLUDED.entries"
        )
        cursor.execute("DROP TABLE counted")
        cursor.execute(
            f"""INSERT INTO {state} (collection, entries, name_length, text_length, has_names, counted_at)
            SELECT %s, count(*), coalesce(avg(name_length), 0), coalesce(avg(text_length), 0), coalesce(sum(name_length), 0) > 0, now()
            FROM {collection.rows}
            ON CONFLICT (collection) DO UPDATE SET entries = EXCLUDED.entries, name_length = EXCLUDED.name_length,
              text_length = EXCLUDED.text_length, has_names = EXCLUDED.has_names, counted_at = EXCLUDED.counted_at""",
            [collection.name],
        )


def place_tiers(table: str) -> None:
    """Where the tiers of products end, by the rows as they stand; a small collection needs none."""
    first, second = rows.TIERS
    Sql(
        f"""WITH placed AS MATERIALIZED (SELECT {rows.BY_STANDING} AS standing FROM {table} ORDER BY 1 DESC LIMIT {first + second})
        INSERT INTO curation_searchstate (collection, entries, name_length, text_length, has_names, first_tier, second_tier)
        SELECT %s, 0, 1, 1, true, (SELECT standing FROM placed OFFSET {first - 1} LIMIT 1),
          (SELECT standing FROM placed OFFSET {first + second - 1} LIMIT 1)
        ON CONFLICT (collection) DO UPDATE SET first_tier = EXCLUDED.first_tier, second_tier = EXCLUDED.second_tier""",
        (PRODUCTS.name,),
    ).execute()


def _count_when_due(collection: Collection) -> None:
    state = SearchState.objects.filter(collection=collection.name).first()
    if (
        state is None
        or state.counted_at is None
        or state.entries < SMALL
        or state.counted_at < timezone.now() - COUNTED_EVERY
    ):
        count_words(collection)


def _read(table: str, enterprises: Sequence[int], products: Sequence[int]) -> None:
    for column, ids, key in (("p.enterprise_id", enterprises, "owner"), ("p.id", products, "id")):
        if ids:
            source = f"{rows.PRODUCTS} AND {column} = ANY (%s)"
            Sql(rows.remove(table, source, f"{key} = ANY (%s)"), (list(ids), list(ids))).execute()
            Sql(rows.upsert(table, source), (list(ids),)).execute()


def _read_needs(needs: Sequence[int] | None) -> None:
    """Those, or all."""
    if needs is None:
        Sql(rows.remove(rows.NEED_ROWS, rows.NEEDS, "true")).execute()
        Sql(rows.upsert(rows.NEED_ROWS, rows.NEEDS)).execute()
    elif needs:
        source = f"{rows.NEEDS} AND n.id = ANY (%s)"
        Sql(rows.remove(rows.NEED_ROWS, source, "id = ANY (%s)"), (list(needs), list(needs))).execute()
        Sql(rows.upsert(rows.NEED_ROWS, source), (list(needs),)).execute()


def _is_rebuilding() -> bool:
    """Somebody holds the lock of a rebuild; asked under the lock of refreshing."""
    (found,) = Sql("SELECT pg_try_advisory_xact_lock_shared(%s) AS free", (REBUILDING,)).rows()
    return not found["free"]


def _note(enterprises: Sequence[int], products: Sequence[int]) -> None:
    Sql(
        "INSERT INTO curation_searchredo (enterprise, product) SELECT unnest(%s::bigint[]), 0 UNION SELECT 0, unnest(%s::bigint[])"
        " ON CONFLICT DO NOTHING",
        (list(enterprises), list(products)),
    ).execute()


def _lock(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
