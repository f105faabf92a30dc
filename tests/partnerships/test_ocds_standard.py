"""A small export through the standard's own tools, offline, and through our checks of what they do not see. The whole: make ocds."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from partnerships.models import Release
from partnerships.ocds.packages import compiled_release, record_package, release_json, release_package
from partnerships.services import amending, ending, paying
from partnerships.services.publishing import publish_changes
from tests.factories import orders
from tests.factories import partnerships as make
from tests.ocds import checking, standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def releases() -> list[Release]:
    """Of a consortium, supplied, paid, amended and ended."""
    world = make.world(enterprises=2)
    contract = make.active(world)
    publish_changes()
    delivery = orders.accepted(world, 100, partnership=contract)
    publish_changes()
    invoice = orders.invoiced(delivery, by=world.owner)
    paying.confirm_payment(orders.paid(invoice, by=world.officer), by=world.owner)
    publish_changes()
    make.signed_by_all(amending.open_amendment(contract, rationale="Naskah diperbarui.", by=world.officer), world)
    publish_changes()
    ending.terminate(contract, reason="Selesai.", by=world.approver)
    publish_changes()
    return list(Release.objects.with_names())


def test_the_standards_own_tools_have_nothing_to_say(releases: list[Release], tmp_path: Path) -> None:
    assert [each.tags for each in releases][-2:] == [["contractAmendment"], ["contractTermination"]]
    assert len(releases) == 5
    package = release_package("https://contoh.id/rilis", releases)
    records = record_package("https://contoh.id/rekaman", [releases])
    compiled_ones = [each["compiledRelease"] for each in records["records"]]
    for each in (package, package | {"releases": compiled_ones}):
        found = standard.report(each, tmp_path)
        assert set(standard.counts(found).values()) == {0}, found
    assert standard.record_errors(records) == []
    del records["records"][0]["ocid"]
    assert len(standard.record_errors(records)) == 1
    (compiled,) = standard.compiled_by_ocdskit(package)
    ours = compiled_release(releases[-1])
    assert compiled["ocid"] == ours["ocid"]
    assert compiled["contracts"][0]["status"] == ours["contracts"][0]["status"] == "terminated"


def test_they_would_say_so(releases: list[Release], tmp_path: Path) -> None:
    """That is, the tools are really asked."""
    package = release_package("https://contoh.id/rilis", releases)
    wrong = package["releases"][0]
    wrong["date"] = "2026-12-01"
    wrong["contracts"][0]["status"] = "berlaku"
    wrong["contracts"][0]["catatan"] = "x"
    wrong["awards"][0]["title"] = ""
    assert set(standard.counts(standard.report(package, tmp_path)).values()) == {1}


def test_nothing_points_nowhere_and_no_persons_number_is_there(releases: list[Release]) -> None:
    assert checking.broken(map(release_json, releases)) == []
    assert checking.personal(map(release_json, releases), ["08123456789"]) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("contracts", 0, "awardID"), "lain", "award lain is not there"),
        (("buyer", "id"), "lain", "the buyer is not among the parties"),
        (("awards", 0, "suppliers", 0, "id"), "lain", "suppliers lain is no party"),
        (("awards", 0, "suppliers", 0, "name"), "lain", "has another name there"),
        (("parties", 0, "roles"), ["supplier"], "lacks the role"),
        (("parties", 2, "id"), "lain", "lain is a party that nothing refers to"),
        (("parties", 1, "identifier"), {"scheme": "ID-NIB", "id": "1"}, "the scheme ID-NIB is not registered"),
        (("contracts", 0, "items", 0, "id"), "", "an id is missing"),
        (("contracts", 0, "dateSigned"), "2026-12-01T00:00:00Z", "no whole date-time of Jakarta"),
        (("ocid",), "ocds-test00-MP-2026-0000", ""),
    ],
)
def test_our_checks_see_what_the_tools_do_not(
    releases: list[Release], path: tuple[Any, ...], value: Any, said: str
) -> None:
    first = release_json(releases[0])
    wrong = deepcopy(first)
    place: Any = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    other = deepcopy(wrong) | {"id": "lain"}
    other["contracts"][0]["id"] = "MP-2026-9999"
    found = checking.broken([wrong, other] if path == ("ocid",) else [wrong])
    assert any((said or "is two processes") in each for each in found), found
    assert checking.broken([first, first]) == [f"{first['id']} was published 2 times"]


@pytest.mark.parametrize("written", ["NIK 3310014507850003", "0812-3456-7890", "+62 812 3456 7890", "budi@contoh.id"])
def test_a_persons_number_is_seen(releases: list[Release], written: str) -> None:
    first = release_json(releases[0])
    first["contracts"][0]["title"] = f"Klem, {written}"
    assert len(checking.personal([first], [])) == 1
    first["contracts"][0]["title"] = "Klem"
    first["parties"][1]["identifier"] = {"scheme": "ID-DJP", "id": "0013121660091000"}
    assert checking.personal([first], []) == []
    assert len(checking.personal([first], ["0013121660091000"])) == 1
