"""Loading the reference files: one transaction, COPY into a temporary table, then only what differs is written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from portal.models.reference import ContextFigure, HsCode, KbliClass, LinkageFigure, ReferenceLoad, Region, SearchWord
from portal.models.rule import DatedRule
from portal.reference import rows
from portal.reference.files import FOLDER, digest_of, rows_of

LOAD_NAME = "reference"
SOURCES = (
    "wilayah_provinsi.csv",
    "wilayah_kabkota.csv",
    "wilayah_kecamatan.csv.gz",
    "wilayah_desa.csv.gz",
    "kbli2020.csv.gz",
    "kbli2025.csv.gz",
    "btki2022.csv.gz",
    "context_figures.csv",
    "linkage_figures.csv",
    "rules.json",
    # How rows are made of them belongs to the digest too: a better folding must reach the tables.
    "rows.py",
    "../text.py",
)


@dataclass(frozen=True)
class Loaded:
    """What one load did to one table."""

    table: str
    rows: int
    written: int


@transaction.atomic
def load_reference(*, force: bool = False) -> list[Loaded]:
    """Bring the reference tables to the shipped files. An empty list when they are the same as last time.

    Rows are added and corrected, never removed: an enterprise may hold a code that a later file has dropped.
    """
    digest = digest_of(*SOURCES)
    last, _created = ReferenceLoad.objects.select_for_update().get_or_create(
        name=LOAD_NAME, defaults={"digest": "", "rows": 0}
    )
    if last.digest == digest and not force:
        return []
    done = [*_load_lists(), *_load_figures(), load_rules(overwrite=force)]
    last.digest, last.rows = digest, sum(each.rows for each in done)
    last.save()
    return done


def _load_lists() -> list[Loaded]:
    regions, kbli, hs = (list(rows.region_rows()), rows.kbli_edition_rows(), list(rows.hs_rows()))
    words = [
        *rows.word_rows(SearchWord.Source.REGION, rows.text_column(rows.REGION_COLUMNS, regions, "own_text")),
        *rows.word_rows(SearchWord.Source.KBLI, rows.text_column(rows.KBLI_COLUMNS, kbli, "search_text")),
        *rows.word_rows(SearchWord.Source.HS, rows.text_column(rows.HS_COLUMNS, hs, "search_text")),
    ]
    return [
        _upsert(Region, rows.REGION_COLUMNS, regions, key=("code",)),
        _upsert(KbliClass, rows.KBLI_COLUMNS, kbli, key=("edition", "code")),
        _upsert(HsCode, rows.HS_COLUMNS, hs, key=("code",)),
        _upsert(SearchWord, rows.WORD_COLUMNS, words, key=("source", "word")),
    ]


def _load_figures() -> list[Loaded]:
    common = ("indicator", "definition_id", "definition_en", "date", "publisher")
    context = [(*(r[name] for name in common), r["value"], r["unit"]) for r in rows_of("context_figures.csv")]
    linkage = [
        (*(r[name] for name in common), r["value_percent"], r["country"]) for r in rows_of("linkage_figures.csv")
    ]
    return [
        _upsert(ContextFigure, (*common, "value", "unit"), context, key=("indicator", "date", "publisher")),
        _upsert(
            LinkageFigure, (*common, "value", "country"), linkage, key=("indicator", "country", "date", "publisher")
        ),
    ]


def load_rules(*, overwrite: bool = False) -> Loaded:
    """Rules already there are left alone unless forced: the operator may have ended one and begun the next."""
    shipped = json.loads(Path(FOLDER / "rules.json").read_text(encoding="utf-8"))
    columns = ("key", "valid_from", "valid_until", "parameters", "legal_source", "source_checked")
    table = [
        tuple(json.dumps(rule[name]) if name == "parameters" else rule[name] for name in columns) for rule in shipped
    ]
    return _upsert(DatedRule, columns, table, key=("key", "valid_from"), overwrite=overwrite)


def _upsert(
    model: type[models.Model],
    columns: tuple[str, ...],
    table: Iterable[rows.Row],
    *,
    key: tuple[str, ...],
    overwrite: bool = True,
) -> Loaded:
    """Write the rows that are new or differ. Table and column names are ours, so they may stand in the statement."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    # An empty text and a missing value must stay two things: COPY reads \N as NULL and a quoted nothing as empty.
    count = 0
    for row in table:
        writer.writerow([r"\N" if value is None else value for value in row])
        count += 1
    buffer.seek(0)
    name, names = model._meta.db_table, ", ".join(columns)
    others = [column for column in columns if column not in key]
    if overwrite:
        on_conflict = (
            f"({', '.join(key)}) DO UPDATE SET {', '.join(f'{c} = EXCLUDED.{c}' for c in others)} "
            f"WHERE ({', '.join(f'{name}.{c}' for c in others)}) "
            f"IS DISTINCT FROM ({', '.join(f'EXCLUDED.{c}' for c in others)})"
        )
    else:
        on_conflict = "DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {name} WITH NO DATA")
        cursor.copy_expert(rf"COPY incoming ({names}) FROM STDIN (FORMAT csv, NULL '\N')", buffer)
        with _rebuilt_indexes(cursor, name):
            cursor.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM incoming ON CONFLICT {on_conflict}")
            written = cursor.rowcount
        cursor.execute("DROP TABLE incoming")
        if written:
            cursor.execute(f"ANALYZE {name}")
    return Loaded(name, count, written)


@contextmanager
def _rebuilt_indexes(cursor: Any, table: str) -> Iterator[None]:
    """While an empty table is filled its search indexes are away: building them once takes a third of the time."""
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
    (filled,) = cursor.fetchone()
    indexes = []
    if not filled:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE schemaname = current_schema() AND tablename = %s AND indexdef LIKE '%% USING gin %%'",
            [table],
        )
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    # A table with foreign keys still to be checked takes no index.
    connection.check_constraints()
    for _name, definition in indexes:
        cursor.execute(definition)
