"""For which year an enterprise owes its sales: the last whole one, once the books of it can be closed.

Nobody owes a year that began before the business was established, nor one that lay behind it when it said, on sending, that it
had no full year yet. Who answers that it had none again is asked when the next year has ended.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from portal.models import Enterprise
from portal.rules.confirmation import SALES, terms_of


def year_asked_for(day: dt.date) -> int | None:
    """None where no rule holds: then nobody is asked."""
    terms = terms_of(SALES, day)
    return terms.asked_when_from(day).year - 1 if terms else None


def owing_sales(year: int) -> QuerySet[Enterprise]:
    return Enterprise.objects.verified().filter(
        Q(established_on=None) | Q(established_on__lte=dt.date(year, 1, 1)),
        Q(sales_year=None) | Q(sales_year__lt=year),
        Q(no_full_year_in=None) | Q(no_full_year_in__lt=year),
        ~Q(full_year_of_sales=False) | Q(submitted_at=None) | Q(submitted_at__year__lte=year),
    )


def owed_sales_year(enterprise: Enterprise, day: dt.date) -> int | None:
    year = year_asked_for(day)
    return year if year is not None and owing_sales(year).filter(pk=enterprise.pk).exists() else None
