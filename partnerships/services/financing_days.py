"""What the calendar asks of requests for finance: who is awaited is reminded, both are told of a day that passed, and of the end."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from partnerships.flow import FINANCING
from partnerships.models import FinancingRequest
from partnerships.models.financing import WITH_FINANCIER
from partnerships.services import telling
from partnerships.services.financing import end_sharing, locked_request
from portal.jobs import enqueue
from portal.notifications import day

DAY_JOB = "partnerships.financing_day"
# Before its day, whoever is awaited is reminded; calendar days.
REMINDED_BEFORE = dt.timedelta(days=3)


def queue_financing_days() -> None:
    """A job for each request of which somebody is to be told something today. Safe to run twice."""
    today = timezone.localdate()
    soon = Q(due_on__lte=today + REMINDED_BEFORE) & (Q(reminded_for=None) | ~Q(reminded_for=F("due_on")))
    late = Q(due_on__lt=today) & (Q(late_told_for=None) | ~Q(late_told_for=F("due_on")))
    for pk in (
        FinancingRequest.objects.filter(soon | late | Q(lapses_on__lt=today))
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        enqueue(DAY_JOB, str(pk), payload={"request": pk})


@transaction.atomic
def keep_day(request: FinancingRequest) -> None:
    """The one thing that is due: the end, else that its day has passed, else a reminder."""
    current, today = locked_request(request), timezone.localdate()
    due, over = current.due_on, current.lapses_on
    if due is None or over is None:
        return
    if over < today:
        _lapse(current)
    elif due < today and current.late_told_for != due:
        _mark(current, late_told_for=due, reminded_for=due)
        for tell in (telling.tell_financier, telling.tell_asker):
            tell(current, "financing.late", due=day(due), over=day(over))
    elif today <= due <= today + REMINDED_BEFORE and current.reminded_for != due:
        _mark(current, reminded_for=due)
        tell = telling.tell_financier if current.status in WITH_FINANCIER else telling.tell_asker
        tell(current, "financing.due_soon", due=day(due))


def _lapse(request: FinancingRequest) -> None:
    awaited = "financier" if request.status in WITH_FINANCIER else "enterprise"
    FINANCING.make(
        "lapse",
        request,
        by=None,
        payload={"awaited": awaited},
        due_on=None,
        lapses_on=None,
        ended_at=timezone.now(),
    )
    end_sharing(request, by=None)
    kind = "financing.lapsed_unanswered" if awaited == "financier" else "financing.lapsed"
    for tell in (telling.tell_financier, telling.tell_asker):
        tell(request, kind)


def _mark(request: FinancingRequest, **days: dt.date) -> None:
    for name, value in days.items():
        setattr(request, name, value)
    request.save(update_fields=list(days))
