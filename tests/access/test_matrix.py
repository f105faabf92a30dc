"""The access matrix: a small one in every test run, the whole one behind `make access`."""

from __future__ import annotations

import pytest

from tests.access.conftest import LAST_LINE
from tests.access.endpoints import our_endpoints
from tests.access.matrix import Matrix, Totals, unregistered
from tests.access.registry import REGISTRY
from tests.access.world import World

pytestmark = pytest.mark.django_db
# For the workers to share.
PARTS = 3


@pytest.fixture(scope="module")
def matrix(world: World) -> Matrix:
    return Matrix(world)


def test_every_address_with_a_row_is_in_the_registry() -> None:
    assert unregistered() == []


def test_the_registry_names_no_address_that_is_gone() -> None:
    assert {name.partition(" ")[0] for name in REGISTRY} - {endpoint.name for endpoint in our_endpoints()} == set()


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_reaches_or_reads_what_is_not_theirs(matrix: Matrix, part: int) -> None:
    holds(matrix.ask(whole=False, part=slice(part, None, PARTS)))


@pytest.mark.long
def test_the_whole_matrix(matrix: Matrix, request: pytest.FixtureRequest) -> None:
    totals = matrix.ask(whole=True)
    request.config.stash[LAST_LINE] = str(totals)
    holds(totals)


def holds(totals: Totals) -> None:
    assert totals.wrong + totals.leaks == [], "\n".join(totals.wrong + totals.leaks)
    assert totals.holds, str(totals)
