"""The sales of a year, asked for once it has ended: by the day's job, again while the answer is out, and never twice at once.

What is answered goes the way of every answer: it is a save of the finance section, and derives the class anew.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import SME_ROLES
from portal.flow import MoveNotAllowed
from portal.jobs import enqueue
from portal.models import Enterprise, User
from portal.notifications import notify_organisation
from portal.rules.confirmation import SALES, terms_of
from portal.sections import TABLES
from portal.selectors.annual_sales import owed_sales_year, owing_sales, year_asked_for
from portal.selectors.rows import rows_of
from portal.services.dossier import locked_for_change, save_section

SALES_JOB = "portal.annual_sales"
SECTION = "finance"
RANGE = 200


@transaction.atomic
def report_sales(enterprise: Enterprise, year: int, amount: int, *, by: User) -> None:
    """The year is a full one from now on, and its sales decide the class."""
    locked = _locked_while_owed(enterprise, year, by)
    known = [row for row in rows_of(locked, TABLES["sales"]) if row["year"] != year]
    rows = [{"year": year, "amount": amount}, *known]
    save_section(locked, SECTION, {"full_year_of_sales": True, "sales": rows}, by=by)


@transaction.atomic
def deny_full_year(enterprise: Enterprise, year: int, *, by: User) -> None:
    """There was no full year of sales in it: asked again when the next one has ended."""
    locked = _locked_while_owed(enterprise, year, by)
    if locked.full_year_of_sales:
        raise ValidationError(
            {"amount": [_("You have had a full year of sales before. Enter 0 if nothing was sold in this one.")]}
        )
    locked.no_full_year_in = year
    locked.save(update_fields=["no_full_year_in"])
    audit.record(locked, "deny_full_year", by=by, payload={"year": year})


def queue_sales_requests(day: dt.date | None = None) -> int:
    """Jobs for the enterprises that owe a year's sales and are asked, or asked again, today; how many. Safe to run twice."""
    today = day or timezone.localdate()
    year, most = _asked(today)
    if year is None:
        return 0
    due = owing_sales(year).exclude(sales_asked_for=year, sales_asked__gt=most)
    keys = list(due.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), RANGE):
        part = keys[start : start + RANGE]
        enqueue(SALES_JOB, f"{today}:{part[0]}-{part[-1]}", payload={"first": part[0], "last": part[-1]})
    return len(keys)


def ask_for_sales(first: int, last: int, day: dt.date | None = None) -> int:
    """Of a range of enterprises; how many were told. Safe to run twice, also at once."""
    today = day or timezone.localdate()
    year, _most = _asked(today)
    if year is None:
        return 0
    keys = owing_sales(year).filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True)
    return sum(_ask(key, year, today) for key in list(keys))


def _asked(day: dt.date) -> tuple[int | None, int]:
    """The year that is asked for, and how often it is asked again."""
    terms = terms_of(SALES, day)
    return year_asked_for(day), len(terms.remind_after_days) if terms else 0


@transaction.atomic
def _ask(key: int, year: int, day: dt.date) -> bool:
    # Not owed any more where somebody answered while this waited for the row.
    enterprise = owing_sales(year).select_for_update(of=("self",)).select_related("organisation").filter(pk=key).first()
    terms = terms_of(SALES, day)
    if enterprise is None or terms is None:
        return False
    if enterprise.sales_asked_for != year:
        enterprise.sales_asked_for, enterprise.sales_asked_on, enterprise.sales_asked = year, day, 1
    elif enterprise.sales_asked > terms.passed(enterprise.sales_asked_on or day, day):
        return False
    else:
        enterprise.sales_asked += 1
    enterprise.save(update_fields=["sales_asked_for", "sales_asked_on", "sales_asked"])
    audit.record(enterprise, "ask_for_sales", by=None, payload={"year": year, "times": enterprise.sales_asked})
    notify_organisation(
        enterprise.organisation,
        "sales.asked",
        path=reverse("annual_sales"),
        roles=SME_ROLES,
        name=enterprise.name,
        year=year,
    )
    return True


def _locked_while_owed(enterprise: Enterprise, year: int, by: User) -> Enterprise:
    locked = locked_for_change(enterprise, by, SECTION)
    if owed_sales_year(locked, timezone.localdate()) != year:
        raise MoveNotAllowed(
            _("The sales of %(year)s are not asked for, or have been entered already.") % {"year": year},
            move="report_sales",
            status=locked.status,
            code="not_owed",
        )
    return locked
