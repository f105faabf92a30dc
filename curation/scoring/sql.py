"""A piece of SQL with its parameters. Text is ours; whatever a person typed travels as a parameter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection


@dataclass(frozen=True)
class Sql:
    text: str
    params: tuple[Any, ...] = ()

    @classmethod
    def join(cls, separator: str, parts: Iterable[Sql]) -> Sql:
        known = tuple(parts)
        return cls(separator.join(part.text for part in known), tuple(value for part in known for value in part.params))

    def rows(self) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.params)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self) -> int:
        """How many rows it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.params)
            return cursor.rowcount


def take_time() -> None:
    """For the rest of the transaction: a range, or the ranks of a whole round, take longer than a page may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [settings.LONG_STATEMENT])
