"""What waits is said again, once a working day: a queue that never empties would otherwise speak once and never more."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from portal.enums import Role
from portal.jobs import enqueue
from portal.models import Membership
from portal.notifications import day, notify_members
from portal.selectors.enterprise import awaiting_verification
from portal.working_days import WorkingDays

REMIND_JOB = "portal.remind_verifiers"
MORNING = dt.time(7)


def queue_reminder_of_queue() -> None:
    """For this morning."""
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone=zone)
    enqueue(REMIND_JOB, today.isoformat(), run_after=timezone.make_aware(dt.datetime.combine(today, MORNING), zone))


def remind_verifiers() -> int:
    """How many enterprises wait for verification, and since when; how many people were told."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    oldest = awaiting_verification().first()
    if oldest is None or not WorkingDays().is_working(today):
        return 0
    return notify_members(
        Membership.objects.active().filter(role=Role.MINISTRY_ADMIN),
        "enterprise.waiting",
        path=reverse("verification_queue"),
        most_a_day=1,
        n=awaiting_verification().count(),
        since=day(timezone.localdate(oldest.submitted_at)),
    )
