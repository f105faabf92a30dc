"""Orders: placed within the contract, confirmed or refused, delivered in parts, answered line by line, ended by both."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partnerships.enums import DeliveryStatus, OrderStatus, PartnershipStatus
from partnerships.models import Delivery, PurchaseOrder
from partnerships.selectors import orders as selector
from partnerships.selectors.ledger import ledger_of
from partnerships.services import delivering, ending, ordering, receiving
from partnerships.services.receiving import Receipt
from partnerships.tasks import keep_up
from portal import audit, jobs
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Notification, User
from portal.models.audit import stream_of
from portal.working_days import WorkingDays
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.enterprises import owner_of
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.factories.products import picture
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def line_of(order: PurchaseOrder) -> selector.OrderedLine:
    (line,) = selector.order(selector.with_everything(PurchaseOrder.objects.filter(pk=order.pk)).get(), None).lines
    return line


def test_from_the_order_to_the_last_accepted_piece(world: World) -> None:
    order = ordered.confirmed(world, 100)
    assert told(world.owner)[-1] == "order.placed"
    assert told(world.officer)[-1] == "order.confirmed"
    first = ordered.delivered(order, 60, by=world.owner)
    assert line_of(order).to_deliver == 40
    ordered.answered(first, 50, by=world.officer, reason="Sepuluh klem bengkok.")
    assert first.status == DeliveryStatus.PARTLY_ACCEPTED
    assert told(world.owner)[-1] == "delivery.accept_part"
    second = ordered.delivered(order, 50, by=world.owner)
    ordered.answered(second, 50, by=world.officer)
    assert second.status == DeliveryStatus.ACCEPTED
    line = line_of(order)
    assert (line.accepted, line.rejected, line.to_deliver) == (100, 10, 0)
    assert line.accepted_amount == 100 * 40_000
    for each in (order, first, second):
        assert audit.first_break(stream_of(each)) is None


def test_no_more_is_ordered_than_the_contract_has(world: World) -> None:
    contract = make.active(world)
    ordered.placed(world, 100_000, partnership=contract)
    line = contract.lines.get()
    with pytest.raises(ValidationError) as refusal:
        ordered.placed(world, 8_001, partnership=contract)
    assert list(refusal.value.message_dict) == [f"line_{line.pk}"]
    assert "8.000" in refusal.value.messages[0]
    rest = ordered.placed(world, 8_000, partnership=contract)
    # What the enterprise does not take is free again.
    ordering.refuse_order(rest, reason="Mesin rusak.", by=world.owner)
    assert selector.free_to_order(contract) == {line.pk: Decimal(8_000)}
    ordered.placed(world, 8_000, partnership=contract)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deliver_by": dt.date(2020, 1, 1)}, "deliver_by"),
        ({"deliver_by": dt.date(2099, 1, 1)}, "deliver_by"),
    ],
)
def test_a_day_outside_the_term_is_said_at_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        ordered.placed(world, 5, **changes)
    assert list(refusal.value.message_dict) == [field]


def test_an_order_without_a_quantity_is_none(world: World) -> None:
    with pytest.raises(ValidationError):
        ordered.placed(world, 0)


def test_who_may_not_order_confirm_or_answer(world: World) -> None:
    contract = make.active(world)
    stranger, outsider = person(Role.OFFICER), owner_of(make.add_enterprise(replace(world, enterprises=[], owners=[])))
    with pytest.raises(NotPermitted):
        ordered.placed(replace(world, officer=world.approver), 5, partnership=contract)
    order = ordered.placed(world, 5, partnership=contract)
    for wrong in (world.officer, outsider, stranger):
        with pytest.raises(NotPermitted):
            ordering.confirm_order(order, by=wrong)
    ordering.confirm_order(order, by=world.owner)
    with pytest.raises(NotPermitted):
        ordered.delivered(order, 5, by=world.officer)
    delivery = ordered.delivered(order, 5, by=world.owner)
    for wrong in (world.owner, stranger, world.approver):
        with pytest.raises(NotPermitted):
            ordered.answered(delivery, 5, by=wrong)
    with pytest.raises(MoveNotAllowed):
        ordering.withdraw_order(order, reason="Terlambat.", by=world.officer)


def test_nothing_is_ordered_before_and_after_the_contract_is_in_force(world: World) -> None:
    with pytest.raises(MoveNotAllowed):
        ordered.placed(world, 5, partnership=make.in_review(world))
    contract = make.active(world)
    with time_machine.travel(timezone.now() + dt.timedelta(days=400)), pytest.raises(MoveNotAllowed) as refusal:
        ordered.placed(world, 5, partnership=contract)
    assert refusal.value.code == "term_over"


def test_what_is_over_the_order_is_recorded_and_not_accepted(world: World) -> None:
    order = ordered.confirmed(world, 100)
    delivery = ordered.delivered(order, 130, by=world.owner)
    line = delivery.lines.get()
    with pytest.raises(ValidationError) as refusal:
        ordered.answered(delivery, 101, by=world.officer)
    assert list(refusal.value.message_dict) == [f"accepted_{line.pk}"]
    ordered.answered(delivery, 100, by=world.officer)
    line.refresh_from_db()
    assert (line.accepted, line.rejected, line.over) == (100, 0, 30)
    assert delivery.status == DeliveryStatus.ACCEPTED


def test_a_receipt_above_the_delivery_is_refused_at_its_field(world: World) -> None:
    delivery = ordered.delivered(ordered.confirmed(world, 100), 60, by=world.owner)
    line = delivery.lines.get()
    page = reverse("delivery_answer", args=[delivery.pk])
    answer = signed_in(world.officer).post(page, {f"accepted_{line.pk}": "61", f"reason_{line.pk}": "Lebih"})
    assert answer.status_code == 422
    assert answer.context["form"].errors[f"accepted_{line.pk}"] == ["Yang diserahkan hanya 60 kilogram."]
    assert 'value="61"' in answer.content.decode(), "what was typed is kept"
    by_api = signed_in(world.officer).post(
        f"/api/v1/deliveries/{delivery.pk}/answer/",
        {"lines": [{"line": line.pk, "accepted": "61"}]},
        content_type="application/json",
    )
    assert by_api.status_code == 422
    assert f"accepted_{line.pk}" in by_api.json()["errors"]
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_what_is_not_accepted_needs_its_reason(world: World) -> None:
    delivery = ordered.delivered(ordered.confirmed(world, 100), 60, by=world.owner)
    with pytest.raises(ValidationError) as refusal:
        ordered.answered(delivery, 0, by=world.officer)
    assert list(refusal.value.message_dict) == [f"reason_{delivery.lines.get().pk}"]
    ordered.answered(delivery, 0, by=world.officer, reason="Semua berkarat.")
    assert delivery.status == DeliveryStatus.NOT_ACCEPTED
    assert line_of(delivery.order).to_deliver == 100


def test_without_an_answer_it_is_deemed_accepted_and_both_are_told(world: World) -> None:
    order = ordered.confirmed(world, 100)
    delivery = ordered.delivered(order, 130, by=world.owner)
    assert delivery.answer_by == WorkingDays().after(timezone.localdate(), 7)
    with time_machine.travel(dt.datetime.combine(delivery.answer_by, dt.time(5), dt.UTC)):
        keep_up()
        jobs.drain()
        assert Delivery.objects.get().status == DeliveryStatus.DELIVERED, "the last day is the buyer's"
        assert not receiving.deem_accepted(delivery)
    with time_machine.travel(dt.datetime.combine(delivery.answer_by + dt.timedelta(days=1), dt.time(5), dt.UTC)):
        for _twice in range(2):
            keep_up()
            jobs.drain()
        delivery.refresh_from_db()
        assert (delivery.status, delivery.answered_by) == (DeliveryStatus.DEEMED_ACCEPTED, None)
        assert told(world.owner).count("delivery.deemed") == told(world.officer).count("delivery.deemed") == 1
        with pytest.raises(MoveNotAllowed):
            ordered.answered(delivery, 0, by=world.officer, reason="Terlambat.")
    line = delivery.lines.get()
    assert (line.accepted, line.over, line.amount) == (100, 30, 4_000_000)


def test_a_late_entry_gives_the_buyer_its_whole_time(world: World) -> None:
    order = ordered.confirmed(world, 100)
    with time_machine.travel(timezone.now() + dt.timedelta(days=20)):
        today = timezone.localdate()
        delivery = ordered.delivered(order, 10, by=world.owner, delivered_on=today - dt.timedelta(days=15))
        assert delivery.answer_by == WorkingDays().after(today, 7)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bast_number": "  "}, "bast_number"),
        ({"bast_number": "BAST-001"}, "bast_number"),
        ({"delivered_on": dt.date(2020, 1, 1)}, "delivered_on"),
        ({"delivered_on": dt.date(2099, 1, 1)}, "delivered_on"),
    ],
)
def test_a_handover_that_cannot_be_is_said_at_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    order = ordered.confirmed(world, 100)
    ordered.delivered(order, 10, by=world.owner)
    with pytest.raises(ValidationError) as refusal:
        ordered.delivered(order, 10, by=world.owner, **changes)
    assert list(refusal.value.message_dict) == [field]


def test_a_delivery_entered_by_mistake_is_taken_back(world: World) -> None:
    order = ordered.confirmed(world, 100)
    delivery = ordered.delivered(order, 100, by=world.owner)
    delivering.withdraw_delivery(delivery, by=world.owner)
    assert line_of(order).delivered == 0
    ordered.delivered(order, 100, by=world.owner, bast_number="BAST-001")


def test_papers_of_both_sides(world: World) -> None:
    order = ordered.confirmed(world, 100)
    photo = SimpleUploadedFile("bukti.jpg", picture("JPEG"))
    delivery = ordered.delivered(order, 10, by=world.owner, files=[photo])
    assert delivery.papers.get().file.name.endswith(".webp"), "nothing of the original file is kept"
    client = signed_in(world.officer)
    page = reverse("delivery_paper_add", args=[delivery.pk])
    bad = client.post(page, {"files": [SimpleUploadedFile("a.svg", b"<svg onload='x'/>")]})
    assert bad.status_code == 422
    assert "a.svg" in bad.content.decode()
    assert client.post(page, {}).status_code == 422
    other = SimpleUploadedFile("rusak.png", picture("PNG"))
    assert client.post(page, {"files": [other]}).status_code == 302
    mine, theirs = delivery.papers.all()
    assert theirs.organisation == world.buyer
    download = client.get(reverse("delivery_paper", args=[mine.pk]))
    assert download["Content-Disposition"].startswith("attachment")
    assert signed_in(person(Role.OFFICER)).get(reverse("delivery_paper", args=[mine.pk])).status_code == 404
    again = SimpleUploadedFile("rusak.png", picture("PNG"))
    assert delivering.add_papers(delivery, [again], by=world.officer) == 0


def test_the_rest_is_ended_by_both_sides_only(world: World) -> None:
    order = ordered.confirmed(world, 100)
    ordered.answered(ordered.delivered(order, 60, by=world.owner), 60, by=world.officer)
    ordering.ask_to_end_rest(order, reason="Bahan baku habis.", by=world.owner)
    with pytest.raises(MoveNotAllowed):
        ordering.agree_to_end_rest(order, by=world.owner)
    pending = ordered.delivered(order, 10, by=world.owner)
    with pytest.raises(MoveNotAllowed) as refusal:
        ordering.agree_to_end_rest(order, by=world.officer)
    assert refusal.value.code == "delivery_open"
    delivering.withdraw_delivery(pending, by=world.owner)
    ordering.agree_to_end_rest(order, by=world.officer)
    line = line_of(order)
    assert (line.ordered, line.row.given_up, line.to_deliver) == (60, 40, 0)
    assert selector.free_to_order(order.partnership) == {line.row.line_id: Decimal(107_940)}
    assert told(world.owner)[-1] == "order.rest_ended"


def test_the_other_side_may_want_all_of_it(world: World) -> None:
    order = ordered.confirmed(world, 100)
    ordering.ask_to_end_rest(order, reason="Proyek ditunda.", by=world.officer)
    with pytest.raises(MoveNotAllowed):
        ordering.ask_to_end_rest(order, reason="Sekali lagi.", by=world.owner)
    ordering.keep_rest(order, by=world.owner)
    assert order.rest_asked_by is None
    assert told(world.officer)[-1] == "order.rest_kept"
    assert line_of(order).ordered == 100


def test_terminating_takes_back_what_nobody_confirmed_and_leaves_the_rest(world: World) -> None:
    contract = make.active(world)
    waiting = ordered.placed(world, 5, partnership=contract)
    running = ordered.confirmed(world, 5, partnership=contract)
    ending.terminate(contract, reason="Pabrik tutup.", by=world.approver)
    waiting.refresh_from_db()
    running.refresh_from_db()
    assert (waiting.status, running.status) == (OrderStatus.WITHDRAWN, OrderStatus.CONFIRMED)
    ordered.answered(ordered.delivered(running, 5, by=world.owner), 5, by=world.officer)


def test_a_contract_with_an_order_under_way_is_not_completed_by_time(world: World) -> None:
    contract = make.active(world)
    order = ordered.placed(world, 5, partnership=contract)
    long_after = contract.ends_on + dt.timedelta(days=31)
    assert ending.complete_ended(long_after) == 0
    ordering.refuse_order(order, reason="Kapasitas penuh.", by=world.owner)
    assert ending.complete_ended(long_after) == 1
    contract.refresh_from_db()
    assert contract.status == PartnershipStatus.COMPLETED


def test_of_a_consortium_each_sees_its_own_orders() -> None:
    world = make.world(enterprises=2)
    contract = make.active(world)
    order = ordered.placed(world, 5, partnership=contract)
    other = world.owners[1]
    assert signed_in(world.owner).get(reverse("order_detail", args=[order.pk])).status_code == 200
    assert signed_in(other).get(reverse("order_detail", args=[order.pk])).status_code == 404
    assert not ledger_of(contract, other).orders
    admin = world.admins[0]
    page = signed_in(admin).get(reverse("order_detail", args=[order.pk])).content.decode()
    assert order.number in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0], "a ministry reads"
    line = contract.lines.get(enterprise=world.enterprises[1])
    with pytest.raises(ValidationError):
        ordering.place_order(
            contract,
            contract.shares.get(leads=True),
            {line: Decimal(1)},
            by=world.officer,
            deliver_by=contract.ends_on,
            deliver_to="Gudang",
        )


def test_by_page_from_the_first_click_to_the_answer(world: World) -> None:
    contract = make.active(world)
    line = contract.lines.get()
    officer, owner = signed_in(world.officer), signed_in(world.owner)
    place = reverse("order_new", args=[contract.pk])
    assert place in officer.get(reverse("partnership_detail", args=[contract.pk])).content.decode()
    sent = {
        f"line_{line.pk}": "1.000",
        "deliver_by": str(contract.starts_on),
        "deliver_to": "Gudang Klaten",
        "form_key": officer.get(place).context["form"]["form_key"].value(),
    }
    too_many = officer.post(place, sent | {f"line_{line.pk}": "200.000"})
    assert too_many.status_code == 422
    assert f"line_{line.pk}" in too_many.context["form"].errors
    first = officer.post(place, sent)
    assert officer.post(place, sent)["Location"] == first["Location"], "two clicks are one order"
    order = PurchaseOrder.objects.get()
    detail = reverse("order_detail", args=[order.pk])
    assert first["Location"] == detail
    assert "Konfirmasi pesanan" in owner.get(detail).content.decode()
    owner.post(reverse("order_confirm", args=[order.pk]))
    assert owner.post(reverse("order_confirm", args=[order.pk])).status_code == 409
    assert officer.get(reverse("order_withdraw", args=[order.pk])).status_code == 302
    assert officer.post(reverse("order_withdraw", args=[order.pk]), {"reason": "Batal"}).status_code == 409
    add = reverse("delivery_add", args=[order.pk])
    own = order.lines.get()
    recorded = owner.post(
        add,
        {
            f"line_{own.pk}": "400",
            "bast_number": "007/BAST/2026",
            "delivered_on": str(timezone.localdate()),
            "files": [SimpleUploadedFile("a.png", picture("PNG"))],
        },
    )
    assert recorded.status_code == 302
    delivery = Delivery.objects.get()
    row = delivery.lines.get()
    answer = reverse("delivery_answer", args=[delivery.pk])
    assert answer in officer.get(recorded["Location"]).content.decode()
    assert (
        officer.post(answer, {f"accepted_{row.pk}": "390", f"reason_{row.pk}": "Sepuluh kilogram basah."}).status_code
        == 302
    )
    assert "Sepuluh kilogram basah." in owner.get(recorded["Location"]).content.decode()
    assert officer.get(answer).status_code == 302
    assert officer.post(answer, {f"accepted_{row.pk}": "1"}).status_code == 409
    for page in (reverse("order_list"), reverse("partnership_detail", args=[contract.pk]), detail):
        assert order.number in owner.get(page).content.decode()


def test_by_api_from_the_order_to_the_answer(world: World) -> None:
    contract = make.active(world)
    officer, owner = signed_in(world.officer), signed_in(world.owner)

    def send(client: Client, path: str, body: Any = None, **headers: str) -> Any:
        return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)

    body = {
        "partnership": contract.pk,
        "deliver_by": str(contract.starts_on),
        "deliver_to": "Gudang",
        "reference": "4500012345",
        "lines": [{"line": contract.lines.get().pk, "quantity": "50.25"}],
    }
    key = {"Idempotency-Key": "erp-4500012345"}
    made = send(officer, "orders/", body, **key)
    assert made.status_code == 201
    assert send(officer, "orders/", body, **key).json() == made.json()
    order = made.json()
    assert (order["status"], order["value"], order["reference"]) == ("placed", 2_010_000, "4500012345")
    assert order["next"][0]["party"] == "enterprise"
    assert send(owner, f"orders/{order['id']}/confirm/").json()["status"] == "confirmed"
    assert send(owner, f"orders/{order['id']}/confirm/").status_code == 409
    delivery = send(
        owner,
        "deliveries/",
        {
            "order": order["id"],
            "bast_number": "B-1",
            "delivered_on": str(timezone.localdate()),
            "lines": [{"line": order["lines"][0]["id"], "quantity": "60"}],
        },
    ).json()
    line = delivery["lines"][0]["id"]
    unknown = send(officer, f"deliveries/{delivery['id']}/answer/", {"lines": [{"line": 0, "accepted": "1"}]})
    assert unknown.status_code == 422
    done = send(officer, f"deliveries/{delivery['id']}/answer/", {"lines": [{"line": line, "accepted": "50.25"}]})
    assert (done.json()["status"], done.json()["lines"][0]["over"]) == ("accepted", "9.75")
    listed = officer.get("/api/v1/orders/", {"status": "confirmed"}).json()["results"]
    assert listed[0]["accepted_amount"] == 2_010_000
    assert signed_in(person(Role.OFFICER)).get(f"/api/v1/orders/{order['id']}/").status_code == 404


@pytest.mark.parametrize("address", ["order_list", "partnership_detail"])
def test_more_orders_ask_no_more_queries(world: World, address: str, django_assert_max_num_queries: Any) -> None:
    contract = make.active(world)
    path = reverse(address, args=[contract.pk] if address == "partnership_detail" else [])
    client = signed_in(world.officer)

    def add() -> None:
        order = ordered.confirmed(world, 10, partnership=contract)
        ordered.answered(ordered.delivered(order, 5, by=world.owner), 5, by=world.officer)
        ordered.delivered(order, 5, by=world.owner)

    add()
    client.get(path)
    with django_assert_max_num_queries(80) as one:
        client.get(path)
    add()
    add()
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(path)


def test_the_limit_is_counted_when_it_is_answered(world: World) -> None:
    """Two deliveries wait: what the first takes is no more there for the second."""
    order = ordered.confirmed(world, 100)
    first, second = (ordered.delivered(order, 60, by=world.owner) for _number in range(2))
    ordered.answered(first, 60, by=world.officer)
    line = second.lines.get()
    with pytest.raises(ValidationError):
        receiving.answer_delivery(second, {line: Receipt(Decimal(60))}, by=world.officer)
    receiving.answer_delivery(second, {line: Receipt(Decimal(40))}, by=world.officer)
    line.refresh_from_db()
    assert line.over == 20
