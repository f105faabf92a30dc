"""A pool of any size around enterprises that exist: each has neighbours, whose evidence is its own with numbers and dates moved.

Only evidence is made for the neighbours. A run over evidence already read looks at nothing else; what changes, and is read
again, are the enterprises that exist, spread evenly among them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from math import ceil
from typing import Any

from django.db import connection, models, transaction

from curation.models import Pool, PoolEvidence
from curation.scoring.pool import evidence_table
from portal.models import Enterprise
from tests.bench import world
from tests.bench.synthetic import enterprises

NEIGHBOURS = 25
SEED = 0.4
# What a programme asks is the same for all, and who somebody is belongs to the key.
KEPT = {"programme_id", "enterprise_id", "need_quantity", "stale_on"}


AS_OWNER = "import json, django; django.setup(); from tests.bench import crowd; print(json.dumps({}))"


def as_owner(call: str) -> Any:
    """In a process of its own, with the login that may do more than the portal."""
    environment = os.environ | {"DATABASE_URL": os.environ["OWNER_DATABASE_URL"]}
    said = subprocess.run(
        [sys.executable, "-c", AS_OWNER.format(call)], env=environment, stdout=subprocess.PIPE, check=True
    )
    return json.loads(said.stdout.splitlines()[-1])


def enterprises_for(rows: int) -> tuple[int, int, int]:
    """So many that exist that, with their neighbours and those already there, they are `rows` or a few more: their ids, as a range."""
    there = Enterprise.objects.verified().count()
    # The last id is that of an enterprise, or no range would reach its neighbours.
    made = enterprises(ceil((rows - there) / NEIGHBOURS) + 1, decided_by=world.admin().pk, step=NEIGHBOURS)
    _know()
    return made.start, made.stop, made.step


def pool_of(rows: int) -> None:
    """So many that all exist."""
    world.pool_of(rows)
    _know()


@transaction.atomic
def crowd_in(programme_id: int, made: range, rows: int) -> int:
    """Fill the programme's evidence up to `rows`, in order of the ids, as ranges do. As the owner; returns how many there are."""
    table = evidence_table(programme_id)
    columns = {field.column: _moved(field) for field in PoolEvidence._meta.concrete_fields if field.column}
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED])
        cursor.execute(f"CREATE TEMP TABLE read ON COMMIT DROP AS SELECT * FROM {table}")
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM ("
            f" SELECT read.*, place FROM read, generate_series(0, CASE WHEN enterprise_id >= %s THEN {NEIGHBOURS - 1} ELSE 0 END)"
            " AS place ORDER BY enterprise_id + place LIMIT %s) AS crowd",
            [made.start, rows],
        )
        count = cursor.rowcount
        cursor.execute(f"ANALYZE {table}")
    Pool.objects.filter(programme=programme_id).update(enterprises=count)
    return count


def _know() -> None:
    """What autovacuum would have done by the time that somebody asks."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _moved(field: models.Field) -> str:
    """Of an enterprise that exists, the value itself."""
    if field.column == "enterprise_id":
        return "enterprise_id + place"
    if field.column in KEPT or not isinstance(field, models.BigIntegerField | models.DateField):
        return field.column
    other = (
        f"least({field.column} + floor(random() * 400 - 200)::int, date '9999-12-31')"
        if isinstance(field, models.DateField)
        else f"({field.column} * (0.6 + 0.8 * random()))::bigint"
    )
    return f"CASE WHEN place = 0 THEN {field.column} ELSE {other} END"
