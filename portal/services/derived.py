"""Columns of the enterprise that follow from its rows: written in the same transaction, read by scoring and by the class rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.enums import QualityQuestion
from portal.self_assessment import digital_level

Rows = list[dict[str, Any]]


def derived_from_rows(table: str, rows: Rows) -> dict[str, Any]:
    """By the names of the columns; empty where nothing follows from this table."""
    return DERIVE[table](rows) if table in DERIVE else {}


PARTS_OF_PLAN = ("plan_products", "plan_markets", "plan_targets")


def plan_parts(values: Mapping[str, Any]) -> int | None:
    """How many of a plan's four measurable parts are there; None while none is. No need of funding is an answer, too."""
    found = sum(bool(values[table]) for table in PARTS_OF_PLAN)
    needed = values["funding_needed"]
    return found + (needed is False or bool(needed and values["plan_funding"])) or None


def _newest_sales(rows: Rows) -> dict[str, Any]:
    newest = max(rows, key=lambda row: row["year"], default={"year": None, "amount": None})
    return {"sales_year": newest["year"], "annual_sales": newest["amount"]}


def _digital_level(rows: Rows) -> dict[str, Any]:
    found = digital_level(rows)
    return {"digital_readiness": found.level if found else None}


def _quality_practices(rows: Rows) -> dict[str, Any]:
    """No evidence while a question is open."""
    whole = {row["question"] for row in rows} == set(QualityQuestion)
    return {"quality_practices": sum(row["yes"] for row in rows) if whole else None}


def _registered(rows: Rows) -> dict[str, Any]:
    return {"registered_innovations": len(rows)}


DERIVE: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "sales": _newest_sales,
    "digital_answers": _digital_level,
    "quality_answers": _quality_practices,
    "innovations": _registered,
}
