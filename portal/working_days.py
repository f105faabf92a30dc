"""Working days: Monday to Friday, less Indonesia's public holidays, with dated overrides.

The government moves holidays by decree, sometimes within the year: rows of `DatedRule` under the key "holidays" add days
off (`closed`) and take some back (`open`), as lists of ISO dates.
"""

from __future__ import annotations

import datetime as dt

import holidays

from portal.models import DatedRule

SATURDAY = 5
KEY = "holidays"
ONE_DAY = dt.timedelta(days=1)


class WorkingDays:
    """Looks the overrides up once, for any number of days."""

    def __init__(self) -> None:
        self.national = holidays.country_holidays("ID")
        rules = list(DatedRule.objects.filter(key=KEY).values_list("parameters", flat=True))
        self.closed = {day for rule in rules for day in rule.get("closed", [])}
        self.open = {day for rule in rules for day in rule.get("open", [])}

    def is_working(self, day: dt.date) -> bool:
        if day.isoformat() in self.open:
            return True
        return day.weekday() < SATURDAY and day not in self.national and day.isoformat() not in self.closed

    def after(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day`."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after `start`, up to and with `end`. Negative when `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + ONE_DAY * number) for number in range(1, (end - start).days + 1))
