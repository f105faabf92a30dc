"""Measurable business plans of the sample firms, with what came of the quarters that are over."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from portal.enums import FundingSource, MarketKind, PlanIndicator
from portal.models import Enterprise, PlanFunding, PlanMarket, PlanProduct, PlanProgress, PlanTarget
from portal.models.plan import QUARTERS
from portal.sample.enterprises import Made
from portal.sample.figures import STEPS
from portal.sample.keys import dice
from portal.sample.trades import recipes
from portal.selectors.plan import has_ended
from portal.services.derived import plan_parts

MILLION = 10**6
# Of the plans that are written: the others are words only.
MEASURED = 0.7
MARKETS = (
    (MarketKind.STATE, "Bengkel dan gudang BUMN di provinsi ini"),
    (MarketKind.PRIVATE, "Pabrik di kawasan industri terdekat"),
    (MarketKind.SHOPS, "Toko dan agen di kabupaten tetangga"),
    (MarketKind.GOVERNMENT, "Dinas kabupaten lewat katalog elektronik"),
)
SOURCES = (FundingSource.KUR, FundingSource.OWN, FundingSource.LPDB, FundingSource.TJSL, FundingSource.UNDECIDED)
BEHIND = "Bahan baku terlambat datang."


def add_plans(made: Iterable[Made]) -> None:
    roll = dice("plans")
    rows: dict[type[models.Model], list[Any]] = {}
    measured = []
    for each in made:
        enterprise = each.enterprise
        if not enterprise.business_plan or not (each.plan.lead or roll.random() < MEASURED):
            continue
        found = list(_rows(each, roll))
        enterprise.funding_needed = any(isinstance(row, PlanFunding) for row in found)
        enterprise.plan_parts = plan_parts(
            {
                "plan_products": True,
                "plan_markets": True,
                "plan_targets": any(isinstance(row, PlanTarget) for row in found),
                "funding_needed": enterprise.funding_needed,
                "plan_funding": enterprise.funding_needed,
            }
        )
        measured.append(enterprise)
        for row in found:
            rows.setdefault(type(row), []).append(row)
    Enterprise.objects.bulk_update(measured, ["funding_needed", "plan_parts"])
    for model, new in rows.items():
        model._default_manager.bulk_create(new)


def _rows(each: Made, roll: random.Random) -> Iterator[models.Model]:
    enterprise, known = each.enterprise, list(recipes(each.plan.trade))
    yearly = enterprise.annual_sales or (enterprise.capital or 100 * MILLION)
    for recipe in known[: roll.randint(1, min(2, len(known)))]:
        quantity = Decimal(max(1, round(recipe.capacity[0] * roll.uniform(1, 2))))
        yield PlanProduct(enterprise=enterprise, name=recipe.variants()[0], quantity=quantity, unit=recipe.unit)
    for kind, name in roll.sample(MARKETS, roll.randint(1, 2)):
        amount = max(MILLION, round(yearly * roll.uniform(0.2, 0.6) / MILLION) * MILLION)
        yield PlanMarket(enterprise=enterprise, kind=kind, name=name, amount=amount)
    if roll.random() < 0.7:
        amount = max(5 * MILLION, round(yearly * roll.uniform(0.05, 0.25) / MILLION) * MILLION)
        yield PlanFunding(
            enterprise=enterprise, purpose=roll.choice(STEPS).capitalize(), amount=amount, source=roll.choice(SOURCES)
        )
    if each.plan.lead or roll.random() < 0.85:
        this_year = timezone.localdate().year
        for year in (this_year, this_year + 1):
            yield from _targets(each, PlanIndicator.SALES, year, Decimal(yearly) / 4, roll)
        yield from _targets(each, PlanIndicator.BUYERS, this_year, Decimal(roll.randint(2, 6)), roll)


def _targets(
    each: Made, indicator: PlanIndicator, year: int, first: Decimal, roll: random.Random
) -> Iterator[models.Model]:
    """Growing from quarter to quarter; what is over was mostly reached."""
    step = MILLION if indicator.is_money else 1
    aims = [Decimal(max(step, round(float(first) * (1 + 0.06 * n) / step) * step)) for n in range(len(QUARTERS))]
    yield PlanTarget(
        enterprise=each.enterprise, indicator=indicator, year=year, **{f"q{q}": aims[q - 1] for q in QUARTERS}
    )
    for quarter in QUARTERS:
        if not has_ended(year, quarter):
            continue
        share = roll.uniform(0.7, 1.25)
        yield PlanProgress(
            enterprise=each.enterprise,
            indicator=indicator,
            year=year,
            quarter=quarter,
            target=aims[quarter - 1],
            actual=Decimal(round(float(aims[quarter - 1]) * share / step) * step),
            note=BEHIND if share < 0.9 else "",
            reported_by=each.owner,
            reported_at=_after(year, quarter, roll),
        )


def _after(year: int, quarter: int, roll: random.Random) -> dt.datetime:
    """Some days after the quarter, and not after today."""
    month = quarter * 3 + 1
    first = dt.date(year + 1, 1, 1) if month > 12 else dt.date(year, month, 1)
    day = min(first + dt.timedelta(days=roll.randint(1, 20)), timezone.localdate())
    return timezone.make_aware(dt.datetime.combine(day, dt.time(9, roll.randint(0, 59))))
