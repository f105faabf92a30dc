"""What an enterprise delivered, when, and how much of it was taken: counted with each answer, and read as evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from curation.models import EvidenceChange, TrackRecord
from curation.services.scoring import take_snapshot
from partnerships.services import delivering, receiving
from portal.enums import Role
from portal.models import Enterprise, SuspectedDuplicate
from portal.services.merging import merge
from tests.curation.test_review_races import at_once
from tests.factories import curation as curated
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.partnerships.test_race import reference
from tests.signing_in import signed_in

__all__ = ["reference"]

PRICE = 40_000


def record_of(firm: Enterprise) -> tuple[int, int, int, int]:
    found = TrackRecord.objects.get(enterprise=firm)
    return found.deliveries, found.on_time, found.answered_value, found.accepted_value


def evidence_of(firm: Enterprise) -> tuple[int, Decimal | None, Decimal | None]:
    programme = curated.programme(needs=[curated.need()])
    read = take_snapshot(curated.draft_application(programme, firm), by=None)
    return read.deliveries, read.on_time_share, read.accepted_share


@pytest.mark.django_db
def test_answered_deliveries_count_with_their_day_and_with_the_value_that_was_taken() -> None:
    world = make.world()
    firm = world.enterprises[0]
    assert evidence_of(firm) == (0, None, None), "nothing delivered is no evidence of how"
    order = ordered.confirmed(world, 100)
    first = ordered.delivered(order, 60, by=world.owner)
    assert not TrackRecord.objects.filter(enterprise=firm).exists(), "nobody has answered yet"
    EvidenceChange.objects.all().delete()
    ordered.answered(first, 45, by=world.officer, reason="Retak.")
    assert record_of(firm) == (1, 1, 60 * PRICE, 45 * PRICE)
    assert set(EvidenceChange.objects.values_list("enterprise_id", flat=True)) == {firm.pk}, "pools read it again"
    with time_machine.travel(timezone.now() + dt.timedelta(days=60)):
        # Five more than is open: over, and nobody's fault.
        late = ordered.delivered(order, 60, by=world.owner)
        ordered.answered(late, 55, by=world.officer)
    assert record_of(firm) == (2, 1, 115 * PRICE, 100 * PRICE)
    assert evidence_of(firm) == (2, Decimal(50), Decimal("86.9565"))


@pytest.mark.django_db
def test_the_owner_reads_it_above_no_other_and_the_buyer_does_not() -> None:
    world = make.world()
    order = ordered.confirmed(world, 100)
    address = reverse("order_list")
    assert "Rekam jejak Anda" not in signed_in(world.owner).get(address).content.decode()
    ordered.answered(ordered.delivered(order, 60, by=world.owner), 45, by=world.officer, reason="Retak.")
    page = " ".join(signed_in(world.owner).get(address).content.decode().split())
    assert "Rekam jejak Anda" in page
    assert "75%" in page.split("Rekam jejak Anda")[1]
    assert "Rekam jejak Anda" not in signed_in(world.officer).get(address).content.decode()


@pytest.mark.django_db
def test_silence_accepts_and_what_was_withdrawn_never_was() -> None:
    world = make.world()
    order = ordered.confirmed(world, 100)
    delivering.withdraw_delivery(ordered.delivered(order, 10, by=world.owner), by=world.owner)
    delivery = ordered.delivered(order, 20, by=world.owner)
    with time_machine.travel(dt.datetime.combine(delivery.answer_by + dt.timedelta(days=1), dt.time(5), dt.UTC)):
        assert receiving.deem_accepted(delivery)
    assert record_of(world.enterprises[0]) == (1, 1, 20 * PRICE, 20 * PRICE)


@pytest.mark.django_db
def test_what_a_firm_delivered_to_several_buyers_counts_together_and_nothing_of_another_firm() -> None:
    one, other = make.world(enterprises=2), make.world(enterprises=0)
    firm = one.enterprises[0]
    other.enterprises.append(firm)
    other.owners.append(one.owner)
    make.curation_of(firm, other.programme, by=other.officer)
    ordered.accepted(one, 10)
    ordered.accepted(other, 30)
    assert record_of(firm) == (2, 2, 40 * PRICE, 40 * PRICE)
    assert not TrackRecord.objects.filter(enterprise=one.enterprises[1]).exists()


@pytest.mark.django_db
def test_it_goes_along_when_a_business_was_registered_twice() -> None:
    world = make.world()
    lost, kept = world.enterprises[0], enterprise()
    ordered.accepted(world, 10)
    first, second = sorted((lost, kept), key=lambda each: each.pk)
    pair = SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=40)
    merge(pair, kept=kept, reason="Sama.", by=person(Role.MINISTRY_ADMIN))
    assert record_of(kept) == (1, 1, 10 * PRICE, 10 * PRICE)
    assert record_of(lost) == (0, 0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"on_time": 2}, {"accepted_value": 9}, {"accepted_value": -1}])
def test_the_database_refuses_more_than_there_was(wrong: dict[str, int]) -> None:
    values = {"deliveries": 1, "on_time": 1, "answered_value": 8, "accepted_value": 8, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackRecord.objects.create(enterprise=enterprise(), **values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference")
def test_two_answers_at_once_are_both_counted() -> None:
    worlds: list[World] = [make.world(), make.world(enterprises=0)]
    firm = worlds[0].enterprises[0]
    worlds[1].enterprises.append(firm)
    worlds[1].owners.append(worlds[0].owner)
    make.curation_of(firm, worlds[1].programme, by=worlds[1].officer)
    waiting = [
        (world, ordered.delivered(ordered.confirmed(world, 10), 10, by=worlds[0].owner))
        for world in worlds
        for _number in range(2)
    ]
    at_once(
        *(
            (world.officer, lambda world=world, delivery=delivery: ordered.answered(delivery, 10, by=world.officer))
            for world, delivery in waiting
        )
    )
    assert record_of(firm) == (4, 4, 40 * PRICE, 40 * PRICE)
