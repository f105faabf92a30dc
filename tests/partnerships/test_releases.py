"""What is published of a partnership: at each change a release of the whole process, never changed, without anybody's number."""

from __future__ import annotations

import json
from typing import Any

import ocdsmerge
import pytest
from django.db import DatabaseError, connection, transaction

from partnerships.models import Partnership, Release, ReleaseChange
from partnerships.ocds.packages import compiled_release, release_json
from partnerships.services import ending, paying
from partnerships.services.publishing import publish_changes
from portal.enums import LegalForm
from portal.models import Enterprise
from tests.factories import orders
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.ocds import checking, standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


def published(contract: Partnership) -> list[dict[str, Any]]:
    publish_changes()
    return [release_json(each) for each in contract.releases.with_names().order_by("sequence")]


def test_nothing_is_published_before_every_authority_has_signed_off(world: World) -> None:
    for begin in (make.draft, make.offered, make.accepted, make.in_review, make.returned):
        begin(world)
    assert publish_changes() == 0
    assert not Release.objects.exists()


def test_a_partnership_in_force_is_published_as_a_whole_process(world: World) -> None:
    contract = make.active(world)
    (release,) = published(contract)
    assert release["ocid"] == f"ocds-test00-{contract.number}"
    assert release["tag"] == ["planning", "tender", "award", "contract"]
    assert release["initiationType"] == "tender"
    roles = {role for party in release["parties"] for role in party["roles"]}
    assert roles == {"buyer", "procuringEntity", "supplier", "interestedParty"}
    assert len(release["parties"]) == 5
    (made,) = release["contracts"]
    assert made["awardID"] == release["awards"][0]["id"]
    assert (made["status"], made["value"]) == ("active", {"amount": contract.value, "currency": "IDR"})
    assert made["period"]["startDate"] == f"{contract.starts_on}T00:00:00+07:00"
    assert made["period"]["endDate"] == f"{contract.ends_on}T23:59:59+07:00"
    assert release["tender"]["items"][0]["unit"] == {"name": "kilogram", "scheme": "UNCEFACT", "id": "KGM"}
    assert '"price"' not in json.dumps(release), "what a piece costs is between the parties"


def test_nothing_is_written_where_nothing_that_anybody_may_read_has_changed(world: World) -> None:
    contract = make.active(world)
    assert len(published(contract)) == 1
    order = orders.placed(world, partnership=contract)
    assert ReleaseChange.objects.exists()
    assert len(published(contract)) == 1, "an order that the enterprise has not confirmed is between the two"
    orders.delivered(_confirm(order, world), 100, by=world.owner)
    assert [each["tag"] for each in published(contract)][1:] == [["implementation"]]
    Partnership.objects.filter(pk=contract.pk).update(reason="")
    assert len(published(contract)) == 2
    assert not ReleaseChange.objects.exists()


def test_what_was_confirmed_accepted_and_received_is_published_and_nothing_else(world: World) -> None:
    contract = make.active(world)
    order = _confirm(orders.placed(world, 100, partnership=contract, deliver_to="Rahasia 1", note="Rahasia 2"), world)
    delivery = orders.delivered(order, 100, by=world.owner, bast_number="Rahasia 3")
    orders.answered(delivery, 90, by=world.officer, reason="Rahasia 4")
    invoice = orders.invoiced(delivery, by=world.owner, reference="Rahasia 5")
    payment = orders.paid(invoice, by=world.officer, reference="Rahasia 6")
    newest = published(contract)[-1]
    done = newest["contracts"][0]["implementation"]
    assert {each["id"]: each["status"] for each in done["milestones"]} == {
        "PO-01": "partiallyMet",
        f"PO-01-D{delivery.pk}": "met",
    }
    assert "transactions" not in done, "the buyer says so, the enterprise does not yet"
    paying.confirm_payment(payment, by=world.owner)
    newest = published(contract)[-1]
    assert newest["tag"] == ["implementationUpdate"]
    done = newest["contracts"][0]["implementation"]
    (transaction_,) = done["transactions"]
    assert transaction_["value"]["amount"] == 90 * 40_000
    assert transaction_["payer"]["id"] == newest["buyer"]["id"]
    assert {"payer", "payee"} < {role for party in newest["parties"] for role in party["roles"]}
    assert done["milestones"][-1]["id"] == "PO-01-INV-01"
    assert "Rahasia" not in json.dumps(newest)


