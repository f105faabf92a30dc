"""Operations that migrations use: what the database itself refuses. Frozen data goes in, so a migration never changes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

APP_ROLE = "mitrapasok_app"


def flow_guard(table: str, pairs: Iterable[tuple[str, str]]) -> migrations.RunSQL:
    """Only these (from, to) moves of `status`, even by raw SQL. Replaces an earlier guard on the table."""
    arguments = ", ".join(f"'{source}>{to}'" for source, to in sorted(pairs))
    return migrations.RunSQL(
        f"DROP TRIGGER IF EXISTS flow_guard ON {table};"
        f" CREATE TRIGGER flow_guard BEFORE UPDATE OF status ON {table}"
        f" FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION flow_guard({arguments})",
        f"DROP TRIGGER flow_guard ON {table}",
    )


def append_only(table: str) -> migrations.RunSQL:
    """The app role may add rows and read them, never change or remove one; nor may the owner by accident."""
    return migrations.RunSQL(
        f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE};"
        f" CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
        f" CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};"
        f" GRANT UPDATE, DELETE ON {table} TO {APP_ROLE}",
    )


def frozen(table: str, condition: str, columns: str = "") -> migrations.RunSQL:
    """A row that meets `condition` (on OLD) is never changed or removed any more: a published version, a snapshot.

    `columns` names the ones that may still change ("OF a, b" lists the guarded ones), empty guards the whole row.
    """
    name = f"{table}_frozen"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE {columns} OR DELETE ON {table}"
        f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {name} ON {table}",
    )


def fixed(table: str, name: str, columns: Iterable[str], condition: str = "true") -> migrations.RunSQL:
    """These columns of a row that meets `condition` (on OLD) keep their values; the row may still be removed."""
    listed = list(columns)
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in listed)
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(listed)} ON {table}"
        f" FOR EACH ROW WHEN (({condition}) AND ({changed})) EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {name} ON {table}",
    )
