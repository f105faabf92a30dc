"""The owner's hat, for tests only: the same connection, so the same uncommitted rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def as_owner() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            before = cursor.fetchone()[0]
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute("SET LOCAL app.flush = 'tests'")
        yield
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(before)}")
