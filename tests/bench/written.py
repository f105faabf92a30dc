"""The rows of a pool run again: written by COPY, by the ORM in chunks, by plain Python; and compared with each other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection, models, transaction

from curation.models import PoolRun
from curation.scoring.pool import (
    IN_DECIMALS,
    SCORE_PARENT,
    compile_for,
    evidence_table,
    rules_of_run,
    score_columns,
    score_table,
)
from curation.scoring.quantities import UNIT
from tests.bench.world import LINES
from tests.curation import oracle

COPIED = "bench_copied"
CHUNK = 5_000
GATES = [line for line in LINES if line["shape"] == "gate"]


@contextmanager
def role(variable: str) -> Iterator[Any]:
    """A connection of one's own, by the address in this variable. The owner makes tables, the app role fills them."""
    with closing(psycopg2.connect(os.environ[variable])) as own, own, own.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        yield cursor


def serialise(run: PoolRun, path: Path) -> None:
    """The run's rows as COPY reads them, in order of the key: its best case."""
    with role("DATABASE_URL") as cursor, path.open("wb") as file:
        cursor.copy_expert(f"COPY (SELECT * FROM {score_table(run.pk)} ORDER BY enterprise_id) TO STDOUT", file)


def empty_table() -> None:
    """Defined as a run's own table is."""
    with role("OWNER_DATABASE_URL") as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {COPIED}")
        cursor.execute(f"CREATE TABLE {COPIED} (LIKE {SCORE_PARENT} INCLUDING ALL)")
        cursor.execute(f"GRANT SELECT, INSERT ON {COPIED} TO mitrapasok_app")


def copy(path: Path) -> float:
    """One stream, into an empty table that exists, committed: seconds."""
    with path.open("rb") as file:
        began = time.perf_counter()
        with role("DATABASE_URL") as cursor:
            cursor.copy_expert(f"COPY {COPIED} FROM STDIN", file, size=1 << 20)
        return time.perf_counter() - began


def by_orm(run: PoolRun, rows: int) -> float:
    """`bulk_create` in chunks of ready values, in one transaction: seconds."""
    columns = ["run_id", *score_columns(compile_for(rules_of_run(run), run))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {score_table(run.pk)} LIMIT %s", [rows])
        values = cursor.fetchall()
    began = time.perf_counter()
    with transaction.atomic():
        for first in range(0, len(values), CHUNK):
            _Copied.objects.bulk_create(
                _Copied(**dict(zip(columns, row, strict=True))) for row in values[first : first + CHUNK]
            )
    return time.perf_counter() - began


def by_python(run: PoolRun, rows: int) -> float:
    """The same with everything that a run does: evidence read, scored in Python, written in chunks. Seconds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT enterprise_id FROM {evidence_table(run.programme_id)} ORDER BY 1 LIMIT %s", [rows])
        ids = [enterprise for (enterprise,) in cursor.fetchall()]
    began = time.perf_counter()
    with transaction.atomic():
        for first in range(0, len(ids), CHUNK):
            scored = _scored_by_the_oracle(run, ids[first : first + CHUNK])
            _Copied.objects.bulk_create(
                _Copied(
                    run_id=run.pk, enterprise_id=each, missed=missed, unknown=unknown, total=total, coverage=coverage
                )
                for each, (total, coverage, missed, unknown, _points) in scored.items()
            )
    return time.perf_counter() - began


def differing(run: PoolRun) -> int:
    """Rows that the run and the copy do not share; the run's number apart."""
    columns = score_columns(compile_for(rules_of_run(run), run))
    here, there = (f"({', '.join(f'{table}.{column}' for column in columns)})" for table in ("r", "c"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            f"SELECT count(*) FROM {score_table(run.pk)} r FULL JOIN {COPIED} c USING (enterprise_id)"
            f" WHERE {here} IS DISTINCT FROM {there}"
        )
        return int(cursor.fetchone()[0])


def wrong(run: PoolRun, enterprises: Sequence[int]) -> int:
    """How many of these the plain-Python oracle scores otherwise: total, coverage, gates, or the points of any criterion."""
    compiled = compile_for(rules_of_run(run), run)
    # The quantities stand in q1, q2 …; the expressions call them by their place.
    named = ", ".join(f"q{place} AS {each.name}" for place, each in enumerate(compiled.weighted, 1))
    points = ", ".join(each.points for each in compiled.weighted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT enterprise_id, total, coverage, missed, unknown, ARRAY[{points}] FROM ("
            f"SELECT enterprise_id, total, coverage, missed, unknown, {named} FROM {score_table(run.pk)}"
            " WHERE enterprise_id = ANY (%s)) AS stored",
            [list(enterprises)],
        )
        stored = {enterprise: tuple(rest) for enterprise, *rest in cursor.fetchall()}
    expected = _scored_by_the_oracle(run, enterprises)
    return sum(stored.get(each) != expected.get(each) for each in enterprises)


def _scored_by_the_oracle(run: PoolRun, enterprises: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {evidence_table(run.programme_id)} WHERE enterprise_id = ANY (%s)", [list(enterprises)]
        )
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            evidence = {name: _exact(name, value) for name, value in zip(names, row, strict=True)}
            score = oracle.score(LINES, evidence, run.as_of)
            found[evidence["enterprise_id"]] = (
                int(score.total * 100),
                int(score.coverage * 100),
                sum((held is not True) << place for place, held in enumerate(score.gates_held)),
                sum((held is None) << place for place, held in enumerate(score.gates_held)),
                [None if each is None else int(each * 100) for each in score.points],
            )
    return found


def _exact(name: str, value: Any) -> Any:
    return Decimal(value) / UNIT if name in IN_DECIMALS and value is not None else value


class _Copied(models.Model):
    """What the ORM would write."""

    pk = models.CompositePrimaryKey("run_id", "enterprise_id")
    run_id = models.BigIntegerField()
    enterprise_id = models.BigIntegerField()
    missed = models.IntegerField()
    unknown = models.IntegerField()
    total = models.SmallIntegerField()
    coverage = models.SmallIntegerField()
    province = models.SmallIntegerField(null=True)
    class_code = models.SmallIntegerField(null=True)
    form_code = models.SmallIntegerField(null=True)

    class Meta:
        app_label = "curation"
        managed = False
        db_table = COPIED


for _place in range(1, len(LINES) - len(GATES) + 1):
    _Copied.add_to_class(f"q{_place}", models.BigIntegerField(null=True))
