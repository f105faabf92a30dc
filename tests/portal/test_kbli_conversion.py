"""KBLI 2020 → 2025: proposed by code, title and description, always reviewed by a person, and read by scoring afterwards."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import translation

from curation.services.scoring import take_snapshot
from portal.enums import ConversionOutcome, EnterpriseStatus, Role
from portal.flow import NotPermitted
from portal.models import Activity, ActivityConversion, AuditEntry, KbliConversion, Notification
from portal.selectors.conversion import DESCRIPTION, REVIEWED, SAME_CODE, SAME_TITLE, TABLE, TITLE, candidates
from portal.services import conversion as service
from tests.factories import curation as make
from tests.factories.checking import companion_of
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.factories.products import kbli_class
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
# Furniture of wood: 31001 until 2025, 31011 since.
OLD, NEW = ("31001", 2020), ("31011", 2025)


def old(code=OLD[0]):
    return kbli_class(code, 2020)


def new(code=NEW[0]):
    return kbli_class(code, 2025)


def joiner(**fields):
    return enterprise(kbli=OLD, **fields)


def proposed(made=None):
    made = made or joiner()
    return service.propose_conversion(made, old(), new(), by=owner_of(made))


# -- What may stand for it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "best", "reasons"),
    [
        ("10794", "10794", {SAME_CODE, TITLE, DESCRIPTION}),
        ("01111", "01111", {SAME_CODE, SAME_TITLE, DESCRIPTION}),
        ("31001", "31011", {SAME_TITLE, DESCRIPTION}),
        ("22299", "22209", {TITLE, DESCRIPTION}),
        ("25920", "25920", {SAME_CODE, DESCRIPTION}),
        ("62019", "62199", {TITLE, DESCRIPTION}),
        ("56101", "56101", {SAME_CODE}),
    ],
)
def test_the_likeliest_class_comes_first_and_says_why(code, best, reasons):
    first = candidates(old(code), 2025)[0]
    assert (first.kbli.code, first.kbli.edition) == (best, 2025)
    assert set(first.reasons) == reasons


def test_the_reasons_in_words():
    with translation.override("id"):
        assert candidates(old("01111"), 2025)[0].words[:2] == ["kode sama", "judul sama"]
        words = candidates(old("22299"), 2025)[0].words
    assert words[0].startswith("judul 7")
    assert words[0].endswith("% mirip")


def test_a_code_that_was_given_to_something_else_warns():
    """56101 was restaurants by any name, and is food in fixed premises now: the words have nothing in common."""
    assert candidates(old("56101"), 2025)[0].code_alone


def test_what_was_reviewed_or_stands_in_a_table_comes_before_any_likeness():
    KbliConversion.objects.create(older=old(), newer=new("31029"), reviewed_by=person(Role.MINISTRY_ADMIN))
    first = candidates(old(), 2025)[0]
    assert (first.kbli.code, first.reasons[0], first.is_sure) == ("31029", REVIEWED, True)
    KbliConversion.objects.create(older=old("22299"), newer=new("22199"), source="BPS 2026")
    assert candidates(old("22299"), 2025)[0].reasons[0] == TABLE


# -- Proposed and reviewed ---------------------------------------------------------------------------------------------


def test_chosen_by_the_owner_and_accepted_by_the_ministry():
    made = joiner()
    owner, admin = owner_of(made), person(Role.MINISTRY_ADMIN)
    client = signed_in(owner)
    page = client.get(reverse("conversion_propose")).content.decode()
    assert "Industri furnitur dari kayu" in page
    assert "judul sama" in page
    response = client.post(reverse("conversion_propose"), {"older": old().pk, "newer": new().pk})
    assert response.url == reverse("conversion_propose")
    conversion = ActivityConversion.objects.get()
    assert {each["reason"] for each in conversion.reasons} == {SAME_TITLE, DESCRIPTION}
    assert made.activities.get().kbli == old(), "nothing counts before it was reviewed"
    desk = signed_in(admin)
    assert str(made) in desk.get(reverse("conversion_queue")).content.decode()
    review = reverse("conversion_review", args=[conversion.pk])
    assert old().description[:40] in desk.get(review).content.decode()
    assert desk.post(review, {"decision": "accept"}).url == reverse("conversion_queue")
    activity = made.activities.get()
    assert (activity.kbli, activity.is_main) == (new(), True)
    assert KbliConversion.objects.get(older=old(), newer=new()).reviewed_by == admin
    assert made.class_history.get().cause == "activities", "class and IKM are derived again"
    assert Notification.objects.filter(user=owner, kind="conversion.accepted").exists()
    actions = set(AuditEntry.objects.of(made).values_list("action", flat=True))
    assert actions >= {"propose_conversion", "convert_activity", "accept_conversion"}


def test_a_companion_reviews_too_but_not_what_they_proposed_themselves():
    made = joiner()
    service.accept_conversion(proposed(made), by=companion_of(made))
    other = joiner()
    companion = companion_of(other)
    own = ActivityConversion.objects.create(enterprise=other, older=old(), newer=new(), proposed_by=companion)
    with pytest.raises(ValidationError, match="ditinjau orang lain"):
        service.accept_conversion(own, by=companion)
    with pytest.raises(IntegrityError, match="conversion_reviewed_by_another"), transaction.atomic():
        ActivityConversion.objects.filter(pk=own.pk).update(
            outcome="accepted", decided_by=companion, decided_at=own.proposed_at
        )


def test_nobody_else_reviews():
    conversion = proposed()
    member = person(Role.MINISTRY_ADMIN)
    member.memberships.create(organisation=conversion.enterprise.organisation, role=Role.STAFF)
    for reviewer in (companion_of(enterprise()), owner_of(conversion.enterprise), member, person(Role.OFFICER)):
        with pytest.raises(PermissionDenied):
            service.accept_conversion(conversion, by=reviewer)


def test_declined_with_a_reason_and_chosen_again():
    conversion = proposed()
    made, owner = conversion.enterprise, owner_of(conversion.enterprise)
    desk = signed_in(person(Role.MINISTRY_ADMIN))
    review = reverse("conversion_review", args=[conversion.pk])
    assert desk.post(review, {"decision": "decline", "reason": ""}).status_code == 422
    desk.post(review, {"decision": "decline", "reason": "Rotan lebih banyak dari kayu."})
    conversion.refresh_from_db()
    assert conversion.outcome == ConversionOutcome.DECLINED
    assert made.activities.get().kbli == old()
    assert "Rotan lebih banyak dari kayu." in signed_in(owner).get(reverse("conversion_propose")).content.decode()
    again = service.propose_conversion(made, old(), new("31012"), by=owner)
    service.accept_conversion(again, by=person(Role.MINISTRY_ADMIN))
    assert made.activities.get().kbli == new("31012")


def test_a_later_choice_takes_the_place_of_an_open_one_and_can_be_taken_back():
    first = proposed()
    made, owner = first.enterprise, owner_of(first.enterprise)
    second = service.propose_conversion(made, old(), new("31012"), by=owner)
    first.refresh_from_db()
    assert (first.outcome, made.conversions.open().get()) == (ConversionOutcome.WITHDRAWN, second)
    signed_in(owner).post(reverse("conversion_propose"), {"withdraw": second.pk})
    assert not made.conversions.open().exists()
    assert signed_in(owner).post(reverse("conversion_propose"), {"withdraw": "x"}).status_code == 404


def test_decided_once():
    conversion, admin = proposed(), person(Role.MINISTRY_ADMIN)
    service.accept_conversion(conversion, by=admin)
    with pytest.raises(ValidationError, match="sudah ditinjau"):
        service.decline_conversion(conversion, "Ternyata bukan.", by=admin)
    with pytest.raises(ProgrammingError, match="append-only or frozen"), transaction.atomic():
        ActivityConversion.objects.filter(pk=conversion.pk).update(newer=new("31012"))


def test_what_the_enterprise_has_already_is_not_doubled():
    made = joiner()
    Activity.objects.create(enterprise=made, kbli=new())
    service.accept_conversion(proposed(made), by=person(Role.MINISTRY_ADMIN))
    assert [(each.kbli, each.is_main) for each in made.activities.all()] == [(new(), True)]


def test_wrong_choices_are_refused():
    made = joiner()
    owner = owner_of(made)
    with pytest.raises(ValidationError):
        service.propose_conversion(made, old("10794"), new(), by=owner)
    with pytest.raises(ValidationError):
        service.propose_conversion(made, old(), old("10794"), by=owner)
    with pytest.raises(NotPermitted):
        service.propose_conversion(made, old(), new(), by=owner_of(enterprise()))
    checked = joiner(status=EnterpriseStatus.SUBMITTED)
    with pytest.raises(NotPermitted):
        service.propose_conversion(checked, old(), new(), by=owner_of(checked))
    assert signed_in(owner).post(reverse("conversion_propose"), {"older": old().pk}).status_code == 422


def test_a_search_finds_what_was_not_proposed():
    made = joiner()
    answer = signed_in(owner_of(made)).get(reverse("conversion_propose"), {"older": old().pk, "q": "rotan"})
    assert "ditemukan untuk “rotan”" in answer.content.decode()


def test_several_that_are_ticked_are_accepted_at_once():
    made = [proposed(), proposed()]
    client = signed_in(person(Role.MINISTRY_ADMIN))
    assert client.post(reverse("conversion_queue"), {}).status_code == 422
    client.post(reverse("conversion_queue"), {"chosen": [each.pk for each in made]})
    assert not ActivityConversion.objects.open().exists()


# -- The table ---------------------------------------------------------------------------------------------------------


def table(tmp_path: Path, rows: list[tuple[str, str]]) -> Path:
    path = tmp_path / "kesesuaian.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("kbli2020", "kbli2025"), *rows])
    return path


def test_a_published_table_is_loaded_by_command_and_twice_is_once(tmp_path):
    path = table(tmp_path, [("31001", "31011"), ("31001", "31012"), ("99999", "31011")])
    for new_rows in (2, 0):
        out, problems = StringIO(), StringIO()
        call_command("load_kbli_conversions", str(path), source="BPS 2026", stdout=out, stderr=problems)
        assert f"rows=3 new={new_rows} unknown=1" in out.getvalue()
        assert "row 4: 99999" in problems.getvalue()
    assert set(KbliConversion.objects.values_list("source", flat=True)) == {"BPS 2026"}
    with pytest.raises(CommandError):
        call_command("load_kbli_conversions", str(tmp_path / "nowhere.csv"), source="BPS")


# -- Scoring -----------------------------------------------------------------------------------------------------------


def test_scoring_reads_reviewed_conversions():
    """A need asks in 2025, the joiner still says 31001 of 2020: no digit of it counts before the pair was reviewed."""
    made = joiner()
    wanted = make.need(kbli=new())
    programme = make.programme(needs=[wanted])
    application = make.draft_application(programme, made)
    before = take_snapshot(application, by=application.created_by)
    KbliConversion.objects.create(older=old(), newer=new(), source="BPS 2026")
    after = take_snapshot(application, by=application.created_by)
    assert (before.kbli_fit, after.kbli_fit) == (3, 5)
    KbliConversion.objects.all().delete()
    KbliConversion.objects.create(older=old(), newer=new("31029"), source="BPS 2026")
    assert take_snapshot(application, by=application.created_by).kbli_fit == 3


# -- API ---------------------------------------------------------------------------------------------------------------


def test_by_api():
    made = joiner()
    owner, desk = signed_in(owner_of(made)), signed_in(person(Role.MINISTRY_ADMIN))
    found = owner.get(reverse("api_reference_kbli_candidates"), {"code": "31001"}).json()["results"]
    assert found[0]["kbli"]["code"] == "31011"
    assert "judul sama" in found[0]["reasons"]
    sent = {"older": "31001", "newer": "31011"}
    made_one = owner.post(reverse("api_conversion-list"), sent, content_type="application/json")
    assert (made_one.status_code, made_one.json()["outcome"]) == (201, "open")
    one = reverse("api_conversion-detail", args=[made_one.json()["id"]])
    assert owner.post(f"{one}accept/").status_code == 403
    assert desk.post(f"{one}accept/").json()["outcome"] == "accepted"
    assert desk.post(f"{one}decline/", {"reason": "Lain"}, content_type="application/json").status_code == 422
    wrong = owner.post(reverse("api_conversion-list"), sent | {"newer": "00000"}, content_type="application/json")
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"newer"})
