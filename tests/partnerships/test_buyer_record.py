"""How a buyer accepts and pays: for everybody once five enterprises stand behind a figure, for the ministries always."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Delivery, Invoice
from partnerships.selectors.buyer_record import Record, records
from partnerships.services import incidents, paying, receiving
from portal.models import User
from tests.factories import incidents as problem
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

DAYS_ACCEPTED = (1, 2, 2, 4, 9)
DAYS_PAID = (3, 5, 13, 20, 30)


def supplier(world: World) -> None:
    """The next one, alone in its contracts."""
    world.enterprises, world.owners = [], []
    make.add_enterprise(world)


def traded(world: World, *, accepted_after: int, paid_after: int | None) -> Invoice:
    """An order of half a year ago, by the services; every step on its day."""
    start = timezone.now()
    order = ordered.confirmed(world, 100)
    delivery = ordered.delivered(order, 100, by=world.owner)
    with time_machine.travel(start + dt.timedelta(days=accepted_after)):
        ordered.answered(delivery, 100, by=world.officer)
        invoice = ordered.invoiced(delivery, by=world.owner)
    if paid_after is not None:
        with time_machine.travel(start + dt.timedelta(days=accepted_after + paid_after)):
            payment = ordered.paid(invoice, by=world.officer, reference=f"TRX-{invoice.pk}")
            paying.confirm_payment(payment, by=world.owner)
    return invoice


def seen(world: World, user: User | None) -> Record:
    with time_machine.travel(timezone.now() + dt.timedelta(days=60)):
        (found,) = records([world.buyer], user or Client().request().wsgi_request.user)
    return found


def test_medians_terms_and_silence_from_five_enterprises_up() -> None:
    world = make.world(authorities=1)
    for number, (accepted, paid) in enumerate(zip(DAYS_ACCEPTED, DAYS_PAID, strict=True), 1):
        if number > 1:
            supplier(world)
        traded(world, accepted_after=accepted, paid_after=paid)
        if number == 4:
            public = seen(world, None)
            assert (public.shown, public.days_to_pay, public.reports) == (False, None, None)
            assert seen(world, world.admins[0]).days_to_accept == 2, "the ministries see all"
            assert seen(world, world.approver).enterprises == 4, "and the buyer its own"
            assert not seen(world, world.owner).shown
            page = Client().get(reverse("buyer_public", args=[world.buyer.pk])).content.decode()
            assert "tidak ditampilkan, agar tidak ada pemasok yang dapat dikenali" in page
    found = seen(world, None)
    assert (found.enterprises, found.deliveries, found.days_to_accept, found.deemed) == (5, 5, 2, 0)
    assert (found.invoices_paid, found.days_to_pay) == (5, 13)
    assert (found.invoices_due, found.paid_in_term, found.late, found.overdue) == (5, 3, 2, 0)
    assert found.in_term_share == 60
    # One more: nobody answered, and nobody paid.
    order = ordered.confirmed(world, 50)
    silent = ordered.delivered(order, 50, by=world.owner)
    with time_machine.travel(timezone.now() + dt.timedelta(days=30)):
        assert receiving.deem_accepted(Delivery.objects.get(pk=silent.pk))
        ordered.invoiced(silent, by=world.owner)
    found = seen(world, None)
    assert (found.deliveries, found.deemed, found.overdue, found.late) == (6, 1, 1, 3)


def test_each_figure_needs_its_own_five_and_what_is_in_confidence_is_in_none() -> None:
    world = make.world(authorities=1)
    contract, owner = traded(world, accepted_after=1, paid_after=2).partnership, world.owner
    for _number in range(4):
        supplier(world)
        traded(world, accepted_after=1, paid_after=None)
    found = seen(world, None)
    assert (found.enterprises, found.days_to_accept) == (5, 1)
    assert (found.invoices_paid, found.days_to_pay) == (None, None), "that one would be singled out"
    openly = problem.reported(contract, by=owner, kind="late_payment")
    problem.reported(contract, by=owner, in_confidence=True)
    problem.reported(contract, by=world.officer, kind="quality")
    assert (seen(world, None).reports, seen(world, None).reports_proven) == (1, 0)
    incidents.settle_incident(problem.answered(openly, by=world.officer, stance="concedes"), by=owner)
    assert seen(world, world.officer).reports_proven == 1
    page = Client().get("/api/v1/buyers/").json()["results"]
    assert [(row["shown"], row["days_to_accept"], row["days_to_pay"], row["reports"]) for row in page] == [
        (True, 1, None, 1)
    ]
    told = signed_in(world.admins[0]).get(f"/api/v1/buyers/{world.buyer.pk}/").json()
    assert told["days_to_pay"] == 2
    address = reverse("buyer_public", args=[world.buyer.pk])
    assert "terlalu sedikit" in Client().get(address).content.decode()
    assert "terlalu sedikit" not in signed_in(world.admins[0]).get(address).content.decode(), "nothing is hidden there"
    assert Client().get(f"/buyers/{world.officer.organisation_id + 10_000}/").status_code == 404


def test_a_list_of_buyers_asks_as_often_for_three_as_for_one() -> None:
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            make.active(make.world(authorities=1))
        Client().get("/buyers/")
        with CaptureQueriesContext(connection) as queries:
            page = Client().get("/buyers/")
        assert "tidak ditampilkan: kurang dari 5 usaha" in page.content.decode()
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert Client().get("/buyers/?q=zzz").status_code == 200
