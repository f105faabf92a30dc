"""What people read when something breaks: always a page, whatever it was that broke."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from portal.enums import Role
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    """Nobody listens at the database's address, as on the day its machine is down."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "1")
        yield
    connection.close()


@pytest.fixture
def unraised() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/", "/home/", "/businesses/"])
def test_without_a_database_people_still_read_what_to_do(no_database: None, unraised: Client, address: str) -> None:
    unraised.cookies["sessionid"] = "a" * 32
    answer = unraised.get(address)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "Layanan sedang bermasalah" in text
    assert answer["X-Request-Id"] in text
    assert "Content-Security-Policy" in answer


def test_without_a_database_the_api_says_so_as_a_problem(no_database: None, unraised: Client) -> None:
    answer = unraised.get("/api/v1/me/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"


def test_without_a_database_the_process_is_alive_and_not_ready(no_database: None, unraised: Client) -> None:
    assert unraised.get("/healthz").status_code == 200
    assert unraised.get("/readyz").status_code == 503


def test_the_gallery_is_for_operators_(settings: Any) -> None:
    assert Client().get("/_ui/").status_code == 302
    assert signed_in(person(Role.OFFICER)).get("/_ui/").status_code == 403
    assert signed_in(person(Role.OPERATOR)).get("/_ui/").status_code == 200
