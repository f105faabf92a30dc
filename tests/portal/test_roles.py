"""Two database roles: what the app's login may not do."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from portal.acting import acting

pytestmark = pytest.mark.django_db


def one(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_tests_run_as_the_app_role() -> None:
    assert one("SELECT current_user") == "mitrapasok_app"


def test_the_databases_day_is_jakartas() -> None:
    """Between midnight and seven UTC's is the day before: papers, marks and capacity would be judged by it."""
    assert one(
        "SELECT current_date = (now() AT TIME ZONE 'Asia/Jakarta')::date AND current_setting('TimeZone') = 'Asia/Jakarta'"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE own (i int)",
        "ALTER TABLE portal_organisation ADD COLUMN x int",
        "DROP TABLE portal_organisation",
        "TRUNCATE portal_organisation CASCADE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "ALTER TABLE portal_enterprise DISABLE TRIGGER flow_guard",
    ],
)
def test_the_app_role_owns_nothing(sql: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_who_acts_is_known_inside_and_forgotten_outside() -> None:
    with acting(7, 9):
        assert one("SELECT current_setting('app.user') || '/' || current_setting('app.organisation')") == "7/9"
        with acting(8, None):
            assert one("SELECT current_setting('app.user')") == "8"
        assert one("SELECT current_setting('app.user')") == "7"
    assert one("SELECT coalesce(current_setting('app.user', true), '')") == ""
