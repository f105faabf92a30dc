"""Rows of a section as plain values, and as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from portal.models import Enterprise
from portal.presentation.money import rupiah
from portal.sections import Table

Row = dict[str, Any]


def rows_of(enterprise: Enterprise, table: Table) -> list[Row]:
    return [{name: getattr(row, name) for name in table.columns} for row in getattr(enterprise, table.name).all()]


def same_rows(table: Table, some: list[Row], others: list[Row]) -> bool:
    """In whatever order: the order of a table is its own."""
    return _counted(table, some) == _counted(table, others)


def row_text(table: str, row: Row) -> tuple[str, str]:
    """A label and what stands beside it, for pages that only show the row."""
    return TEXTS[table](row)


def _sales_text(row: Row) -> tuple[str, str]:
    return _("Sales in %(year)s") % {"year": row["year"]}, rupiah(row["amount"], exact=True)


TEXTS: dict[str, Callable[[Row], tuple[str, str]]] = {"sales": _sales_text}


def _counted(table: Table, rows: list[Row]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[name] for name in table.columns) for row in rows)