def test_the_end_of_a_partnership_is_published_without_its_reason(world: World) -> None:
    contract = make.active(world)
    published(contract)
    ending.terminate(contract, reason="Rahasia di antara kami", by=world.approver)
    newest = published(contract)[-1]
    assert newest["tag"] == ["contractTermination"]
    assert newest["contracts"][0]["status"] == "terminated"
    assert "Rahasia" not in json.dumps(newest)


def test_a_record_of_all_releases_is_what_the_standards_own_merging_makes_of_them(world: World) -> None:
    contract = make.active(world)
    published(contract)
    order = _confirm(orders.placed(world, 100, partnership=contract), world)
    published(contract)
    for quantity in (40, 60):
        delivery = orders.answered(orders.delivered(order, quantity, by=world.owner), quantity, by=world.officer)
        published(contract)
        invoice = orders.invoiced(delivery, by=world.owner, reference=f"INV/{quantity}")
        paying.confirm_payment(orders.paid(invoice, by=world.officer, reference=f"TRX-{quantity}"), by=world.owner)
        releases = published(contract)
    ending.terminate(contract, reason="Selesai.", by=world.approver)
    releases = published(contract)
    assert len(releases) == 7
    merged = ocdsmerge.Merger(standard.schema()).create_compiled_release(releases)
    ours = compiled_release(contract.releases.order_by("sequence").last())
    assert checking.in_order(ours) == checking.in_order(merged)


def test_a_release_is_never_changed_or_removed(world: World) -> None:
    Enterprise.objects.filter(pk=world.enterprise.pk).update(legal_form=LegalForm.SOLE_PROPRIETOR)
    contract = make.active(world)
    published(contract)
    for sql in (
        "UPDATE partnerships_release SET content = '{}'",
        "UPDATE partnerships_release SET date = now()",
        "DELETE FROM partnerships_releasename",
        "UPDATE partnerships_releasename SET name = 'Lain'",
        "UPDATE partnerships_releasename SET name = ''",
        "DELETE FROM partnerships_release",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_positions_have_no_gap_and_dates_never_go_back(world: World) -> None:
    contracts = [make.active(world) for _number in range(3)]
    publish_changes()
    for contract in contracts:
        _confirm(orders.placed(world, 10, partnership=contract), world)
    publish_changes()
    rows = list(Release.objects.order_by("position").values_list("position", "date"))
    assert [position for position, _date in rows] == [1, 2, 3, 4, 5, 6]
    dates = [date for _position, date in rows]
    assert dates == sorted(set(dates))


def test_a_tax_number_is_published_only_of_a_legal_person() -> None:
    world = make.world(enterprises=4)
    number = "0013121660091000"
    of_form = dict(
        zip(
            (LegalForm.PT, LegalForm.CV, LegalForm.SOLE_PROPRIETOR, LegalForm.SOLE_COMPANY),
            world.enterprises,
            strict=True,
        )
    )
    for form, each in of_form.items():
        each.legal_form, each.npwp = form, number
        each.save()
    (release,) = published(make.active(world))
    assert [each["identifier"] for each in release["parties"] if "identifier" in each] == [
        {"scheme": "ID-DJP", "id": number, "legalName": of_form[LegalForm.PT].name}
    ]


def test_a_nik_typed_as_a_companys_npwp_is_not_published() -> None:
    world = make.world()
    world.enterprise.legal_form, world.enterprise.npwp = LegalForm.PT, "3310014507850003"
    world.enterprise.save()
    (release,) = published(make.active(world))
    assert "3310014507850003" not in json.dumps(release)
    assert all("identifier" not in each for each in release["parties"])


def test_numbers_and_addresses_of_people_typed_into_a_title_are_left_out(world: World) -> None:
    contract = make.active(
        world, title="Klem SNI 07-0068-1987, hub. Budi 0812-3456-7890 / budi@contoh.id, NIK 3310014507850003"
    )
    (release,) = published(contract)
    assert release["contracts"][0]["title"] == "Klem SNI 07-0068-1987, hub. Budi […] / […], NIK […]"


def test_each_release_is_read_in_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    world = make.world(enterprises=3)
    make.active(world)
    with django_assert_max_num_queries(32):
        publish_changes()


def _confirm(order: Any, world: World) -> Any:
    orders.ordering.confirm_order(order, by=world.owner)
    return order
