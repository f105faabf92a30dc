"""Columns of the enterprise that follow from its rows: written in the same transaction, read by scoring and by the class rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.models import Enterprise

Rows = list[dict[str, Any]]


def derive_from_rows(enterprise: Enterprise, table: str, rows: Rows) -> None:
    """Set what follows from these rows of a table; the caller saves the enterprise."""
    if table in DERIVE:
        DERIVE[table](enterprise, rows)


def _newest_sales(enterprise: Enterprise, rows: Rows) -> None:
    newest = max(rows, key=lambda row: row["year"], default={"year": None, "amount": None})
    enterprise.sales_year, enterprise.annual_sales = newest["year"], newest["amount"]


DERIVE: dict[str, Callable[[Enterprise, Rows], None]] = {"sales": _newest_sales}
