"""A database with migrations and reference data done, made once per state of both; each test worker begins with a copy of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from portal.local import steps

PREFIX = "template_mitrapasok_"
# Earlier ones to begin from; a migration may be taken back.
KEPT = 2
# Any number: who holds it is making the template.
MAKING = 7_202_111


def template_database() -> str:
    """Its name; made first when there is none for this state of the migrations and the data."""
    made_of = {str(file.relative_to(steps.ROOT)): steps.digest([file]) for file in steps.files_in("*/migrations/*.py")}
    made_of["data"] = steps.digest(
        [
            *steps.files_in("portal/reference/**/*", "curation/matching/*.csv", "curation/matching/pairs.py"),
            steps.ROOT / "requirements.txt",
        ]
    )
    wanted = PREFIX + hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]
    with _maintenance() as cursor:
        cursor.execute("SET lock_timeout = 0")  # others wait here while one makes it
        cursor.execute("SELECT pg_advisory_lock(%s)", [MAKING])
        cursor.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE starts_with(datname, %s)"
            " ORDER BY oid DESC",
            [PREFIX],
        )
        existing = {name: json.loads(said or "null") for name, said in cursor.fetchall()}
        if wanted not in existing:
            # The newest with the same data and whose every migration still stands as it was: a copy gets what came after.
            fitting = [name for name, its in existing.items() if its and its.items() <= made_of.items()]
            for old in existing.keys() - set(fitting[:KEPT]):
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            _make(cursor, wanted, base=fitting[0] if fitting else "template1", made_of=made_of)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MAKING])
    return wanted


def _make(cursor: Any, name: str, *, base: str, made_of: dict[str, str]) -> None:
    """Under another name until it is whole."""
    unfinished = f"{PREFIX}unfinished"
    cursor.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{unfinished}" TEMPLATE "{base}"')
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{unfinished}").geturl()
    for command in (["migrate", "--no-input"], ["load_reference"], ["load_search"]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v", "0"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": address},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    cursor.execute(f'COMMENT ON DATABASE "{unfinished}" IS %s', [json.dumps(made_of)])
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


@contextmanager
def _maintenance() -> Iterator[Any]:
    """Outside any transaction: databases are not made in one."""
    with connection._nodb_cursor() as cursor:
        yield cursor
