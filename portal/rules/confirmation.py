"""When something has to be confirmed or told anew: dated rules of the portal's own, `profile_confirmation`, `need_confirmation`
and `annual_sales_request`.

`ask_after_days` from when it was confirmed last; asked again `remind_after_days` after the first time; out `grace_days` after
it. Nobody falls out who was not asked, however long the scheduler stood still. Without a grace nothing is lost by silence: the
sales of a year are asked for `ask_after_days` from its last day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from portal.models import DatedRule
from portal.models.confirmation import Confirmable

PROFILES, NEEDS, SALES = "profile_confirmation", "need_confirmation", "annual_sales_request"


class Step(Enum):
    ASK = "ask"
    REMIND = "remind"
    FALL_OUT = "fall_out"


@dataclass(frozen=True)
class Terms:
    ask_after_days: int
    remind_after_days: tuple[int, ...]
    grace_days: int

    def asked_when_from(self, day: dt.date) -> dt.date:
        """Whatever was confirmed on that day or before is asked now."""
        return day - dt.timedelta(days=self.ask_after_days)

    def passed(self, asked_on: dt.date, day: dt.date) -> int:
        """How often it should have been asked again by then."""
        return sum(asked_on + dt.timedelta(days=days) <= day for days in self.remind_after_days)

    def out_on(self, asked_on: dt.date) -> dt.date:
        return asked_on + dt.timedelta(days=self.grace_days)


def terms_of(key: str, day: dt.date) -> Terms | None:
    """None where no rule holds: then nobody is asked anything."""
    rule = DatedRule.objects.in_force(day).filter(key=key).first()
    if rule is None:
        return None
    given = rule.parameters
    return Terms(given["ask_after_days"], tuple(given["remind_after_days"]), given.get("grace_days", 0))


def due_step(subject: Confirmable, terms: Terms, day: dt.date) -> Step | None:
    if subject.unconfirmed_since is not None or subject.counted_from is None:
        return None
    asked_on = subject.confirmation_asked_on
    if asked_on is None:
        return Step.ASK if subject.counted_from <= terms.asked_when_from(day) else None
    if terms.out_on(asked_on) <= day:
        return Step.FALL_OUT
    return Step.REMIND if subject.confirmation_asked <= terms.passed(asked_on, day) else None
