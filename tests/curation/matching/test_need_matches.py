"""An officer looks for businesses that fit a need: on its page and by API, with every part of every rank."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.matching.query import MatchQuery
from curation.matching.retrieve import find
from curation.models import Need
from curation.selectors.matches import MOST, Matches, explained, matches_of
from curation.services.searching import refresh_search
from portal.enums import DocumentKind, Role, Unit
from portal.models import KbliClass, Product, User
from tests.curation.matching.shop import BOLTS, a_few, sell
from tests.curation.test_curation_api import Api
from tests.factories import curation as make
from tests.factories import partnerships
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def wanted(by: User | None = None, **fields) -> Need:
    return make.need(
        by=by or make.officer(),
        **{
            "item": "Baut baja M12",
            "specification": "galvanis",
            "kbli": KbliClass.objects.get(edition=2025, code=BOLTS),
            "quantity_per_month": Decimal(1000),
            "unit": Unit.PIECE,
            "ceiling_price": 3_000,
            "required_certificates": ["sni", "iso_9001"],
            **fields,
        },
    )


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def page_of(need: Need, query: str = ""):
    return signed_in(need.created_by).get(f"/desk/needs/{need.pk}/matches/{query}")


def test_a_rank_is_the_sum_of_its_parts_on_the_page_and_by_api():
    seller = enterprise(name="CV Baut Utama")
    sell("Baut baja M12", seller, kbli=BOLTS, monthly_capacity=Decimal(400), price=3_300)
    verified_paper(seller, DocumentKind.SNI)
    need = wanted()
    refresh_search()
    answer = Api(need.created_by).get(f"needs/{need.pk}/matches/")
    (row,) = answer.json()["results"]
    parts = {part["part"]: part for part in row["parts"]}
    assert set(parts) == {
        "text", "kbli", "capacity", "price", "certificates", "distance", "score", "completeness", "track",
    }  # fmt: skip
    assert sum(part["weight"] for part in row["parts"]) == pytest.approx(100)
    assert sum(part["points"] or 0 for part in row["parts"]) == pytest.approx(row["total"])
    assert (parts["score"]["points"], parts["score"]["basis"]) == (None, "belum dinilai")
    assert row["certificates_held"] == ["sni"]
    assert row["certificates_missing"] == ["iso_9001"]
    assert (row["certificates_verified"], "dinyatakan" in parts["certificates"]["basis"]) == (["sni"], False)
    assert row["missing"] == [
        "Belum ada Sertifikat ISO 9001",
        "Kurang 600 buah per bulan dari jumlah yang dibutuhkan",
        "Harga 10,0% di atas harga tertinggi",
        "Belum dikurasi pembeli mana pun",
    ]
    page = text_of(page_of(need))
    for shown in ("CV Baut Utama", "400 dari 1.000 buah per bulan", "kelas yang sama", "bergantian", *row["missing"]):
        assert shown in page


def test_only_the_buyers_own_people_see_the_matches():
    need = wanted()
    assert page_of(need).status_code == 200
    approver = person(Role.APPROVER, need.buyer)
    assert signed_in(approver).get(f"/desk/needs/{need.pk}/matches/").status_code == 200
    assert Api(approver).get(f"needs/{need.pk}/matches/").status_code == 200
    for stranger in (make.officer(), person(Role.APPROVER)):
        assert signed_in(stranger).get(f"/desk/needs/{need.pk}/matches/").status_code == 404
        assert Api(stranger).get(f"needs/{need.pk}/matches/").status_code == 404
    assert Api(person(Role.OWNER)).get(f"needs/{need.pk}/matches/").status_code == 403
    assert Api().get(f"needs/{need.pk}/matches/").status_code in (401, 403)


def test_the_filter_stands_in_the_address_and_an_empty_answer_says_what_to_loosen():
    things = a_few()
    need = wanted()
    refresh_search()
    assert len(matches_of(need, user=need.created_by).rows) >= 2
    page = text_of(page_of(need, "?curated=1"))
    assert "Belum ada usaha terkurasi yang menawarkan ini." in page
    assert "Tampilkan semua usaha aktif" in page
    answer = Api(need.created_by).get(f"needs/{need.pk}/matches/?curated=true").json()
    assert answer["results"] == []
    assert answer["without_filter"] >= 1
    assert Api(need.created_by).get(f"needs/{need.pk}/matches/?curated=perhaps").status_code == 422
    Product.objects.filter(pk__in=[thing.pk for thing in things.values()]).update(withdrawn_at=timezone.now())
    refresh_search()
    assert "kelas KBLI yang berdekatan" in text_of(page_of(need))


def test_a_certificate_that_nobody_verified_is_called_declared():
    seller, other = enterprise(name="CV Baut Utama"), enterprise(name="CV Baut Lain")
    sell("Baut baja M12", seller, kbli=BOLTS)
    sell("Baut baja M12", other, kbli=BOLTS)
    paper(seller, DocumentKind.SNI)
    verified_paper(other, DocumentKind.SNI)
    need = wanted()
    refresh_search()
    by_firm = {row["name"]: row for row in Api(need.created_by).get(f"needs/{need.pk}/matches/").json()["results"]}
    said = {
        name: next(part["basis"] for part in row["parts"] if part["part"] == "certificates")
        for name, row in by_firm.items()
    }
    assert ("dinyatakan" in said["CV Baut Utama"], "dinyatakan" in said["CV Baut Lain"]) == (True, False)
    assert by_firm["CV Baut Utama"]["certificates_verified"] == []
    assert said["CV Baut Utama"] in text_of(page_of(need))


def test_a_curated_enterprise_is_found_by_the_filter():
    world = partnerships.world()
    sell("Baut baja M12", world.enterprise)
    sell("Baut baja M12")
    need = wanted()
    refresh_search()
    (row,) = matches_of(need, user=need.created_by, curated=True).rows
    assert row.enterprise == world.enterprise
    assert "Belum dikurasi pembeli mana pun" not in row.missing


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_need_in_any_state_has_its_matches(state):
    a_few()
    fields = {"draft": {"published_at": None}, "withdrawn": {"withdrawn_at": timezone.now()}}[state]
    need = wanted(**fields)
    assert "Baut segi enam" in text_of(page_of(need))


def test_a_need_without_quantity_is_explained_by_the_rest():
    a_few()
    query = replace(MatchQuery.of_need(wanted()), quantity=None, ceiling_price=None)
    found = find(query, user=None)
    row = explained(query, found)[0]
    assert not {"capacity", "price"} & {part.key for part in row.parts}
    assert sum(part.points or 0 for part in row.parts) == pytest.approx(row.total)


def test_a_unit_that_nobody_sells_in_is_said():
    a_few()
    need = wanted(unit=Unit.ROOM_NIGHT)
    page = text_of(page_of(need))
    assert "jumlah dan harga tidak dihitung" in page
    assert "tidak dapat dihitung ke" in page
    assert Api(need.created_by).get(f"needs/{need.pk}/matches/").json()["unit_unknown"]


def test_a_region_split_since_counts_by_what_is_left_of_its_code_and_one_on_no_map_is_said():
    a_few()
    need = wanted()
    split = replace(MatchQuery.of_need(need), place=f"{need.delivery_region_id}.99.2999")
    assert "distance" in {part.key for part in explained(split, find(split, user=None))[0].parts}
    nowhere = replace(split, place="00.00")
    found = find(nowhere, user=None)
    row = explained(nowhere, found)[0]
    assert "distance" not in {part.key for part in row.parts}
    assert sum(part.points or 0 for part in row.parts) == pytest.approx(row.total)
    context = {"need": need, "matches": Matches([row], found), "most": MOST}
    page = render_to_string("curation/buyer_need_matches.html", context)
    assert "jadi jarak tidak dihitung" in page


def test_a_product_that_went_while_it_was_ranked_leaves_no_gap():
    things = a_few()
    need = wanted()
    query = MatchQuery.of_need(need)
    found = find(query, user=need.created_by)
    assert found.matches[0].id == things["bolt"].pk
    Product.objects.filter(pk=things["bolt"].pk).delete()
    rows = explained(query, found)
    assert [row.rank for row in rows] == list(range(1, len(found.matches)))
    assert page_of(need).status_code == 200


def test_what_is_typed_into_a_need_is_text_and_no_operator():
    a_few()
    need = wanted(item="\"&|!:*()'--`\\ 😀", specification="yang untuk dan " * 200)
    assert page_of(need).status_code == 200


def test_equals_take_turns_by_the_day():
    for number in range(6):
        sell("Baut baja M12", enterprise(name=f"CV Sama {number}"))
    refresh_search()
    need = wanted()
    orders = set()
    for day in range(1, 6):
        with time_machine.travel(f"2027-01-0{day} 05:00:00+00:00", tick=False):
            orders.add(tuple(row.enterprise.pk for row in matches_of(need, user=need.created_by).rows))
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1


def test_one_row_or_three_ask_the_database_the_same_number_of_questions():
    need = wanted()
    client, api = signed_in(need.created_by), Api(need.created_by)

    def asked(client_get, path: str) -> int:
        client_get(path)
        with CaptureQueriesContext(connection) as counted:
            client_get(path)
        return len(counted)

    sell("Baut baja M12", enterprise())
    refresh_search()
    page, call = f"/desk/needs/{need.pk}/matches/", f"needs/{need.pk}/matches/"
    one = asked(client.get, page), asked(api.get, call)
    for _number in range(2):
        sell("Baut baja M12", enterprise())
    refresh_search()
    assert (asked(client.get, page), asked(api.get, call)) == one
    assert len(api.get(call).json()["results"]) == 3
