"""What people had entered before a section got rows is there after the migrations: run on a database of their own.

Half of all migrations twice over, and none of them changes any more: `-m long`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.long
NAME = f"test_migrating_{os.getpid()}"


def before(name: str) -> str:
    """The migration of portal that comes before the one called so."""
    loader = MigrationLoader(None)
    found = next(migration for key, migration in loader.disk_migrations.items() if key[1].endswith(name))
    return next(parent for app, parent in found.dependencies if app == "portal")


@pytest.fixture
def address() -> Iterator[str]:
    owner = os.environ["DATABASE_URL"]
    connection = psycopg2.connect(owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{NAME}"')
        yield urlunsplit(urlsplit(owner)._replace(path=f"/{NAME}"))
        cursor.execute(f'DROP DATABASE "{NAME}" WITH (FORCE)')
    connection.close()


def migrate(address: str, *to: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", *to],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_texts_and_figures_become_rows_and_nothing_is_lost(address: str) -> None:
    migrate(address, "portal", before("sales_by_year"))
    long_line = "Mesin pres hidrolik " * 20
    firms = {
        1: {"annual_sales": 4_200_000_000, "sales_year": 2024, "machines": "Tungku induksi\r\n\r\nBubut 2 unit\n", "export_destinations": "Malaysia, Jepang dan Timur Tengah"},
        2: {"annual_sales": None, "sales_year": None, "machines": long_line, "export_destinations": "Japan; Belanda"},
        3: {"annual_sales": 5, "sales_year": None, "machines": "", "export_destinations": ""},
    }  # fmt: skip
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        for pk, fields in firms.items():
            fill(cursor, "portal_organisation", {"id": pk, "name": f"CV {pk}", "capabilities": ["enterprise"]})
            fill(cursor, "portal_enterprise", {"id": pk, "organisation_id": pk, "status": "draft", **fields})
    migrate(address)
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT enterprise_id, year, amount FROM portal_annualsales")
        assert cursor.fetchall() == [(1, 2024, 4_200_000_000)]
        cursor.execute("SELECT sales_year, annual_sales FROM portal_enterprise ORDER BY id")
        assert cursor.fetchall() == [(2024, 4_200_000_000), (None, None), (None, 5)]
        cursor.execute("SELECT enterprise_id, name, count FROM portal_machine ORDER BY id")
        machines = cursor.fetchall()
        assert machines[:2] == [(1, "Tungku induksi", 1), (1, "Bubut 2 unit", 1)]
        assert "".join(name for firm, name, _count in machines if firm == 2).replace(" ", "") == long_line.replace(
            " ", ""
        )
        cursor.execute("SELECT enterprise_id, country, destination FROM portal_exportrecord ORDER BY id")
        assert cursor.fetchall() == [
            (1, "MY", ""),
            (1, "JP", ""),
            (1, "", "Timur Tengah"),
            (2, "JP", ""),
            (2, "NL", ""),
        ]


def fill(cursor: psycopg2.extensions.cursor, table: str, values: dict[str, object]) -> None:
    """A row with these values; every other column that must hold something gets what its type calls empty."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
        " AND column_default IS NULL AND is_identity = 'NO' AND table_schema = 'public'",
        [table],
    )
    empty = {"boolean": False, "jsonb": "[]", "ARRAY": "{}", "timestamp with time zone": "2026-01-01", "bytea": b""}
    row = {name: empty.get(kind, "") for name, kind in cursor.fetchall()} | values
    columns = ", ".join(f'"{name}"' for name in row)
    cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values()))
