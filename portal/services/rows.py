"""Rows of a section, replaced as a whole."""

from __future__ import annotations

from typing import Any

from portal.models import Enterprise
from portal.sections import Table

Row = dict[str, Any]


def replace_rows(enterprise: Enterprise, table: Table, wanted: list[Row]) -> None:
    """A row that is known again keeps its place and what else it holds; the others go."""
    known = list(getattr(enterprise, table.name).all())
    by_key = {_key(table, place, row): row for place, row in enumerate(known)}
    kept: list[tuple[Any, Row]] = []
    new: list[tuple[Any, Row]] = []
    for place, values in enumerate(wanted):
        row = by_key.pop(_key(table, place, values), None)
        (new if row is None else kept).append((row, values))
    for row in by_key.values():
        row.delete()
    for row, values in kept:
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
    manager = getattr(enterprise, table.name)
    manager.bulk_create([manager.model(enterprise=enterprise, **values) for _row, values in new])


def _key(table: Table, place: int, row: Any) -> Any:
    if not table.key:
        return place
    return tuple(row[name] if isinstance(row, dict) else getattr(row, name) for name in table.key)
