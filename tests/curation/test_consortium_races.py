"""Real threads: however many promise the same capacity at once, no more is promised than there is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone

from curation.services.consortium import accept_share, decline_share
from portal.flow import MoveNotAllowed
from portal.models import Commitment, Product
from portal.services.product import change_product
from portal.units import FACTORS, converted
from tests.curation.test_review_races import at_once
from tests.factories import consortia as make

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 6


def asked_by_many(capacity: int, each: int) -> tuple[make.Supply, list]:
    """One maker, and as many buyers that each ask for the same part of it."""
    first = make.supply(capacity, quantity=each)
    members = [make.inviting(first, members_at_most=1).members.get()]
    for _number in range(BUYERS - 1):
        other = make.Supply(
            make.curation.officer(), make.curation.need(quantity_per_month=Decimal(each)), first.firms, first.products
        )
        other.officer = other.need.created_by
        other.curate(first.firms[0])
        members.append(make.inviting(other, members_at_most=1).members.get())
    return first, members


def promised() -> Decimal:
    return sum(Commitment.objects.standing().values_list("quantity", flat=True), Decimal(0))


def test_as_many_accept_as_there_is_capacity_for() -> None:
    made, members = asked_by_many(1000, 300)
    owner = made.owners[0]
    results = at_once(*((owner, lambda member=member: accept_share(member, by=owner)) for member in members))
    refused = [each for each in results if isinstance(each, MoveNotAllowed)]
    assert len(refused) == BUYERS - 3
    assert {each.code for each in refused} == {"over_capacity"}
    assert promised() == 900


def test_the_same_share_twice_is_promised_once() -> None:
    made, members = asked_by_many(1000, 300)
    owner = made.owners[0]
    at_once(*((owner, lambda: accept_share(members[0], by=owner)) for _click in range(3)))
    assert promised() == 300


def test_the_database_alone_adds_up_for_those_who_come_at_once() -> None:
    made = make.supply(1000)
    owner, product, day = made.owners[0], made.products[0], timezone.localdate()

    def insert() -> object:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO portal_commitment (product_id, quantity, unit, starts_on, ends_on, created_at)"
                    " VALUES (%s, 400, %s, %s, %s, now())",
                    [product.pk, product.unit, day, day],
                )
        except IntegrityError as error:
            return error
        return None

    results = at_once(*((owner, insert) for _thread in range(5)))
    assert sum(isinstance(each, IntegrityError) for each in results) == 3
    assert promised() == 800


def test_a_capacity_is_not_lowered_while_somebody_promises_it() -> None:
    made, members = asked_by_many(1000, 600)
    owner = made.owners[0]

    def lower() -> object:
        try:
            return change_product(made.products[0], by=owner, monthly_capacity=Decimal(500))
        except ValidationError as error:
            return error

    at_once((owner, lambda: accept_share(members[0], by=owner)), (owner, lower))
    assert promised() <= Product.objects.get(pk=made.products[0].pk).monthly_capacity


def test_two_answers_to_one_share_are_one() -> None:
    made, members = asked_by_many(1000, 600)
    owner = made.owners[0]
    at_once(
        (owner, lambda: accept_share(members[0], by=owner)),
        (owner, lambda: decline_share(members[0], by=owner, reason="Penuh")),
    )
    members[0].refresh_from_db()
    assert promised() == (600 if members[0].status == "accepted" else 0)


def test_units_convert_in_the_database_as_in_the_code() -> None:
    with connection.cursor() as cursor:
        for source in [*FACTORS, "set"]:
            for target in [*FACTORS, "set"]:
                cursor.execute("SELECT unit_converted(7, %s, %s)", [source, target])
                found, wanted = cursor.fetchone()[0], converted(Decimal(7), source, target)
                same = found == wanted or (None not in (found, wanted) and abs(found - wanted) < Decimal("1e-12"))
                assert same, (source, target)
