"""Lists of businesses say how far each was checked, with the day: an officer chooses among them by it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from curation.services.searching import refresh_search
from portal.enums import Role
from portal.presentation.dates import tanggal
from tests.curation.test_curation_api import Api
from tests.curation.test_whatif_pages import band, drafted
from tests.factories import consortia
from tests.factories import curation as make
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LABEL = "Pernyataan sendiri"


def says_it(client: Any, address: str) -> bool:
    answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == 200, address
    return LABEL in text and tanggal(timezone.localdate()) in text.split(LABEL, 1)[1][:200]


def today(checked: dict[str, Any]) -> bool:
    return (checked["rung"], checked["since"]) == ("declared", timezone.localdate().isoformat())


def test_matches_of_a_need() -> None:
    need = make.need()
    make.product(enterprise(), name=need.item)
    refresh_search()
    assert says_it(signed_in(need.created_by), f"/desk/needs/{need.pk}/matches/")
    rows = Api(need.created_by).get(f"needs/{need.pk}/matches/").json()["results"]
    assert rows
    assert all(today(row["checked"]) for row in rows)


def test_members_of_a_consortium() -> None:
    made = consortia.supply(600, 600)
    consortium = consortia.draft(made)
    assert says_it(signed_in(made.officer), reverse("consortium", args=[consortium.pk]))
    members = Api(made.officer).get(f"consortia/{consortium.pk}/").json()["members"]
    assert members
    assert all(today(member["checked"]) for member in members)


def test_businesses_behind_the_supply_gap() -> None:
    need = make.need()
    make.product(enterprise(), monthly_capacity=Decimal(100))
    admin = person(Role.MINISTRY_ADMIN)
    assert need.published_at is not None
    assert says_it(signed_in(admin), reverse("supply_gap_businesses"))
    rows = Api(admin).get("supply-gap/enterprises/").json()["results"]
    assert rows
    assert all(today(row["checked"]) for row in rows)


def test_who_would_enter_under_a_draft() -> None:
    by, subject = drafted(alike=5)
    sent = band(subject, threshold="30")
    query = "&".join(f"{name}={value}" for name, value in sent.items())
    assert says_it(signed_in(by), f"/desk/programmes/{subject.pk}/what-if/entering/?{query}")
    movers = (
        Api(by).post(f"programmes/{subject.pk}/what-if/", {"threshold": "30", "movers": "entering"}).json()["movers"]
    )
    assert movers
    assert all(today(mover["checked"]) for mover in movers)
