"""What an enterprise delivered, when, and how much of it was taken: counted with each answer, and read as evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from curation.models import EvidenceChange, PoolEvidence, TrackRecord
from curation.scoring.evidence import DISPUTE_DAYS
from curation.selectors.whatif import standing_run
from curation.services.pool import note_passing_of_time
from curation.services.scoring import dry_run, take_snapshot
from partnerships.services import delivering, incidents, receiving
from portal.enums import Role
from portal.models import Enterprise, SuspectedDuplicate
from portal.services.merging import merge
from tests.curation.test_pool import ran, scores, settle
from tests.curation.test_review_races import at_once
from tests.factories import curation as curated
from tests.factories import incidents as problem
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
    assert record_of(firm) == (0, 0, 0, 0), "nobody has answered yet"
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
    assert record_of(one.enterprises[1]) == (0, 0, 0, 0)


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


def disputes_of(firm: Enterprise) -> int | None:
    programme = curated.programme(needs=[curated.need()])
    return take_snapshot(curated.draft_application(programme, firm), by=None).disputes


@pytest.mark.django_db
def test_proven_problems_count_for_two_years_and_are_no_evidence_without_a_contract() -> None:
    world = make.world(authorities=1)
    firm = world.enterprises[0]
    assert disputes_of(firm) is None
    contract = make.active(world)
    assert disputes_of(firm) == 0, "in force, and nothing was proven"
    EvidenceChange.objects.all().delete()
    conceded = problem.answered(problem.reported(contract, by=world.officer), by=world.owner, stance="concedes")
    assert disputes_of(firm) == 0, "not agreed yet"
    incidents.settle_incident(conceded, by=world.officer)
    assert set(EvidenceChange.objects.values_list("enterprise_id", flat=True)) == {firm.pk}, "pools read it again"
    objected = problem.answered(problem.reported(contract, by=world.officer, kind="quality"), by=world.owner)
    incidents.settle_incident(objected, by=world.officer)
    own = problem.answered(problem.reported(contract, by=world.owner), by=world.officer, stance="concedes")
    incidents.settle_incident(own, by=world.owner)
    taken_back = problem.reported(contract, by=world.officer, kind="other")
    incidents.withdraw_incident(taken_back, reason="Sudah beres.", by=world.officer)
    assert disputes_of(firm) == 1, (
        "agreed that it was the buyer’s view of it, its own fault, or nothing: none of them counts"
    )
    found = problem.answered(problem.reported(contract, by=world.officer, kind="other"), by=world.owner)
    problem.escalated(found, by=world.officer)
    incidents.find_on_incident(found, outcome="uphold", finding="Terbukti.", by=world.admins[0])
    assert disputes_of(firm) == 2
    run = ran(curated.programme(lines=(curated.criterion("disputes", "linear", 100, zero_at="3", full_at="0"),)))
    pooled = PoolEvidence.objects.filter(enterprise=firm).values_list("disputes", flat=True)
    assert pooled.get() == 2
    for days, left, points in ((DISPUTE_DAYS - 1, 2, 3333), (DISPUTE_DAYS, 0, 10_000)):
        with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
            note_passing_of_time()
            settle()
            standing = standing_run(run.programme)
            assert scores(standing)[firm.pk].total == dry_run(firm, run.programme).total * 100 == points
            assert (disputes_of(firm), pooled.get()) == (left, left)


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
