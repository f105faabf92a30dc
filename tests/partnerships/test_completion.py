"""A partnership's end: what was pledged beside what came of it, what waits for whom, and every side's word that it is done."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from partnerships.enums import PartnershipStatus
from partnerships.models import CompletionConsent, Partnership
from partnerships.selectors.ledger import ledger_of, waiting_for
from partnerships.services import completing, ordering, paying
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Notification
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.partnerships.test_order_walls import refused
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


def settled(world: World, quantity: int = 100) -> Partnership:
    contract = make.active(world)
    invoice = ordered.invoiced(ordered.accepted(world, quantity, partnership=contract), by=world.owner)
    paying.confirm_payment(ordered.paid(invoice, by=world.officer), by=world.owner)
    return contract


def test_the_ledger_shows_every_level_in_money(world: World) -> None:
    contract = make.active(world)
    order = ordered.confirmed(world, 1000, partnership=contract)
    first = ordered.answered(ordered.delivered(order, 400, by=world.owner), 300, by=world.officer, reason="Cacat.")
    ordered.delivered(order, 800, by=world.owner)
    ordered.paid(ordered.invoiced(first, by=world.owner), 2_000_000, by=world.officer)
    levels = {level.name: level.amount for level in ledger_of(contract, world.officer).levels}
    assert levels == {
        "pledged": 108_000 * 40_000,
        "ordered": 1000 * 40_000,
        "delivered": 1200 * 40_000,
        "accepted": 300 * 40_000,
        "invoiced": 300 * 40_000,
        "paid": 2_000_000,
    }
    page = signed_in(world.owner).get(reverse("partnership_detail", args=[contract.pk])).content.decode()
    assert "Rp4,32 miliar" in page
    assert "Rp12 juta" in page
    told = signed_in(world.approver).get(f"/api/v1/partnerships/{contract.pk}/").json()
    assert [level["amount"] for level in told["ledger"]] == list(levels.values())
    assert {step["party"] for step in told["next"]} == {"buyer", "enterprise"}, "to pay and check; to confirm"


def test_of_a_consortium_each_reads_its_own_part() -> None:
    world = make.world(enterprises=2)
    contract = make.active(world)
    ordered.placed(world, 10, partnership=contract)
    pledged = [ledger_of(contract, user).levels[0].amount for user in (world.officer, *world.owners)]
    assert pledged == [2 * 108_000 * 40_000, 108_000 * 40_000, 108_000 * 40_000]
    assert ledger_of(contract, world.owners[1]).orders == []


def test_what_waits_for_each_side_is_on_its_first_page(world: World) -> None:
    order = ordered.placed(world, 100)
    owner, officer, home = signed_in(world.owner), signed_in(world.officer), reverse("home")
    assert owner.get(home).context["next"].title == "Pesanan dari Pembeli Uji: konfirmasi pesanan"
    assert officer.get(home).context["steps"] == []
    ordering.confirm_order(order, by=world.owner)
    ordered.delivered(order, 60, by=world.owner)
    page = officer.get(home)
    assert [step.text for step in page.context["steps"]] == ["periksa serah terima BAST-001"]
    assert "periksa serah terima BAST-001" in page.content.decode()
    assert [step.text for step in waiting_for(world.owner)] == ["serahkan yang dipesan"]
    with time_machine.travel(timezone.now() + dt.timedelta(days=30)):
        (step,) = waiting_for(world.officer)
        assert step.late
        assert step.days >= 15
        assert "Lewat waktu" in signed_in(world.officer).get(home).content.decode()


def test_both_sides_confirm_and_then_it_is_completed(world: World) -> None:
    contract = settled(world)
    page = reverse("partnership_complete", args=[contract.pk])
    owner, approver = signed_in(world.owner), signed_in(world.approver)
    assert page in owner.get(reverse("partnership_detail", args=[contract.pk])).content.decode()
    assert owner.get(page).status_code == 200
    owner.post(page)
    owner.post(page)
    contract.refresh_from_db()
    assert contract.status == PartnershipStatus.ACTIVE
    assert CompletionConsent.objects.count() == 1
    assert Notification.objects.filter(user=world.approver, kind="completion.asked").exists()
    assert owner.get(page).status_code == 302, "already said"
    told = approver.post(f"/api/v1/partnerships/{contract.pk}/complete/", content_type="application/json").json()
    assert told["status"] == "completed"
    assert Notification.objects.filter(user=world.owner, kind="partnership.completed_by_all").exists()
    assert approver.post(page).status_code == 409
    with pytest.raises(NotPermitted):
        completing.confirm_completion(contract, by=world.officer)


def test_nothing_is_confirmed_while_an_order_is_open(world: World) -> None:
    contract = settled(world)
    ordered.placed(world, 5, partnership=contract)
    with pytest.raises(MoveNotAllowed) as refusal:
        completing.confirm_completion(contract, by=world.owner)
    assert refusal.value.code == "order_open"
    sql = (
        "INSERT INTO partnerships_completionconsent (partnership_id, organisation_id, given_by_id, given_at)"
        " VALUES (%s, %s, %s, now())"
    )
    values = (contract.pk, world.owner.organisation_id, world.owner.pk)
    assert refused(sql, *values) == "completion_when_settled"


def test_a_side_is_confirmed_by_its_own_people(world: World) -> None:
    contract = settled(world)
    sql = (
        "INSERT INTO partnerships_completionconsent (partnership_id, organisation_id, given_by_id, given_at)"
        " VALUES (%s, %s, %s, now())"
    )
    assert refused(sql, contract.pk, contract.buyer_id, world.owner.pk) == "completion_by_a_side"
    assert refused(sql, contract.pk, contract.buyer_id, world.officer.pk) == "completion_by_a_side"


def test_a_new_order_takes_the_confirmations_back(world: World) -> None:
    contract = settled(world)
    completing.confirm_completion(contract, by=world.owner)
    order = ordered.placed(world, 5, partnership=contract)
    ordering.refuse_order(order, reason="Kapasitas penuh.", by=world.owner)
    assert not completing.confirm_completion(contract, by=world.approver), "the enterprise is asked again"
    assert completing.confirm_completion(contract, by=world.owner)


def test_all_enterprises_of_a_consortium_confirm() -> None:
    world = make.world(enterprises=2)
    contract = settled(world)
    assert not completing.confirm_completion(contract, by=world.approver)
    assert not completing.confirm_completion(contract, by=world.owners[0])
    # Also one that was never ordered from has its word.
    page = reverse("partnership_complete", args=[contract.pk])
    assert page in signed_in(world.owners[1]).get(reverse("partnership_detail", args=[contract.pk])).content.decode()
    assert completing.confirm_completion(contract, by=world.owners[1])


def test_a_payment_is_not_disputed_once_everybody_has_confirmed(world: World) -> None:
    contract = make.active(world)
    invoice = ordered.invoiced(ordered.accepted(world, 10, partnership=contract), by=world.owner)
    payment = ordered.paid(invoice, by=world.officer)
    for by in (world.owner, world.approver):
        completing.confirm_completion(contract, by=by)
    with pytest.raises(MoveNotAllowed):
        paying.dispute_payment(payment, reason="Belum masuk.", by=world.owner)
