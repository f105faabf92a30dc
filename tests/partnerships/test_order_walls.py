"""Rule 7 by raw SQL, as the role of web and workers: past every check in Python, goods add up all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
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
        "advance": 0,
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
    # An answer that nobody gave does not last.
    assert refused("SET CONSTRAINTS ALL IMMEDIATE") == "delivery_line_answered"
    run(
        "UPDATE partnerships_delivery SET status = 'accepted', answered_by_id = %s, answered_at = now() WHERE order_id = %s",
        world.officer.pk,
        order.pk,
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


def insert(table: str, **columns: object) -> str:
    return f"INSERT INTO partnerships_{table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING id"


def raw_invoice(world: World, order: PurchaseOrder, *, before_tax: int, total: int, **columns: object) -> int:
    fields = {
        "order_id": order.pk, "sequence": 90, "kind": "goods", "reference": "X", "tax_invoice": "", "note": "",
        "status": "sent", "before_tax": before_tax, "total": total, "due_on": timezone.localdate(), "file": "",
        "file_name": "", "sha256": "", "sent_by_id": world.owner.pk, "sent_at": timezone.now(), "reason": "", **columns,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(insert("invoice", **fields), list(fields.values()))
        return cursor.fetchone()[0]


def raw_line(invoice: int, position: int, kind: str, amount: int, **columns: object) -> None:
    fields = {"invoice_id": invoice, "position": position, "kind": kind, "amount": amount, "note": "", **columns}
    run(insert("invoiceline", **fields), *fields.values())


def at_the_end() -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def refusing(name: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
        at_the_end()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_an_invoice_is_the_sum_of_its_lines(world: World, order: PurchaseOrder) -> None:
    line = ordered.answered(ordered.delivered(order, 50, by=world.owner), 50, by=world.officer).lines.get()
    goods = 50 * 40_000
    with refusing("invoice_is_sum_of_lines"):
        raw_line(
            raw_invoice(world, order, before_tax=goods, total=goods + 1), 1, "goods", goods, delivery_line_id=line.pk
        )
    with refusing("invoice_is_sum_of_lines"):
        raw_invoice(world, order, before_tax=goods, total=goods)
    with refusing("invoiced_as_accepted"):
        raw_line(
            raw_invoice(world, order, before_tax=goods + 1, total=goods + 1),
            1,
            "goods",
            goods + 1,
            delivery_line_id=line.pk,
        )
    with refusing("invoice_tax_of_its_base"):
        made = raw_invoice(world, order, before_tax=goods, total=goods + 10)
        raw_line(made, 1, "goods", goods, delivery_line_id=line.pk)
        raw_line(made, 2, "ppn", 10, rate=12, base=goods)
    with refusing("invoice_line_sign"):
        raw_line(raw_invoice(world, order, before_tax=0, total=5), 1, "penalty", 5)
    with refusing("invoice_lines_tie"):
        made = raw_invoice(world, order, before_tax=goods, total=0)
        raw_line(made, 1, "goods", goods, delivery_line_id=line.pk)
        raw_line(made, 2, "pph", -goods, rate=50, base=2 * goods)
    invoice = ordered.invoiced(line.delivery, by=world.owner)
    with refusing("invoiced_once"):
        raw_line(raw_invoice(world, order, before_tax=goods, total=goods), 1, "goods", goods, delivery_line_id=line.pk)
    assert refused("UPDATE partnerships_invoice SET total = 1 WHERE id = %s", invoice.pk) == ""
    assert refused("UPDATE partnerships_invoiceline SET amount = 1 WHERE invoice_id = %s", invoice.pk) == ""


def test_an_advance_is_agreed_capped_and_settled_once(world: World) -> None:
    contract = ordered.with_advances(world)
    order = ordered.confirmed(world, 100, partnership=contract, advance=1_000_000)
    with refusing("advance_settled_within_it"):
        raw_line(
            raw_invoice(world, order, before_tax=1_000_001, total=1_000_001, kind="advance"), 1, "advance", 1_000_001
        )
    line = ordered.answered(ordered.delivered(order, 50, by=world.owner), 50, by=world.officer).lines.get()
    goods = 50 * 40_000
    with refusing("advance_settled_within_it"):
        made = raw_invoice(world, order, before_tax=goods - 5, total=goods - 5)
        raw_line(made, 1, "goods", goods, delivery_line_id=line.pk)
        raw_line(made, 2, "settlement", -5)
    with refusing("advance_within_cap"):
        other = empty_order(world, order, advance=1_200_001)
        run(
            "INSERT INTO partnerships_orderline (order_id, line_id, quantity, price, amount, given_up)"
            " VALUES (%s, %s, 100, 40000, 4000000, 0)",
            other.pk,
            contract.lines.get().pk,
        )
    assert refused("UPDATE partnerships_purchaseorder SET advance = 5 WHERE id = %s", order.pk) == ""


def test_an_unsettled_advance_keeps_the_rest_of_the_order(world: World) -> None:
    """Goods worth the whole, and the advance on top: what was paid in advance would be paid twice."""
    order = ordered.confirmed(world, 100, partnership=ordered.with_advances(world), advance=1_000_000)
    ordered.advance_invoiced(order, 1_000_000, by=world.owner)
    line = ordered.answered(ordered.delivered(order, 100, by=world.owner), 100, by=world.officer).lines.get()
    with refusing("invoiced_within_accepted"):
        made = raw_invoice(world, order, before_tax=4_000_000, total=4_000_000)
        raw_line(made, 1, "goods", 4_000_000, delivery_line_id=line.pk)


def test_no_more_is_paid_than_invoiced(world: World, order: PurchaseOrder) -> None:
    invoice = ordered.invoiced(
        ordered.answered(ordered.delivered(order, 50, by=world.owner), 50, by=world.officer), by=world.owner
    )

    def pay(amount: int, by: int, status: str = "recorded", reference: str = "X") -> str:
        fields = {
            "invoice_id": invoice.pk, "amount": amount, "paid_on": timezone.localdate(), "reference": reference,
            "status": status, "recorded_by_id": by, "recorded_at": timezone.now(), "reason": "",
        }  # fmt: skip
        return refused(insert("payment", **fields), *fields.values())

    assert pay(invoice.total + 1, world.officer.pk) == "paid_within_invoice"
    assert pay(5, world.owner.pk) == "payment_by_officer"
    assert pay(5, world.officer.pk, "confirmed") in ("payment_of_open_invoice", "payment_answered_by_somebody")
    payment = ordered.paid(invoice, invoice.total - 5, by=world.officer)
    assert pay(6, world.officer.pk) == "paid_within_invoice"
    paid = "UPDATE partnerships_invoice SET status = 'paid' WHERE id = %s"
    assert refused(paid, invoice.pk) == "invoice_paid_in_full"
    back = "UPDATE partnerships_invoice SET status = 'withdrawn' WHERE id = %s"
    assert refused(back, invoice.pk) == "invoice_with_payments_stays"
    confirm = (
        "UPDATE partnerships_payment SET status = 'confirmed', answered_by_id = %s, answered_at = now() WHERE id = %s"
    )
    assert refused(confirm, world.officer.pk, payment.pk) == "payment_answered_by_its_side"
    assert refused("UPDATE partnerships_payment SET amount = 1 WHERE id = %s", payment.pk) == ""
    settle = "UPDATE partnerships_purchaseorder SET status = 'settled' WHERE id = %s"
    assert refused(settle, order.pk) == "order_settled_when_done"


def test_a_partnership_with_an_open_order_is_not_completed(world: World, order: PurchaseOrder) -> None:
    sql = "UPDATE partnerships_partnership SET status = 'completed' WHERE id = %s"
    assert refused(sql, order.partnership_id) == "completed_when_settled"


def test_what_is_overdue_is_not_returned(world: World, order: PurchaseOrder) -> None:
    invoice = ordered.invoiced(
        ordered.answered(ordered.delivered(order, 50, by=world.owner), 50, by=world.officer), by=world.owner
    )
    sql = (
        "UPDATE partnerships_invoice SET status = 'returned', reason = 'x', returned_by_id = %s,"
        " returned_at = now() + interval '15 days' WHERE id = %s"
    )
    assert refused(sql, world.officer.pk, invoice.pk) == "invoice_returned_in_time"
    assert refused(sql.replace("15", "0"), world.owner.pk, invoice.pk) == "invoice_returned_by_officer"
