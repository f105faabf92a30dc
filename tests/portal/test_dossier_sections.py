"""Production, quality, digital readiness, exports and innovation: what they take, what follows from it, what they refuse."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from portal.enums import DigitalQuestion, QualityQuestion, Role
from portal.models import DigitalAnswer, Enterprise, ExportRecord, HsCode, Innovation, Machine
from portal.selectors.enterprise import DONE, completeness
from portal.self_assessment import digital_level
from tests.factories.enterprises import draft_enterprise
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import errors_at, rows, text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return person(Role.OWNER)


@pytest.fixture
def draft(owner):
    return draft_enterprise(owner)


def state(subject, section):
    subject.refresh_from_db()
    return next(each for each in completeness(subject).states if each.section.name == section)


def wrong_in(page, table, place=0):
    """The fields of a row that have errors."""
    return set(page.context["form"].row_sets[table].forms[place].errors)


# -- Production --------------------------------------------------------------------------------------------------------

FURNACE = {
    "name": "Tungku induksi",
    "count": "2",
    "year": "2018",
    "capacity": "0,5",
    "capacity_unit": "tonne",
    "capacity_per": "hour",
}
WORKSHOP = {"technology_level": "mechanised", "shifts": "2", "monthly_capacity": "12.500", "capacity_unit": "kilogram"}


def test_machines_capacity_and_shifts(owner, draft):
    page = signed_in(owner).post(url("production"), {**WORKSHOP, **rows("machines", FURNACE, {"name": "Bubut"})})
    assert page.status_code == 302, page.context["form"].errors
    assert state(draft, "production").state == DONE
    assert (draft.shifts, draft.monthly_capacity, draft.capacity_unit) == (2, 12_500, "kilogram")
    assert list(draft.machines.values_list("name", "count", "year")) == [
        ("Tungku induksi", 2, 2018),
        ("Bubut", 1, None),
    ]
    shown = text_of(signed_in(owner).get(reverse("dossier_check")))
    assert "0,5 ton/jam" in shown


def test_machines_are_asked_of_whoever_works_with_them(owner, draft):
    client = signed_in(owner)
    client.post(url("production"), {**WORKSHOP, **rows("machines", {"name": ""})})
    assert [each.field for each in state(draft, "production").missing] == ["machines"]
    client.post(url("production"), {**WORKSHOP, "technology_level": "manual", **rows("machines", {"name": ""})})
    assert state(draft, "production").state == DONE


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"count": "0"}, "count"),
        ({"count": "2,5"}, "count"),
        ({"year": "2027"}, "year"),
        ({"year": "18"}, "year"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": "banyak"}, "capacity"),
        ({"capacity_unit": ""}, "capacity_unit"),
        ({"capacity_per": ""}, "capacity_per"),
        ({"capacity_unit": "gerobak"}, "capacity_unit"),
    ],
)
def test_a_machine_that_cannot_be_is_answered_at_its_field(owner, draft, changed, wrong):
    page = signed_in(owner).post(url("production"), {**WORKSHOP, **rows("machines", {**FURNACE, **changed})})
    assert page.status_code == 422
    assert wrong_in(page, "machines") == {wrong}
    assert f'href="#id_machines-0-{wrong}"' in text_of(page)
    assert 'value="Tungku induksi"' in text_of(page) or wrong == "name"
    assert not Machine.objects.exists()


def test_a_unit_without_an_amount_says_nothing(owner, draft):
    alone = {**FURNACE, "capacity": ""}
    signed_in(owner).post(url("production"), {"capacity_unit": "kilogram", **rows("machines", alone)})
    draft.refresh_from_db()
    assert draft.capacity_unit == draft.machines.get().capacity_unit == draft.machines.get().capacity_per == ""


@pytest.mark.parametrize("shifts", ["0", "5", "satu"])
def test_shifts_that_cannot_be(owner, draft, shifts):
    assert errors_at(signed_in(owner).post(url("production"), {**WORKSHOP, "shifts": shifts}), "shifts")


def test_the_database_refuses_half_a_capacity(draft):
    unit = {"capacity_unit": "kilogram", "capacity_per": "day"}
    for fields in ({"capacity": 1}, {"capacity_unit": "kilogram"}, unit, {"count": 0}, {"name": ""}, {"year": 1800}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Machine.objects.create(**{"enterprise": draft, "name": "Bubut", **fields})
    for fields in (
        {"monthly_capacity": 5},
        {"capacity_unit": "kilogram"},
        {"shifts": 9},
        {"digital_readiness": 6},
        {"quality_practices": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enterprise.objects.filter(pk=draft.pk).update(**fields)


# -- Quality and digital readiness -------------------------------------------------------------------------------------


def digital(yes):
    return {f"digital_{question}": str(place < yes) for place, question in enumerate(DigitalQuestion)}


@pytest.mark.parametrize(("yes", "level"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (8, 5)])
def test_the_level_counts_the_answers_and_says_how(owner, draft, yes, level):
    assert signed_in(owner).post(url("digital"), digital(yes)).status_code == 302
    assert state(draft, "digital").state == DONE
    assert draft.digital_readiness == level
    with translation.override("id"):
        said = digital_level(draft.digital_answers.values("question", "yes")).explanation
    assert f"Tingkat {level} dari 5: {yes} dari 8" in said
    page = text_of(signed_in(owner).get(url("digital")))
    assert said in page
    assert "1 → 1, 3 → 2, 5 → 3, 7 → 4, 8 → 5" in page


def test_every_question_is_answered_before_there_is_a_level(owner, draft):
    half = {name: value for name, value in digital(4).items() if name != "digital_books"}
    page = signed_in(owner).post(url("digital"), half)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["digital_books"]
    assert not DigitalAnswer.objects.exists()
    draft.refresh_from_db()
    assert draft.digital_readiness is None


def test_a_level_from_before_the_questions_counts_until_they_are_answered(owner):
    made = draft_enterprise(owner, digital_readiness=3)
    client = signed_in(owner)
    assert "Tingkat 3, seperti yang Anda pilih" in text_of(client.get(url("digital")))
    assert state(made, "digital").state != DONE
    client.post(url("digital"), digital(7))
    made.refresh_from_db()
    assert made.digital_readiness == 4


def test_quality_practices_are_counted(owner, draft):
    answers = {f"quality_{question}": str(question != "calibration") for question in QualityQuestion}
    assert signed_in(owner).post(url("quality"), answers).status_code == 302
    assert state(draft, "quality").state == DONE
    assert draft.quality_practices == 5
    assert draft.quality_answers.filter(yes=True).count() == 5


def test_answers_by_api(owner, draft):
    client, address = signed_in(owner), f"/api/v1/enterprises/{draft.pk}/"
    sent = [{"question": question, "yes": True} for question in DigitalQuestion.values]
    answer = client.patch(address, {"digital_answers": sent}, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["digital_readiness"] == 5
    for wrong in ([{"question": "fax", "yes": True}], sent[:3], "ya", [{"question": "chat", "yes": "mungkin"}]):
        Enterprise.objects.filter(pk=draft.pk).update(digital_readiness=None)
        draft.digital_answers.all().delete()
        answer = client.patch(address, {"digital_answers": wrong}, content_type="application/json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["digital_answers"])
    assert client.patch(address, {"digital_readiness": 5}, content_type="application/json").status_code == 422


# -- Exports -----------------------------------------------------------------------------------------------------------

TO_JAPAN = {"country": "Jepang", "product": "Tutup manhole", "hs": "7325.10", "year": "2024", "value": "120 juta"}


def test_exports_with_country_product_tariff_code_and_year(owner, draft):
    answers = {
        "exports": "True",
        **rows("export_records", TO_JAPAN, {**TO_JAPAN, "country": "my", "hs": "", "value": ""}),
    }
    page = signed_in(owner).post(url("export"), answers)
    assert page.status_code == 302, page.context["form"].row_sets["export_records"].problems
    assert state(draft, "export").state == DONE
    first, second = draft.export_records.all()
    assert (first.country, first.hs_id, first.year, first.value) == ("JP", "732510", 2024, 120_000_000)
    assert (second.country, second.hs, second.value) == ("MY", None, None)
    assert 'value="Jepang"' in text_of(signed_in(owner).get(url("export")))


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"country": ""}, "country"),
        ({"country": "Wakanda"}, "country"),
        ({"country": "Indonesia"}, "country"),
        ({"product": ""}, "product"),
        ({"hs": "99.99.99"}, "hs"),
        ({"year": ""}, "year"),
        ({"year": "2030"}, "year"),
        ({"value": "0"}, "value"),
    ],
)
def test_an_export_that_cannot_be_is_answered_at_its_field(owner, draft, changed, wrong):
    page = signed_in(owner).post(url("export"), {"exports": "True", **rows("export_records", {**TO_JAPAN, **changed})})
    assert page.status_code == 422
    assert wrong_in(page, "export_records") == {wrong}
    assert not ExportRecord.objects.exists()


def test_yes_and_no_agree_with_the_rows(owner, draft):
    client = signed_in(owner)
    assert errors_at(client.post(url("export"), {"exports": "True", **rows("export_records", {})}), "export_records")
    assert errors_at(client.post(url("export"), {"exports": "False", **rows("export_records", TO_JAPAN)}), "exports")
    gone = rows("export_records", {**TO_JAPAN, "DELETE": "on"})
    assert client.post(url("export"), {"exports": "False", **gone}).status_code == 302
    assert state(draft, "export").state == DONE


def test_a_destination_kept_from_before_is_asked_for_by_name(owner, draft):
    ExportRecord.objects.create(enterprise=draft, destination="Timur Tengah")
    page = signed_in(owner).get(url("export"))
    assert 'value="Timur Tengah"' in text_of(page)


def test_the_database_refuses_exports_to_nowhere_and_to_indonesia(draft):
    for fields in (
        {},
        {"country": "ID"},
        {"country": "jp"},
        {"country": "JP", "value": 0},
        {"country": "JP", "year": 1900},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExportRecord.objects.create(enterprise=draft, **fields)


def test_tariff_codes_of_the_data_are_found_however_they_are_written(owner, draft):
    code = HsCode.objects.filter(level=8).first()
    for typed in (code.dotted, code.pk, code.dotted.replace(".", " ")):
        page = signed_in(owner).post(
            url("export"), {"exports": "True", **rows("export_records", {**TO_JAPAN, "hs": typed})}
        )
        assert page.status_code == 302
        assert draft.export_records.get().hs == code


# -- Flagship and innovation -------------------------------------------------------------------------------------------

BRAND = {"kind": "brand", "number": "idm000123456", "title": "CEPER", "registered_on": "2020-05-06"}
FLAGSHIP = {"flagship_product": "True", "flagship_description": "Besi cor, keputusan bupati"}


def test_registrations_are_counted_for_scoring(owner, draft):
    client = signed_in(owner)
    two = rows("innovations", BRAND, {**BRAND, "kind": "patent", "number": "IDP1"})
    assert client.post(url("innovation"), {**FLAGSHIP, "registered": "True", **two}).status_code == 302
    assert state(draft, "innovation").state == DONE
    assert draft.registered_innovations == 2
    assert draft.innovations.first().number == "IDM000123456"
    none = rows("innovations", {**BRAND, "DELETE": "on"})
    assert client.post(url("innovation"), {**FLAGSHIP, "registered": "False", **none}).status_code == 302
    draft.refresh_from_db()
    assert (draft.registered_innovations, draft.innovations.count()) == (0, 0)


def test_no_answer_about_registrations_is_not_none_of_them(owner, draft):
    signed_in(owner).post(url("innovation"), {"flagship_product": "False", **rows("innovations", {})})
    assert [each.field for each in state(draft, "innovation").missing] == ["registered_innovations"]
    assert draft.registered_innovations is None


def test_a_number_from_before_counts_until_each_is_entered(owner):
    made = draft_enterprise(owner, registered_innovations=3, flagship_product=False)
    client = signed_in(owner)
    assert "Dahulu Anda mengisi 3" in text_of(client.get(url("innovation")))
    assert [each.field for each in state(made, "innovation").missing] == ["innovations"]
    page = client.post(
        url("innovation"), {"flagship_product": "False", "registered": "True", **rows("innovations", {})}
    )
    assert list(page.context["form"].errors) == ["innovations"]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"kind": ""}, "kind"),
        ({"number": ""}, "number"),
        ({"title": ""}, "title"),
        ({"registered_on": "2027-01-01"}, "registered_on"),
        ({"registered_on": "0020-01-01"}, "registered_on"),
    ],
)
def test_a_registration_that_cannot_be(owner, draft, changed, wrong):
    page = signed_in(owner).post(url("innovation"), {"registered": "True", **rows("innovations", {**BRAND, **changed})})
    assert page.status_code == 422
    assert wrong_in(page, "innovations") == {wrong}


def test_the_same_registration_twice(owner, draft):
    page = signed_in(owner).post(url("innovation"), {"registered": "True", **rows("innovations", BRAND, BRAND)})
    assert wrong_in(page, "innovations", 1) == {"kind"}
    Innovation.objects.create(enterprise=draft, kind="brand", number="A", title="A", registered_on=dt.date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Innovation.objects.create(
            enterprise=draft, kind="brand", number="A", title="B", registered_on=dt.date(2020, 1, 1)
        )


def test_registrations_by_api_and_an_empty_list_says_none(owner, draft):
    client, address = signed_in(owner), f"/api/v1/enterprises/{draft.pk}/"
    answer = client.patch(address, {"innovations": [BRAND]}, content_type="application/json")
    assert (answer.status_code, answer.json()["registered_innovations"]) == (200, 1)
    again = client.patch(address, {"innovations": answer.json()["innovations"]}, content_type="application/json")
    assert again.json()["innovations"] == answer.json()["innovations"]
    none = client.patch(address, {"innovations": []}, content_type="application/json")
    assert none.json()["registered_innovations"] == 0


def test_english_pages_say_it_in_english(owner, draft):
    client = signed_in(owner)
    client.post(reverse("set_language"), {"language": "en"})
    page = client.post(url("export"), {"exports": "True", **rows("export_records", {**TO_JAPAN, "country": "Wakanda"})})
    assert "no country we know" in text_of(page)
    assert (
        client.post(
            url("export"), {"exports": "True", **rows("export_records", {**TO_JAPAN, "country": "Japan"})}
        ).status_code
        == 302
    )
