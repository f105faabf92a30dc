"""Lists of businesses say how far each was checked, with the day: an officer chooses among them by it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.services.attestation import statement
from curation.services.certificate_pdf import printed
from curation.services.interest import express_interest
from curation.services.searching import refresh_search
from portal.enums import Role
from portal.presentation.dates import tanggal
from tests.curation.test_curation_api import Api
from tests.curation.test_whatif_pages import band, drafted
from tests.factories import consortia
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.partnerships import curation_of
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


def test_the_candidates_and_the_proposed_members_of_a_consortium() -> None:
    made = consortia.supply(600, 600)
    address = reverse("consortium_form", args=[made.need.pk])
    page = signed_in(made.officer).get(address).content.decode()
    assert page.count(LABEL) >= 4, "two members proposed, and the same two among the candidates"
    members = Api(made.officer).post(f"needs/{made.need.pk}/consortium/", {}).json()["members"]
    assert len(members) == 2
    assert all(today(member["checked"]) for member in members)


def test_who_is_interested_in_a_need() -> None:
    need = make.need()
    firm = enterprise()
    make.product(firm)
    express_interest(need, firm, by=owner_of(firm), product=firm.products.get())
    assert says_it(signed_in(need.created_by), reverse("need_interests", args=[need.pk]))
    rows = Api(need.created_by).get("interests/").json()["results"]
    assert rows
    assert all(today(row["checked"]) for row in rows)


def test_marks_of_ones_own_and_of_others_in_as_many_queries_for_three_as_for_one() -> None:
    own, others = person(Role.OFFICER), make.programme(quota=9)
    given = make.programme(by=own, quota=9)
    pages = ((reverse("curation_list"), "curations/"), (reverse("other_marks"), "curations/recognisable/"))
    client, api = signed_in(own), Api(own)
    counts: list[int] = []
    for several in (1, 2):
        for programme in (given, others) * several:
            curation_of(enterprise(), programme, by=programme.created_by)
        with CaptureQueriesContext(connection) as asked:
            for address, path in pages:
                assert says_it(client, address)
                rows = api.get(path).json()["results"]
                assert rows
                assert all(today(row["checked"]) for row in rows)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_certificate_on_paper_and_signed() -> None:
    programme = make.programme()
    mark = curation_of(enterprise(), programme, by=programme.created_by)
    assert ["Pemeriksaan usaha", f"Pernyataan sendiri, sejak {tanggal(timezone.localdate(), 'long')}"] in printed(mark)[
        "facts"
    ]
    assert today(statement(mark)["checked"])
