"""Asking the database as search needs it: planned for the values at hand, through the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# A plan made for any values is two to three times slower; a common word's estimate would tempt the planner to read all rows;
# and a bitmap of a common word must stay exact.
SETTINGS = {"plan_cache_mode": "force_custom_plan", "enable_seqscan": "off", "work_mem": "32MB"}
_SET = "SELECT " + ", ".join(
    [
        *(f"current_setting('{name}')" for name in SETTINGS),
        *(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items()),
    ]
)
_BACK = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)


@contextmanager
def tuned() -> Iterator[None]:
    """Under the settings above; what else the transaction does keeps its own."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_SET)
        before = cursor.fetchone()[: len(SETTINGS)]
        yield
        cursor.execute(_BACK, before)


def ask(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
