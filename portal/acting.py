"""Who acts for whom, told to the database for the length of one transaction.

Row-level policies read `app.user` and `app.organisation`; triggers and audit may too. The values are local to the
transaction, so a pooled connection never carries one person's into another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

KEYS = ("app.user", "app.organisation")


def _set(values: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(%s, %s, true), set_config(%s, %s, true)", [KEYS[0], values[0], KEYS[1], values[1]]
        )


def _current() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), ''), coalesce(current_setting(%s, true), '')", KEYS)
        return cursor.fetchone()


@contextmanager
def acting(user_id: int | None, organisation_id: int | None) -> Iterator[None]:
    """A transaction in which the database knows who acts. For requests, jobs, commands and tests."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _current() if nested else ("", "")
        _set((str(user_id or ""), str(organisation_id or "")))
        yield
        # A local setting outlives RELEASE SAVEPOINT: put the outer one back. After an exception the rollback does.
        if nested and not connection.needs_rollback:
            _set(before)
