"""The open needs that fit an enterprise: on its page, on its companion's, and by API, with chance, deadline and what is missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import Need
from curation.selectors.openings import fits_of
from curation.services.searching import refresh_search
from portal.enums import BusinessClass, DocumentKind, EnterpriseStatus, Role, Unit
from portal.models import Assignment, Enterprise, KbliClass, User
from tests.curation.matching.shop import BOLTS, sell
from tests.curation.test_curation_api import Api
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def wanted(by: User | None = None, **fields) -> Need:
    need = make.need(
        by=by or make.officer(),
        **{
            "item": "Baut baja M12",
            "specification": "galvanis",
            "kbli": KbliClass.objects.get(edition=2025, code=BOLTS),
            "quantity_per_month": Decimal(1000),
            "unit": Unit.PIECE,
            "ceiling_price": 3_000,
            **fields,
        },
    )
    refresh_search()
    return need


def seller(**fields) -> Enterprise:
    firm = enterprise(workforce=12, workforce_women=None, annual_sales=5 * 10**8, **fields)
    sell("Baut baja M12", firm, kbli=BOLTS, monthly_capacity=Decimal(400), price=3_300)
    return firm


def told(firm: Enterprise, user: User | None = None, query: str = "") -> dict:
    answer = Api(user or owner_of(firm)).get(f"enterprises/{firm.pk}/opportunities/{query}")
    assert answer.status_code == 200
    return answer.json()


def text_of(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_need_is_ranked_by_its_parts_with_chance_deadline_and_what_is_missing():
    firm = seller()
    verified_paper(firm, DocumentKind.SNI)
    need = wanted(required_certificates=["sni", "iso_9001"])
    round_ = make.programme(by=need.created_by, needs=[need])
    make.applicant(round_)
    (row,) = told(firm)["results"]
    assert row["need"] == need.pk
    assert sum(part["weight"] for part in row["parts"]) == pytest.approx(100)
    assert sum(part["points"] or 0 for part in row["parts"]) == pytest.approx(row["total"])
    assert {part["part"] for part in row["parts"]} == {"text", "kbli", "capacity", "price", "distance"}
    said = {part["part"]: part["basis"] for part in row["parts"]}
    assert said["capacity"] == "400 dari 1.000 buah per bulan"
    assert said["price"] == "Rp3.300 per buah; harga tertinggi Rp3.000"
    assert row["missing"] == [
        "Belum ada Sertifikat ISO 9001",
        "Kurang 600 buah per bulan dari jumlah yang dibutuhkan",
        "Harga 10,0% di atas harga tertinggi",
        "Kurang 19,0 poin dari ambang lolos",
    ]
    assert (row["round"]["score"], row["round"]["threshold"], row["round"]["chance"]) == (56, 75, "not_yet")
    assert row["round"]["applicants"] == 1
    assert row["deadline"] == timezone.localdate(round_.closes_at).isoformat()
    page = text_of(signed_in(owner_of(firm)).get("/opportunities/"))
    for shown in ("Baut baja M12", "400 dari 1.000 buah per bulan", "1 sudah melamar", *row["missing"]):
        assert shown in page


def test_a_gate_that_is_missed_comes_first():
    firm = seller()
    need = wanted()
    lines = [
        make.criterion("exports", "gate", test="is_true"),
        make.criterion("workforce", "linear", 100, zero_at="0", full_at="12"),
    ]
    make.programme(by=need.created_by, needs=[need], lines=lines)
    (row,) = told(firm)["results"]
    assert row["missing"][0] == "Wajib terpenuhi: Kriteria exports"
    assert row["round"]["chance"] == "not_yet"


def test_without_a_round_the_need_is_there_and_says_so():
    firm = seller()
    need = wanted(deliver_until=timezone.localdate() + dt.timedelta(days=200))
    (row,) = told(firm)["results"]
    assert row["round"] is None
    assert row["deadline"] == need.deliver_until.isoformat()
    assert "Belum ada program" in text_of(signed_in(owner_of(firm)).get("/opportunities/"))


def test_of_two_products_the_one_that_fits_best_stands_for_the_need():
    firm = seller()
    best = sell("Baut baja M12 galvanis", firm, kbli=BOLTS, monthly_capacity=Decimal(2_000), price=2_500)
    wanted()
    (row,) = told(firm)["results"]
    assert row["product"] == best.pk
    assert row["missing"] == []


def test_what_has_nothing_to_do_with_it_is_not_offered():
    firm = enterprise()
    sell("Keripik singkong balado", firm, kbli="10792", unit=Unit.PACK)
    need = wanted()
    answer = told(firm)
    assert (answer["results"], [note["code"] for note in answer["notes"]]) == ([], ["nothing_fits"])
    Need.objects.filter(pk=need.pk).update(withdrawn_at=timezone.now())
    refresh_search()
    assert [note["code"] for note in told(firm)["notes"]] == ["no_open_needs"]


def test_a_need_withdrawn_since_search_was_read_is_left_out():
    firm = seller()
    need = wanted()
    Need.objects.filter(pk=need.pk).update(withdrawn_at=timezone.now())
    assert told(firm)["results"] == []


@pytest.mark.parametrize(
    ("status", "code", "rows"),
    [
        (EnterpriseStatus.SUSPENDED, "suspended", 1),
        (EnterpriseStatus.SUBMITTED, "not_verified", 1),
        (EnterpriseStatus.CLOSED, "closed", 0),
    ],
)
def test_who_cannot_apply_reads_why(status, code, rows):
    firm = seller(status=status)
    owner = owner_of(firm)
    wanted()
    answer = told(firm, owner)
    assert ([note["code"] for note in answer["notes"]], len(answer["results"])) == ([code], rows)
    assert answer["notes"][0]["text"] in text_of(signed_in(owner).get("/opportunities/"))


def test_without_products_the_first_is_asked_for():
    wanted()
    owner = person(Role.OWNER)
    firm = draft_enterprise(owner)
    answer = told(firm, owner)
    assert [note["code"] for note in answer["notes"]] == ["not_verified", "no_products"]
    assert "Isi produk" in text_of(signed_in(owner).get("/opportunities/"))


def test_somebody_without_a_business_is_sent_to_register_one():
    assert "Daftarkan usaha Anda dulu." in text_of(signed_in(person(Role.OWNER)).get("/opportunities/"))


def test_a_companion_sees_those_of_the_businesses_assigned_and_no_others():
    firm, other = seller(name="CV Dampingan"), seller(name="CV Lain")
    wanted()
    plut = OrganisationFactory(capabilities=["plut"], ownership="")
    companion = person(Role.COMPANION, plut)
    Assignment.objects.create(plut=plut, companion=companion, enterprise=firm)
    page = text_of(signed_in(companion).get(f"/assisted/{firm.pk}/opportunities/"))
    assert "Peluang untuk CV Dampingan" in page
    assert "Baut baja M12" in page
    assert len(told(firm, companion)["results"]) == 1
    assert signed_in(companion).get(f"/assisted/{other.pk}/opportunities/").status_code == 404
    assert Api(companion).get(f"enterprises/{other.pk}/opportunities/").status_code == 404
    assert Api(owner_of(other)).get(f"enterprises/{firm.pk}/opportunities/").status_code == 404
    assert Api(make.officer()).get(f"enterprises/{firm.pk}/opportunities/").status_code == 403


def test_a_limit_out_of_range_is_said_at_its_field():
    firm = seller()
    for limit in ("0", "21", "banyak", "-1"):
        answer = Api(owner_of(firm)).get(f"enterprises/{firm.pk}/opportunities/?limit={limit}")
        assert answer.status_code == 422
        assert "limit" in answer.content.decode()


def test_many_products_are_compared_one_of_each_class_first():
    firm = enterprise(business_class=BusinessClass.SMALL)
    for number in range(8):
        sell(f"Keripik singkong {number}", firm, kbli="10792", unit=Unit.PACK)
    sell("Baut baja M12", firm, kbli=BOLTS)
    wanted()
    fits = fits_of(firm, user=owner_of(firm))
    assert (fits.compared, fits.products, len(fits.rows)) == (6, 9, 1)
    assert "6 dari 9 produk" in text_of(signed_in(owner_of(firm)).get("/opportunities/"))


def test_one_need_or_three_ask_the_database_the_same_number_of_questions():
    firm = seller()
    owner = owner_of(firm)
    client, api = signed_in(owner), Api(owner)
    call = f"enterprises/{firm.pk}/opportunities/"

    def asked(get, path: str) -> int:
        get(path)
        with CaptureQueriesContext(connection) as counted:
            get(path)
        return len(counted)

    def open_one() -> None:
        need = wanted()
        make.programme(by=need.created_by, needs=[need])

    open_one()
    one = asked(client.get, "/opportunities/"), asked(api.get, call)
    open_one()
    open_one()
    assert (asked(client.get, "/opportunities/"), asked(api.get, call)) == one
    assert len(api.get(call).json()["results"]) == 3


def test_a_name_that_says_nothing_is_helped_by_the_description_and_a_plain_one_is_not_led_astray():
    firm = enterprise()
    sell("Seri 7", firm, kbli="10792", description="Baut baja M12 galvanis")
    plain = sell("Rompi keselamatan", firm, kbli="14111", description="Dikirim dengan baut baja dan kardus.")
    wanted()
    wanted(item="Rompi keselamatan reflektif", kbli=KbliClass.objects.get(edition=2025, code="14111"))
    rows = fits_of(firm, user=owner_of(firm)).rows
    assert {row.need.item: row.product.name for row in rows} == {
        "Baut baja M12": "Seri 7",
        "Rompi keselamatan reflektif": plain.name,
    }
