from __future__ import annotations

import datetime as dt

import pytest

from portal.models import DatedRule
from portal.working_days import WorkingDays
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FRIDAY = dt.date(2026, 8, 14)  # Monday the 17th is Independence Day


def test_weekends_and_holidays_do_not_count() -> None:
    assert WorkingDays().after(FRIDAY, 1) == dt.date(2026, 8, 18)
    assert WorkingDays().after(FRIDAY, 5) == dt.date(2026, 8, 24)
    assert WorkingDays().between(FRIDAY, dt.date(2026, 8, 24)) == 5


def test_late_is_negative() -> None:
    days = WorkingDays()
    assert days.between(dt.date(2026, 8, 18), FRIDAY) == -1
    assert days.between(FRIDAY, FRIDAY) == 0


def test_a_decree_closes_a_day_and_opens_another() -> None:
    with as_owner():
        DatedRule.objects.create(
            key="holidays",
            valid_from=dt.date(2026, 1, 1),
            parameters={"closed": ["2026-08-18"], "open": ["2026-08-15"]},
            legal_source="SKB uji",
        )
    assert WorkingDays().after(FRIDAY, 1) == dt.date(2026, 8, 15)
    assert WorkingDays().after(FRIDAY, 2) == dt.date(2026, 8, 19)
