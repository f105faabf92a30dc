"""A business is told once that a quarter of its plan has ended and what was reached is not entered, however often this runs."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.enums import EnterpriseStatus
from portal.jobs import enqueue
from portal.models import Enterprise, PlanProgress, PlanReminder, PlanTarget
from portal.notifications import notify_organisation
from portal.selectors.plan import Quarter, quarter_of

REMINDER_JOB = "portal.remind_of_plans"
RANGE = 200


def queue_plan_reminders(day: dt.date | None = None) -> int:
    """Jobs for the businesses that owe the figures of the quarter before this day's; how many. Safe to run twice."""
    day = day or timezone.localdate()
    year, quarter = before(quarter_of(day))
    due = list(owing(year, quarter).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(due), RANGE):
        part = due[start : start + RANGE]
        payload = {"first": part[0], "last": part[-1], "year": year, "quarter": quarter}
        enqueue(REMINDER_JOB, f"{day}:{part[0]}-{part[-1]}", payload=payload)
    return len(due)


def remind_of_plans(first: int, last: int, year: int, quarter: int) -> int:
    """Tell a range of businesses; how many were told. Safe to run twice, also at once."""
    found = owing(year, quarter).filter(pk__range=(first, last)).select_related("organisation").order_by("pk")
    return sum(_remind(enterprise, year, quarter) for enterprise in found)


def owing(year: int, quarter: int) -> QuerySet[Enterprise]:
    """With a target in the quarter for which nothing was entered, and not told yet. Nobody reports for a business that is gone."""
    entered = PlanProgress.objects.filter(
        enterprise=OuterRef("enterprise"), indicator=OuterRef("indicator"), year=year, quarter=quarter
    )
    missing = PlanTarget.objects.filter(year=year, **{f"q{quarter}__isnull": False}).exclude(Exists(entered))
    told = PlanReminder.objects.filter(enterprise=OuterRef("pk"), year=year, quarter=quarter)
    return (
        Enterprise.objects.filter(pk__in=missing.values("enterprise"))
        .exclude(status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED, EnterpriseStatus.SUSPENDED])
        .exclude(Exists(told))
    )


def before(now: Quarter) -> Quarter:
    year, quarter = now
    return (year, quarter - 1) if quarter > 1 else (year - 1, 4)


@transaction.atomic
def _remind(enterprise: Enterprise, year: int, quarter: int) -> bool:
    # The constraint lets one of two schedulers through; the other waits for it here and finds the row.
    _row, first = PlanReminder.objects.get_or_create(enterprise=enterprise, year=year, quarter=quarter)
    if first:
        notify_organisation(
            enterprise.organisation,
            "plan.quarter_ended",
            path=reverse("plan_progress", args=[enterprise.pk]),
            name=str(enterprise),
            quarter=quarter,
            year=year,
        )
    return first
