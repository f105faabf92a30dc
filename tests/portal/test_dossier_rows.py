"""Sections with rows: as many as there are, added and removed without a script, agreeing with the columns that follow from them."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from portal.enums import EnterpriseStatus, Role
from portal.models import AnnualSales, AuditEntry, Enterprise, SectionDraft
from portal.selectors.enterprise import standing_of
from portal.services import dossier as service
from tests.factories.enterprises import draft_enterprise, enterprise
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import FINANCE, rows, text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = EnterpriseStatus


@pytest.fixture
def owner():
    return person(Role.OWNER)


@pytest.fixture
def draft(owner):
    return draft_enterprise(owner)


def years(subject):
    return list(subject.sales.values_list("year", "amount"))


THREE = rows(
    "sales",
    {"year": "2023", "amount": "3 miliar"},
    {"year": "2025", "amount": "4,2 miliar"},
    {"year": "2024", "amount": "0"},
)


def test_a_row_a_year_and_the_newest_is_the_enterprises(owner, draft):
    client = signed_in(owner)
    assert client.post(url("finance"), {**FINANCE, **THREE}).status_code == 302
    draft.refresh_from_db()
    assert years(draft) == [(2025, 4_200_000_000), (2024, 0), (2023, 3_000_000_000)]
    assert (draft.sales_year, draft.annual_sales) == (2025, 4_200_000_000)
    page = text_of(client.get(url("finance")))
    assert 'name="sales-2-amount" value="3.000.000.000"' in page
    check = text_of(client.get(reverse("dossier_check")))
    assert "Rp3.000.000.000" in check


def test_removing_the_newest_makes_the_one_before_count(owner, draft):
    client = signed_in(owner)
    client.post(url("finance"), {**FINANCE, **THREE})
    kept = rows(
        "sales", {"year": "2025", "amount": "4,2 miliar", "DELETE": "on"}, {"year": "2023", "amount": "3 miliar"}
    )
    assert client.post(url("finance"), {**FINANCE, **kept}).status_code == 302
    draft.refresh_from_db()
    assert years(draft) == [(2023, 3_000_000_000)]
    assert (draft.sales_year, draft.annual_sales) == (2023, 3_000_000_000)


def test_the_same_rows_in_another_order_are_no_change(owner, draft):
    client = signed_in(owner)
    client.post(url("finance"), {**FINANCE, **THREE})
    pks = set(draft.sales.values_list("pk", flat=True))
    turned = rows(
        "sales",
        {"year": "2024", "amount": "0"},
        {"year": "2023", "amount": "3 miliar"},
        {"year": "2025", "amount": "4.200.000.000"},
    )
    client.post(url("finance"), {**FINANCE, **turned})
    assert set(draft.sales.values_list("pk", flat=True)) == pks
    assert AuditEntry.objects.of(draft).filter(action="save_section").count() == 1


def test_a_table_says_what_it_asks_and_its_button_what_it_adds(owner, draft):
    page = text_of(signed_in(owner).get(url("finance")))
    assert '<legend class="h3">Penjualan per tahun</legend>' in page
    assert "Tambah tahun</button>" in page


def test_another_row_is_asked_for_without_a_script_and_nothing_typed_is_lost_or_checked(owner, draft):
    typed = {**FINANCE, "capital": "banyak", "add": "sales"}
    page = signed_in(owner).post(url("finance"), typed)
    assert page.status_code == 200
    body = text_of(page)
    assert 'value="banyak"' in body
    assert 'name="sales-1-year"' in body
    assert 'id="row-sales-1"' in body
    assert 'class="errorlist"' not in body
    assert "banyak" in SectionDraft.objects.get().answers


def test_the_same_year_twice_is_answered_at_the_second(owner, draft):
    twice = rows("sales", {"year": "2025", "amount": "1 miliar"}, {"year": "2025", "amount": "2 miliar"})
    page = signed_in(owner).post(url("finance"), {**FINANCE, **twice})
    assert page.status_code == 422
    assert page.context["form"].row_sets["sales"].forms[1].errors["year"]
    assert not draft.sales.exists()


def test_more_rows_than_anybody_has_are_refused(owner, draft):
    many = rows("sales", *({"year": str(2025 - n), "amount": "1"} for n in range(16)))
    page = signed_in(owner).post(url("finance"), {**FINANCE, **many})
    assert page.status_code == 422
    assert 'name="sales-15-year"' in text_of(page)


@pytest.mark.parametrize("total", ["abc", "-1", "", "99999999999"])
def test_an_odd_count_of_rows_is_answered(owner, draft, total):
    for more in ({}, {"add": "sales"}):
        page = signed_in(owner).post(url("finance"), {**FINANCE, "sales-TOTAL_FORMS": total, **more})
        assert page.status_code in (200, 422)


def test_a_page_without_the_table_leaves_its_rows_alone(owner, draft):
    client = signed_in(owner)
    client.post(url("finance"), {**FINANCE, **THREE})
    client.post(url("finance"), {"capital": "900 juta", "full_year_of_sales": "True", "investment": "0"})
    draft.refresh_from_db()
    assert draft.capital == 900_000_000
    assert len(years(draft)) == 3


def test_a_full_year_of_sales_needs_a_year(owner, draft):
    page = signed_in(owner).post(url("finance"), {**FINANCE, **rows("sales", {"year": "", "amount": ""})})
    assert list(page.context["form"].errors) == ["sales"]


def test_the_class_of_a_day_rests_on_the_sales_known_then():
    made = enterprise(status=S.DRAFT, annual_sales=16_000_000_000, sales_year=2025)
    AnnualSales.objects.create(enterprise=made, year=2020, amount=1_900_000_000)
    assert standing_of(made, dt.date(2021, 9, 1)).business_class.business_class == "micro"
    assert standing_of(made, dt.date(2026, 11, 1)).business_class.business_class == "medium"
    # Before there were any sales, and under the older act: net assets.
    assert standing_of(made, dt.date(2020, 12, 1)).business_class.decided_by == "capital"


def test_two_people_changing_rows_see_both_versions(owner, draft):
    client = signed_in(owner)
    seen = client.get(url("finance")).context["form"]["seen"].value()
    service.save_section(
        draft, "finance", {"sales": [{"year": 2025, "amount": 5}]}, by=person(Role.STAFF, draft.organisation)
    )
    page = client.post(url("finance"), {**FINANCE, "seen": seen})
    assert page.status_code == 409
    shown = [(row["theirs"], row["mine"]) for row in page.context["conflict_rows"]]
    assert ("Penjualan 2025: Rp5", "Penjualan 2025: Rp4.200.000.000") in shown


def send(client, made, data):
    return client.patch(f"/api/v1/enterprises/{made.pk}/", data, content_type="application/json")


def test_the_api_replaces_rows_and_names_the_row_that_is_wrong(owner, draft):
    client = signed_in(owner)
    fine = send(
        client, draft, {"full_year_of_sales": True, "sales": [{"year": 2025, "amount": 7}, {"year": 2024, "amount": 6}]}
    )
    assert fine.status_code == 200, fine.json()
    assert fine.json()["sales"] == [{"year": 2025, "amount": 7}, {"year": 2024, "amount": 6}]
    assert (fine.json()["annual_sales"], fine.json()["sales_year"]) == (7, 2025)
    wrong = send(client, draft, {"sales": [{"year": 2025, "amount": 7}, {"year": 2026, "amount": -1}]})
    assert wrong.status_code == 422
    assert [text.partition(":")[0] for text in wrong.json()["errors"]["sales"]] == [
        "Tahun 2, Tahun kalender",
        "Tahun 2, Penjualan tahun itu",
    ]


@pytest.mark.parametrize(
    "value",
    ["2025", [1], [{}], [{"year": 2025, "amount": 1, "note": "x"}], {"year": 2025}, [{"year": [1], "amount": 2}]],
)
def test_rows_that_are_none_are_a_problem_at_their_table(owner, draft, value):
    answer = send(signed_in(owner), draft, {"sales": value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["sales"])


def test_the_database_holds_rows_and_figures_together():
    made = enterprise(status=S.DRAFT)
    with pytest.raises(IntegrityError, match="newest year"), transaction.atomic():
        Enterprise.objects.filter(pk=made.pk).update(annual_sales=1)
        connection.check_constraints()
    with pytest.raises(IntegrityError, match="newest year"), transaction.atomic():
        made.sales.all().update(amount=1)
        connection.check_constraints()


@pytest.mark.parametrize(("year", "amount"), [(2026, 1), (2300, 1), (1900, 1), (2024, -1), (2025, 1)])
def test_the_database_refuses_years_and_amounts_that_cannot_be(year, amount):
    made = enterprise(status=S.DRAFT)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualSales.objects.create(enterprise=made, year=year, amount=amount)


@pytest.mark.parametrize("name", ["workforce_permanent", "workforce_trained", "workforce_with_disability"])
def test_no_part_of_the_people_is_more_than_all(owner, draft, name):
    people = {"workforce": "3", "workforce_women": "1", name: "4"}
    page = signed_in(owner).post(url("people"), people)
    assert list(page.context["form"].errors) == [name]
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=draft.pk).update(workforce=3, **{name: 4})
