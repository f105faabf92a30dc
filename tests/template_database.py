"""A database with migrations and reference data done, made once per state of both; each test worker begins with a copy of it."""

from __future__ import annotations

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
# Any number: who holds it is making the template.
MAKING = 7_202_111


def template_database() -> str:
    """Its name; made first when there is none for this state of the migrations and the data."""
    wanted = (
        PREFIX
        + steps.digest(
            [*steps.files_in("*/migrations/*.py", "portal/reference/**/*"), steps.ROOT / "requirements.txt"]
        )[:16]
    )
    with _maintenance() as cursor:
        cursor.execute("SET lock_timeout = 0")  # others wait here while one makes it
        cursor.execute("SELECT pg_advisory_lock(%s)", [MAKING])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        existing = {name for (name,) in cursor.fetchall()}
        if wanted not in existing:
            for old in existing:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            _make(cursor, wanted)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MAKING])
    return wanted


def _make(cursor: Any, name: str) -> None:
    """Under another name until it is whole."""
    unfinished = f"{PREFIX}unfinished"
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{unfinished}").geturl()
    for command in (["migrate", "--no-input"], ["load_reference"]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v", "0"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": address},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


@contextmanager
def _maintenance() -> Iterator[Any]:
    """Outside any transaction: databases are not made in one."""
    with connection._nodb_cursor() as cursor:
        yield cursor
