"""Real threads: however many order, accept or pay at once, no more than there is; one wins, the others are told."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from partnerships.models import DeliveryLine, Invoice, OrderLine, Payment
from partnerships.services import receiving
from portal.enums import Role
from portal.flow import MoveNotAllowed
from portal.models import User
from tests.curation.test_review_races import at_once
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.people import person
from tests.partnerships.test_race import reference

__all__ = ["reference"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference")]


def test_two_orders_at_once_take_no_more_than_the_contract_has() -> None:
    world = make.world()
    contract = make.active(world)

    def place() -> object:
        try:
            return ordered.placed(world, 60_000, partnership=contract)
        except Exception as error:
            return error

    results = at_once(*((world.officer, place) for _click in range(4)))
    assert sum(not isinstance(each, Exception) for each in results) == 1
    assert sum(OrderLine.objects.values_list("quantity", flat=True)) == 60_000


def test_a_delivery_is_answered_once() -> None:
    world = make.world()
    delivery = ordered.delivered(ordered.confirmed(world, 100), 100, by=world.owner)
    line = delivery.lines.get()

    def answer() -> object:
        return receiving.answer_delivery(delivery, {line: receiving.Receipt(line.quantity)}, by=world.officer)

    results = at_once(*((world.officer, answer) for _click in range(4)))
    assert sum(isinstance(each, MoveNotAllowed) for each in results) == 3


def test_two_deliveries_at_once_accept_no_more_than_was_ordered() -> None:
    world = make.world()
    order = ordered.confirmed(world, 100)
    first, second = (ordered.delivered(order, 60, by=world.owner) for _number in range(2))

    def answer(delivery: object) -> object:
        try:
            return ordered.answered(delivery, 60, by=world.officer)
        except Exception as error:
            return error

    results = at_once((world.officer, lambda: answer(first)), (world.officer, lambda: answer(second)))
    assert sum(isinstance(each, Exception) for each in results) == 1
    assert sum(each.accepted or 0 for each in DeliveryLine.objects.all()) == 60


def test_two_people_paying_at_once_pay_once() -> None:
    world = make.world()
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    colleague = person(Role.OFFICER, world.buyer)

    def pay(by: User, reference: str) -> object:
        try:
            return ordered.paid(invoice, by=by, reference=reference)
        except ValidationError as error:
            return error

    results = at_once(
        *(
            (by, lambda by=by, number=number: pay(by, f"TRX-{number}"))
            for number, by in enumerate([world.officer, colleague] * 2)
        )
    )
    assert sum(isinstance(each, Payment) for each in results) == 1
    told = [each for each in results if isinstance(each, MoveNotAllowed)]
    assert len(told) == 3, "the others read that it is paid"
    assert sum(Payment.objects.values_list("amount", flat=True)) == invoice.total


def test_parts_paid_at_once_never_add_up_to_more() -> None:
    world = make.world()
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)

    def pay(number: int) -> object:
        try:
            return ordered.paid(invoice, 1_500_000, by=world.officer, reference=f"TRX-{number}")
        except ValidationError as error:
            return error

    results = at_once(*((world.officer, lambda number=number: pay(number)) for number in range(4)))
    assert sum(isinstance(each, Payment) for each in results) == 2
    assert sum(Payment.objects.values_list("amount", flat=True)) == 3_000_000


def test_the_same_delivery_is_invoiced_once() -> None:
    world = make.world()
    delivery = ordered.accepted(world, 100)

    def send(number: int) -> object:
        try:
            return ordered.invoiced(delivery, by=world.owner, reference=f"INV-{number}")
        except ValidationError as error:
            return error

    results = at_once(*((world.owner, lambda number=number: send(number)) for number in range(4)))
    assert sum(isinstance(each, Invoice) for each in results) == 1
