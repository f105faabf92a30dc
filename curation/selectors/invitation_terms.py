"""Until when an invitation to a need is answered: the day itself counts, and no day lies past the last delivery."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from curation.models import Need, Programme
from portal.working_days import WorkingDays

# Working days that a business has unless the officer names another day; calendar days that it has at most.
ANSWER_DAYS, MOST_DAYS = 10, 90


def usual_term(need: Need, programme: Programme | None) -> dt.date:
    """Whoever answers after the round has closed cannot apply in it."""
    today = timezone.localdate()
    closes = timezone.localdate(programme.closes_at) if programme is not None else None
    ends = [day for day in (closes, need.deliver_until) if day is not None and day >= today]
    return min([WorkingDays().after(today, ANSWER_DAYS), *ends])


def latest_term(need: Need) -> dt.date:
    latest = timezone.localdate() + dt.timedelta(days=MOST_DAYS)
    return min(latest, need.deliver_until) if need.deliver_until is not None else latest
