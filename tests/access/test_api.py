"""The API against its own description: what it is sent at random never breaks it, and what it answers is what it promised."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance

from portal.services.api_token import make_token
from tests.access.world import World

pytestmark = pytest.mark.django_db
CALLERS = ("owner", "officer", "approver", "ministry", "operator", "companion")
# Every test run sends a few to each operation; `make fuzz` many.
FEW, MANY = 3, int(os.environ.get("FUZZ_EXAMPLES", "300"))


def test_the_description_can_be_made_without_a_warning() -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        call_command("spectacular", fail_on_warn=True, validate=True, stdout=io.StringIO())
    assert "Warning" not in said.getvalue()


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    made = {}
    for name in CALLERS:
        user = world.people[name]
        made[name] = make_token(user.acting, by=user, name="fuzz", days=1)[1]
    return made


@pytest.fixture(scope="module")
def operations(world: World) -> Iterator[list[Any]]:
    """Every call keeps this connection, whose transaction holds the world, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    yield [found.ok() for found in described.get_all_operations()]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_operation_breaks(operations: list[Any], tokens: dict[str, str]) -> None:
    found = broken(operations, tokens, FEW)
    assert found == [], "\n\n".join(found)


@pytest.mark.long
def test_no_operation_breaks_however_often_it_is_asked(operations: list[Any], tokens: dict[str, str]) -> None:
    found = broken(operations, tokens, MANY)
    assert found == [], "\n\n".join(found)


def broken(operations: list[Any], tokens: dict[str, str], examples: int) -> list[str]:
    return [line for operation in operations for line in _problems(operation, tokens, examples)]


def _problems(operation: Any, tokens: dict[str, str], examples: int) -> Iterator[str]:
    """Each call is undone. Half of the rows it names exist, since a 404 tells little."""

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=examples == FEW,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(), caller=st.sampled_from(CALLERS), row=st.none() | st.integers(1, 30))
    def ask(case: Any, caller: str, row: int | None) -> None:
        cache.clear()
        if row is not None and "id" in case.path_parameters:
            case.path_parameters["id"] = str(row)
        if row is not None and "pk" in case.path_parameters:
            case.path_parameters["pk"] = str(row)
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Token {tokens[caller]}"})
            transaction.set_rollback(True)
        case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])

    try:
        ask()
    except FailureGroup as problems:
        yield from (f"{operation.label}: {problem.title}: {problem}" for problem in problems.exceptions)
