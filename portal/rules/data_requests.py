"""The terms for what people ask about their own data.

UU 27/2022, articles 30 and 32: a correction, and access, within 3 × 24 hours of the request. Counted to the last working day
within them, so that somebody is there to answer; where all three are holidays, to their end.
"""

from __future__ import annotations

import datetime as dt

from portal.working_days import WorkingDays

DAYS = 3


def answer_by(received: dt.date, calendar: WorkingDays | None = None) -> dt.date:
    working = calendar or WorkingDays()
    days = [received + dt.timedelta(days=number) for number in range(1, DAYS + 1)]
    return max((day for day in days if working.is_working(day)), default=days[-1])
