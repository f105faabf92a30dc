"""The dossier by API: the same rules as on the pages, problems by field, and no identity number in any answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.enums import DigitalQuestion, EnterpriseStatus, QualityQuestion, Role
from portal.models import Enterprise, KbliClass
from tests.factories.enterprises import VILLAGE, draft_enterprise, enterprise, owner_of
from tests.factories.people import UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = EnterpriseStatus
LIST = "/api/v1/enterprises/"

WHOLE = {
    "nib": "8120012345678",
    "npwp": "01.312.166.0-091.000",
    "established_on": "2012-03-14",
    "women_led": True,
    "village": VILLAGE,
    "address": "Jalan Raya Ceper 12",
    "workforce": 18,
    "workforce_women": 4,
    "capital": 850_000_000,
    "full_year_of_sales": True,
    "sales": [{"year": 2025, "amount": "4,2 miliar"}, {"year": 2024, "amount": 3_900_000_000}],
    "investment": 1_200_000_000,
    "activities": [{"code": "24310", "edition": 2025, "main": True}],
}


def one(made, action=""):
    return f"{LIST}{made.pk}/{action and action + '/'}"


def send(client, method, address, data):
    return getattr(client, method)(address, data, content_type="application/json")


@pytest.fixture
def owner():
    return person(Role.OWNER)


def test_registered_filled_in_sent_and_verified():
    user = UserFactory()
    client = signed_in(user)
    made = send(client, "post", LIST, {"name": "CV Logam", "legal_form": "cv"})
    assert made.status_code == 201
    address = f"{LIST}{made.json()['id']}/"
    refused = client.post(f"{address}submit/")
    assert refused.status_code == 422
    assert {"nib", "activities", "capital"} <= set(refused.json()["errors"])
    changed = send(client, "patch", address, WHOLE)
    assert changed.status_code == 200, changed.json()
    assert changed.json()["missing"] == []
    assert changed.json()["annual_sales"] == 4_200_000_000
    assert client.post(f"{address}submit/").json()["business_class"] == "small"
    assert client.post(f"{address}submit/").status_code == 409
    admin = signed_in(person(Role.MINISTRY_ADMIN))
    assert admin.post(f"{address}verify/").json()["status"] == "verified"
    assert Enterprise.objects.get().status == S.VERIFIED


def test_identity_numbers_are_masked_for_ones_own_people_and_absent_for_others(owner):
    made = enterprise(owner=owner, owner_nik="3310114403850001")
    own = signed_in(owner).get(one(made))
    assert own.json()["npwp"].endswith("1000")
    assert own.json()["owner_nik"] == "••••••••••••0001"
    other = signed_in(person(Role.MINISTRY_ADMIN)).get(one(made))
    assert (other.json()["npwp"], other.json()["owner_nik"]) == (None, None)
    for answer in (own, other):
        assert "3310114403850001" not in answer.content.decode()
        assert "0013121660091000" not in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nib", "123"),
        ("capital", -1),
        ("capital", 0),
        ("capital", 10**15),
        ("capital", "1.234,5"),
        ("capital", [1]),
        ("workforce_women", 19),
        ("village", "33.10.11"),
        ("established_on", "kemarin"),
        ("legal_form", "yayasan"),
        ("activities", [{"code": "1", "edition": 2025}]),
        ("activities", "24310"),
        ("status", "verified"),
        ("is_ikm", True),
    ],
)
def test_bad_values_are_problems_at_their_field(owner, field, value):
    made = draft_enterprise(owner, workforce=18)
    answer = send(signed_in(owner), "patch", one(made), {field: value, "description": "tidak tersimpan"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]
    made.refresh_from_db()
    assert made.description == ""


def test_one_field_can_be_changed_alone(owner):
    made = draft_enterprise(owner)
    assert send(signed_in(owner), "patch", one(made), {"workforce": 5}).json()["workforce"] == 5
    assert send(signed_in(owner), "patch", one(made), {"workforce": None}).json()["workforce"] is None


def test_a_code_of_the_other_edition_gets_a_hint(owner):
    made = draft_enterprise(owner)
    older = KbliClass.objects.filter(edition=2020, level=5).exclude(
        code__in=KbliClass.objects.filter(edition=2025).values("code")
    )[0]
    answer = send(signed_in(owner), "patch", one(made), {"activities": [{"code": older.code, "edition": 2025}]})
    assert "KBLI 2020" in answer.json()["errors"]["activities"][0]
    fine = send(signed_in(owner), "patch", one(made), {"activities": [{"code": older.code, "edition": 2020}]})
    assert fine.json()["activities"][0]["main"] is True


def test_activities_are_replaced_as_a_whole(owner):
    made = enterprise(owner=owner)
    wanted = [{"code": "25999", "edition": 2025, "main": True}, {"code": "24320", "edition": 2025}]
    answer = send(signed_in(owner), "patch", one(made), {"activities": wanted}).json()
    assert [(each["code"], each["main"]) for each in answer["activities"]] == [("25999", True), ("24320", False)]


def test_what_was_verified_is_refused_and_not_passed_over(owner):
    made = enterprise(owner=owner)
    answer = send(signed_in(owner), "patch", one(made), {"nib": "8999999999999"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["nib"])


def test_a_taken_nib(owner):
    enterprise(nib="8120012345678", name="PT Rahasia")
    answer = send(signed_in(owner), "patch", one(draft_enterprise(owner)), {"nib": "8120012345678"})
    assert list(answer.json()["errors"]) == ["nib"]
    assert "Rahasia" not in answer.content.decode()


def test_returned_with_reasons_suspended_and_restored():
    made = enterprise(status=S.SUBMITTED)
    admin = signed_in(person(Role.MINISTRY_ADMIN))
    assert send(admin, "post", one(made, "return"), {"reasons": []}).status_code == 422
    reasons = [{"section": "people", "reason": "Sebutkan pekerja tetap"}]
    assert send(admin, "post", one(made, "return"), {"reasons": reasons}).json()["return_reasons"] == reasons
    other = enterprise()
    assert send(admin, "post", one(other, "suspend"), {}).status_code == 422
    assert send(admin, "post", one(other, "suspend"), {"reason": "NIB dicabut"}).json()["status"] == "suspended"
    assert admin.post(one(other, "restore")).json()["status"] == "verified"
    assert admin.post(one(other, "restore")).status_code == 409


def test_strangers_find_nothing_and_the_wrong_role_is_told(owner):
    made = enterprise()
    assert signed_in(owner).get(one(made)).status_code == 404
    assert send(signed_in(owner), "patch", one(made), {"workforce": 1}).status_code == 404
    assert signed_in(owner).post(one(made, "verify")).status_code == 403
    assert signed_in(person(Role.OFFICER)).get(LIST).status_code == 403


def test_nobody_changes_what_is_being_checked():
    made = enterprise(status=S.SUBMITTED)
    answer = send(signed_in(owner_of(made)), "patch", one(made), {"workforce": 30})
    assert answer.status_code == 403


def test_the_list_is_filtered():
    admin = signed_in(person(Role.MINISTRY_ADMIN))
    enterprise()
    enterprise(status=S.SUBMITTED)
    draft_enterprise()
    assert admin.get(LIST).json()["count"] == 2
    assert admin.get(LIST, {"status": "submitted"}).json()["count"] == 1


def test_the_list_asks_the_database_as_often_for_three_as_for_one():
    admin = signed_in(person(Role.MINISTRY_ADMIN))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(LIST).status_code == 200
        return len(captured)

    enterprise()
    queries()
    one_row = queries()
    enterprise()
    enterprise()
    assert queries() == one_row


def test_reference_lists_are_public_and_searched_in_both_languages(client):
    def found(name, **query):
        return client.get(reverse(f"api_reference_{name}"), query).json()["results"]

    assert "24310" in [each["code"] for each in found("kbli", q="pengecoran besi")]
    assert {each["edition"] for each in found("kbli", q="24310", edition=2020)} == {2020}
    assert found("kbli") == []
    assert any(each["code"].startswith("7318") for each in found("hs", q="bolts"))
    assert VILLAGE in [each["code"] for each in found("regions", q="ceper klaten")]
    assert len(found("regions")) == 38
    assert found("regions", within="33.10")[0]["level"] == 3
    assert client.get(reverse("api_reference_kbli"), {"edition": "1998"}).status_code == 422


def test_one_answer_of_a_section_leaves_the_others_as_they_are():
    made = enterprise()
    client = signed_in(owner_of(made))
    changed = send(client, "patch", one(made), {"postal_code": "57466"})
    assert changed.status_code == 200, changed.json()
    assert (changed.json()["postal_code"], changed.json()["village"]) == ("57466", VILLAGE)


@pytest.mark.parametrize(
    ("table", "questions"), [("digital_answers", DigitalQuestion), ("quality_answers", QualityQuestion)]
)
def test_some_answers_of_a_questionnaire_are_refused_by_name_until_all_are_there(table, questions):
    """Never stored with an empty answer: the level counts all of them."""
    owner = person(Role.OWNER)
    firm = enterprise(owner=owner, status=S.DRAFT)
    getattr(firm, table).all().delete()
    client = signed_in(owner)
    some = [{"question": each, "yes": True} for each in questions.values[:2]]
    refused = send(client, "patch", one(firm), {table: some})
    assert refused.status_code == 422
    texts = refused.json()["errors"][table]
    assert len(texts) == len(questions) - 2
    assert all(f"{each.label}: " in text for each, text in zip(list(questions)[2:], texts, strict=True))
    assert not getattr(firm, table).exists()
    every = {each: each != questions.values[0] for each in questions.values}
    assert send(client, "patch", one(firm), {table: every}).status_code == 200
    # Of a questionnaire that is whole, one answer may be changed alone.
    changed = send(client, "patch", one(firm), {table: [{"question": questions.values[0], "yes": True}]})
    assert changed.status_code == 200, changed.content
    assert {row["question"]: row["yes"] for row in changed.json()[table]} == dict.fromkeys(questions.values, True)
    for nothing in (None, "", "mungkin", 2):
        refused = send(client, "patch", one(firm), {table: [{"question": questions.values[1], "yes": nothing}]})
        assert refused.status_code == 422, nothing
        assert table in refused.json()["errors"], nothing
    assert set(getattr(firm, table).values_list("yes", flat=True)) == {True}
