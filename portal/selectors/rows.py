"""Rows of a section as plain values, and as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from portal.countries import country_name
from portal.enums import (
    CapacityPer,
    DigitalQuestion,
    FundingSource,
    InnovationKind,
    MarketKind,
    PlanIndicator,
    QualityQuestion,
    Unit,
)
from portal.models import Enterprise
from portal.models.plan import QUARTERS
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.sections import Table
from portal.selectors.plan import amount_text, quarter_name

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


def _machine_text(row: Row) -> tuple[str, str]:
    parts = [_("%(n)s pieces") % {"n": angka(row["count"])} if row["count"] != 1 else ""]
    parts.append(_("built in %(year)s") % {"year": row["year"]} if row["year"] else "")
    if row["capacity"] is not None:
        unit, per = Unit(row["capacity_unit"]).label, CapacityPer(row["capacity_per"]).label
        parts.append(f"{angka(row['capacity'])} {unit}/{per}")
    return row["name"], " · ".join(filter(None, parts)) or _("1 piece")


def _answer_text(questions: type[TextChoices]) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (str(questions(row["question"]).label), _("Yes") if row["yes"] else _("No"))


def _export_text(row: Row) -> tuple[str, str]:
    where = country_name(row["country"]) if row["country"] else row.get("destination", "")
    hs = _("HS %(code)s") % {"code": row["hs"].dotted} if row["hs"] else ""
    value = rupiah(row["value"]) if row["value"] is not None else ""
    return where, " · ".join(filter(None, [row["product"], hs, str(row["year"] or ""), value]))


def _innovation_text(row: Row) -> tuple[str, str]:
    kind = str(InnovationKind(row["kind"]).label)
    return kind, f"{row['title']} · {row['number']} · {tanggal(row['registered_on'])}"


def _plan_product_text(row: Row) -> tuple[str, str]:
    text = _("%(amount)s %(unit)s a month")
    return row["name"], text % {"amount": angka(row["quantity"]), "unit": Unit(row["unit"]).label}


def _plan_market_text(row: Row) -> tuple[str, str]:
    amount = _("%(amount)s a year") % {"amount": rupiah(row["amount"])}
    return str(MarketKind(row["kind"]).label), f"{row['name']} · {amount}"


def _plan_target_text(row: Row) -> tuple[str, str]:
    quarters = [
        f"{quarter_name(n)}: {amount_text(row['indicator'], row['unit'], row[f'q{n}'])}"
        for n in QUARTERS
        if row[f"q{n}"] is not None
    ]
    return f"{PlanIndicator(row['indicator']).label} {row['year']}", " · ".join(quarters)


def _plan_funding_text(row: Row) -> tuple[str, str]:
    return row["purpose"], f"{rupiah(row['amount'])} · {FundingSource(row['source']).label}"


TEXTS: dict[str, Callable[[Row], tuple[str, str]]] = {
    "sales": _sales_text,
    "machines": _machine_text,
    "quality_answers": _answer_text(QualityQuestion),
    "digital_answers": _answer_text(DigitalQuestion),
    "export_records": _export_text,
    "innovations": _innovation_text,
    "plan_products": _plan_product_text,
    "plan_markets": _plan_market_text,
    "plan_targets": _plan_target_text,
    "plan_funding": _plan_funding_text,
}


def _counted(table: Table, rows: list[Row]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[name] for name in table.columns) for row in rows)
