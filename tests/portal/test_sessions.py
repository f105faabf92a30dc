"""How long a session lasts, and who is told that it ends."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.enums import Role
from portal.models import User
from portal.second_factor import code_at
from tests.factories.people import PASSWORD, SECRET, person

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)


def signed_in_through_the_door(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    if user.acting.role != Role.OWNER:
        client.post(reverse("mfa_authenticate"), {"code": code_at(SECRET)})
    return client


@pytest.mark.parametrize(("role", "lasts"), [(Role.OFFICER, False), (Role.MINISTRY_ADMIN, False), (Role.OWNER, True)])
def test_a_working_day_ends_for_staff_however_busy_they_are(role: Role, lasts: bool) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        client = signed_in_through_the_door(person(role))
        for _hour in range(9):
            clock.shift(dt.timedelta(hours=1))
            assert client.get(reverse("inbox")).status_code == 200
        clock.shift(dt.timedelta(hours=1, seconds=1))
        assert (client.get(reverse("inbox")).status_code == 200) == lasts


def test_a_page_knows_when_its_session_ends() -> None:
    with time_machine.travel(MORNING, tick=False):
        page = signed_in_through_the_door(person(Role.OFFICER)).get(reverse("inbox")).content.decode()
    assert 'data-session-ends="36000"' in page
    assert "Sesi Anda berakhir pukul 18.00 WIB" in page
    assert 'data-session-ends="' not in Client().get("/").content.decode()
