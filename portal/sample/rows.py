"""The rows of the sample firms' dossiers, such that they agree with the figures the firms have."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from portal.models import AnnualSales, Enterprise
from portal.sample.keys import dice

MILLION = 10**6
OLDEST_YEARS = 4


def add_rows(enterprises: Iterable[Enterprise]) -> None:
    roll = dice("rows")
    AnnualSales.objects.bulk_create(row for enterprise in enterprises for row in sales(enterprise, roll))


def fill_in(enterprise: Enterprise, roll: random.Random) -> None:
    """Answers beside the figures that everything else rests on; a draft has none where those are missing."""
    people = enterprise.workforce
    if people is None:
        return
    enterprise.workforce_permanent = max(1, round(people * roll.uniform(0.5, 1)))
    enterprise.workforce_trained = round(people * roll.uniform(0, 0.7))
    enterprise.workforce_with_disability = 1 if people > 8 and roll.random() < 0.25 else 0


def sales(enterprise: Enterprise, roll: random.Random) -> Iterator[AnnualSales]:
    """The newest year is the one the class rests on; the ones before lead up to it."""
    if enterprise.sales_year is None or enterprise.annual_sales is None or enterprise.established_on is None:
        return
    amount = enterprise.annual_sales
    for back in range(roll.randint(2, OLDEST_YEARS)):
        year = enterprise.sales_year - back
        if year < enterprise.established_on.year:
            break
        yield AnnualSales(enterprise=enterprise, year=year, amount=amount)
        amount = round(amount * roll.uniform(0.78, 1.02) / MILLION) * MILLION
