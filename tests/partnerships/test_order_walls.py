"""Rule 7 by raw SQL, as the role of web and workers: past every check in Python, goods add up all the same."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from partnerships.enums import DeliveryStatus, OrderStatus
from partnerships.flow import DELIVERY, ORDER
from partnerships.models import Delivery, PurchaseOrder
from partnerships.services import ordering
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.partnerships.test_walls import refused, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def order(world: World) -> PurchaseOrder:
    return ordered.confirmed(world, 100)


def insert_line(order: PurchaseOrder, quantity: int, *, price: int = 40_000, line: int = 0) -> str:
    return refused(
        "INSERT INTO partnerships_orderline (order_id, line_id, quantity, price, amount, given_up)"
        " VALUES (%s, %s, %s, %s, %s, 0)",
        order.pk,
        line or order.partnership.lines.get().pk,
        quantity,
        price,
        quantity * price,
    )


def empty_order(world: World, order: PurchaseOrder, **columns: object) -> PurchaseOrder:
    """Without a line: as somebody past our services would begin."""
    fields = {
        "partnership_id": order.partnership_id,
        "share_id": order.share_id,
        "sequence": 90,
        "reference": "",
        "status": "placed",
        "deliver_by": order.deliver_by,
        "deliver_to": "Gudang",
        "note": "",
        "placed_by_id": world.officer.pk,
        "placed_at": timezone.now(),
        "reason": "",
        "rest_reason": "",
        **columns,
    }
    run(
        f"INSERT INTO partnerships_purchaseorder ({', '.join(fields)}) VALUES ({', '.join(['%s'] * len(fields))})",
        *fields.values(),
    )
    return PurchaseOrder.objects.get(sequence=fields["sequence"], partnership=order.partnership_id)


def test_no_more_is_ordered_than_contracted(world: World, order: PurchaseOrder) -> None:
    other = empty_order(world, order)
    assert insert_line(other, 107_901) == "ordered_within_contract"
    assert insert_line(other, 10, price=39_999) == "order_line_price"
    assert insert_line(order, 10) in ("order_line_fixed", "order_line_once")


def test_a_line_of_another_contract_is_not_ordered(world: World, order: PurchaseOrder) -> None:
    elsewhere = make.active(make.world())
    assert insert_line(empty_order(world, order), 10, line=elsewhere.lines.get().pk) == "order_line_of_its_contract"


def test_an_order_begins_under_a_contract_in_force_by_its_officer(world: World, order: PurchaseOrder) -> None:
    def begin(**columns: object) -> str:
        with pytest.raises(Exception) as refusal:  # noqa: PT011
            empty_order(world, order, **columns)
        return refusal.value.__cause__.diag.constraint_name or ""

    assert begin(status="confirmed") == "order_under_contract"
    assert begin(partnership_id=make.in_review(world).pk) == "order_under_contract"
    assert begin(placed_by_id=world.owner.pk) == "order_by_officer"
    assert begin(placed_by_id=world.approver.pk) == "order_by_officer"
    assert begin(share_id=make.active(make.world()).shares.get().pk) == "order_to_a_party"


def test_no_more_is_accepted_than_ordered_or_delivered(world: World, order: PurchaseOrder) -> None:
    first, second = (ordered.delivered(order, 70, by=world.owner).lines.get() for _number in range(2))
    set_accepted = "UPDATE partnerships_deliveryline SET accepted = %s, rejected = 0, amount = %s WHERE id = %s"
    assert refused(set_accepted, 71, 71 * 40_000, first.pk) == "receipt_within_delivery"
    assert refused(set_accepted, 70, 70 * 40_000 + 1, first.pk) == "delivery_line_amount_rounded_half_up"
    run(set_accepted, 70, 70 * 40_000, first.pk)
    assert refused(set_accepted, 31, 31 * 40_000, second.pk) == "accepted_within_order"
    run(set_accepted, 30, 30 * 40_000, second.pk)
    assert refused("UPDATE partnerships_orderline SET given_up = 1 WHERE order_id = %s", order.pk) == (
        "accepted_within_order"
    )


def test_what_was_not_accepted_has_its_reason(world: World, order: PurchaseOrder) -> None:
    line = ordered.delivered(order, 70, by=world.owner).lines.get()
    sql = "UPDATE partnerships_deliveryline SET accepted = 0, rejected = 70, amount = 0 WHERE id = %s"
    assert refused(sql, line.pk) == "rejected_with_reason"


def test_the_state_of_a_delivery_is_what_its_lines_say(world: World, order: PurchaseOrder) -> None:
    delivery = ordered.delivered(order, 70, by=world.owner)
    answer = "UPDATE partnerships_delivery SET status = %s, answered_by_id = %s, answered_at = now() WHERE id = %s"
    assert refused(answer, "accepted", world.officer.pk, delivery.pk) == "delivery_state_of_its_lines"
    run(
        "UPDATE partnerships_deliveryline SET accepted = 70, rejected = 0, amount = 2800000 WHERE delivery_id = %s",
        delivery.pk,
    )
    assert refused(answer, "not_accepted", world.officer.pk, delivery.pk) == "delivery_state_of_its_lines"
    assert refused(answer, "partly_accepted", world.officer.pk, delivery.pk) == "delivery_state_of_its_lines"
    assert refused(answer, "accepted", world.owner.pk, delivery.pk) == "delivery_answered_by_officer"
    assert refused(answer, "deemed_accepted", None, delivery.pk) == "deemed_after_its_term"
    run(answer, "accepted", world.officer.pk, delivery.pk)
    assert refused(
        "UPDATE partnerships_deliveryline SET accepted = 1, amount = 40000 WHERE delivery_id = %s", delivery.pk
    ) == ("delivery_line_fixed")


def test_the_enterprise_hands_over_under_a_confirmed_order(world: World, order: PurchaseOrder) -> None:
    sql = (
        "INSERT INTO partnerships_delivery (order_id, bast_number, delivered_on, note, status, answer_by, recorded_by_id,"
        " recorded_at) VALUES (%s, 'X', current_date, '', %s, current_date, %s, now())"
    )
    assert refused(sql, order.pk, "delivered", world.officer.pk) == "delivery_by_its_side"
    assert refused(sql, order.pk, "accepted", world.owner.pk) == "delivery_under_order"
    waiting = ordered.placed(world, 5, partnership=order.partnership)
    assert refused(sql, waiting.pk, "delivered", world.owner.pk) == "delivery_under_order"


def test_the_enterprise_answers_its_order(world: World, order: PurchaseOrder) -> None:
    waiting = ordered.placed(world, 5, partnership=order.partnership)
    sql = "UPDATE partnerships_purchaseorder SET status = 'confirmed', answered_by_id = %s, answered_at = now() WHERE id = %s"
    assert refused(sql, world.officer.pk, waiting.pk) == "order_answered_by_its_side"


def test_what_was_agreed_is_neither_changed_nor_removed(world: World, order: PurchaseOrder) -> None:
    delivery = ordered.delivered(order, 70, by=world.owner)
    for sql in (
        f"UPDATE partnerships_purchaseorder SET deliver_by = current_date - 9 WHERE id = {order.pk}",
        f"UPDATE partnerships_orderline SET quantity = 5, amount = 200000 WHERE order_id = {order.pk}",
        f"UPDATE partnerships_delivery SET answer_by = current_date - 9 WHERE id = {delivery.pk}",
        f"UPDATE partnerships_deliveryline SET quantity = 5 WHERE delivery_id = {delivery.pk}",
        f"DELETE FROM partnerships_deliveryline WHERE delivery_id = {delivery.pk}",
        f"DELETE FROM partnerships_orderline WHERE order_id = {order.pk}",
    ):
        assert refused(sql) == ""


@pytest.mark.parametrize("target", OrderStatus.values)
def test_no_move_of_an_order_outside_the_flow(world: World, order: PurchaseOrder, target: str) -> None:
    if (order.status, target) not in ORDER.pairs() and target != order.status:
        refused("UPDATE partnerships_purchaseorder SET status = %s, reason = 'x' WHERE id = %s", target, order.pk)


@pytest.mark.parametrize("target", DeliveryStatus.values)
def test_no_move_of_a_delivery_outside_the_flow(world: World, order: PurchaseOrder, target: str) -> None:
    delivery = ordered.answered(ordered.delivered(order, 5, by=world.owner), 5, by=world.officer)
    if target != delivery.status:
        assert (delivery.status, target) not in DELIVERY.pairs()
        refused("UPDATE partnerships_delivery SET status = %s WHERE id = %s", target, delivery.pk)


def test_nothing_here_waits_for_the_end_of_the_transaction(world: World, order: PurchaseOrder) -> None:
    ordering.ask_to_end_rest(order, reason="Cukup.", by=world.officer)
    ordering.agree_to_end_rest(order, by=world.owner)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Delivery.objects.exists()
