"""What everybody reads by API without an account: partnerships in force, and the figures."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import partnerships as make
from tests.factories.partnerships import World

pytestmark = pytest.mark.django_db
CONTRACTS, FIGURES = "/api/v1/contracts/", "/api/v1/figures/"


@pytest.fixture
def world() -> World:
    return make.world()


def test_partnerships_in_force_without_names_of_people(world: World) -> None:
    active = make.active(world)
    make.draft(world, title="Rahasia sampai ditawarkan")
    make.offered(world, title="Rahasia sampai berlaku")
    body = Client().get(CONTRACTS).json()
    (found,) = body["results"]
    assert (found["id"], found["status"], found["value"]) == (active.pk, "active", active.value)
    assert found["buyer"]["name"] == world.buyer.name
    assert [each["name"] for each in found["enterprises"]] == [world.enterprise.name]
    assert len(found["signed"]) == 5  # the enterprise, the buyer, three authorities
    text = Client().get(f"{CONTRACTS}{active.pk}/").content.decode()
    for person in (world.officer, world.approver, world.owner, *world.admins):
        assert person.full_name not in text
    assert world.enterprise.nib not in text
    assert "Rahasia" not in str(body)


def test_a_contract_is_found_by_the_number_on_its_paper(world: World) -> None:
    active, offered = make.active(world), make.offered(world)
    make.active(world)
    found = Client().get(CONTRACTS, {"number": active.number.lower()}).json()["results"]
    assert [each["id"] for each in found] == [active.pk]
    year = int(active.number[3:7])
    another_year = active.number.replace(str(year), str(year - 1), 1)
    for wrong in (offered.number, another_year, "MP-2026-99999999999999", "x", "MP-²026-0001"):
        assert Client().get(CONTRACTS, {"number": wrong}).json()["count"] == 0, wrong


def test_what_is_not_in_force_is_not_there(world: World) -> None:
    offered = make.offered(world)
    assert Client().get(f"{CONTRACTS}{offered.pk}/").status_code == 404


def test_words_find_a_partnership(world: World) -> None:
    make.active(world)
    assert Client().get(f"{CONTRACTS}?q=klem").json()["count"] == 1
    assert Client().get(f"{CONTRACTS}?q={world.enterprise.name}").json()["count"] == 1
    assert Client().get(f"{CONTRACTS}?q=tidak+ada").json()["count"] == 0


def test_national_figures_stand_beside_the_portals_own(world: World) -> None:
    active = make.active(world)
    body = Client().get(FIGURES).json()
    shares = {(each["country"], each["value"]) for each in body["linkage"]}
    assert ("ID", "6.30") in shares
    assert all(each["publisher"] and each["date"] for each in [*body["linkage"], *body["context"]])
    assert body["portal"]["active"] == 1
    assert body["portal"]["active_value"] == active.value
    assert body["portal"]["curated"] == 1
    assert body["counted_at"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_no_more_with_more_rows(world: World, count: int, django_assert_max_num_queries: object) -> None:
    for _number in range(count):
        make.active(world)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        Client().get(CONTRACTS)
