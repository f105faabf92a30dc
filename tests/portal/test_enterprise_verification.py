"""The ministry's desk: who waits first, what the portal has checked, what is decided and who is told."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal import audit, crypto
from portal.enums import EnterpriseStatus, Role
from portal.models import Document, Enterprise, Membership, Notification
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = EnterpriseStatus


@pytest.fixture
def admin():
    return person(Role.MINISTRY_ADMIN)


def waiting(**fields):
    return enterprise(status=S.SUBMITTED, **fields)


def detail(made):
    return reverse("verification_detail", args=[made.pk])


def test_those_that_wait_longest_stand_first(admin):
    now = timezone.now()
    late = waiting(submitted_at=now - dt.timedelta(days=1))
    early = waiting(submitted_at=now - dt.timedelta(days=9))
    draft_enterprise()
    page = signed_in(admin).get(reverse("verification_queue"))
    assert list(page.context["page"]) == [early, late]
    assert {chip["label"]: chip["count"] for chip in page.context["chips"]}
    # The first of them is open beside the list, ready to be decided.
    assert page.context["enterprise"] == early
    assert f'action="{detail(early)}' in page.content.decode()


@pytest.mark.parametrize("status", [S.SUBMITTED, S.VERIFIED, S.SUSPENDED, S.RETURNED])
def test_each_state_has_its_list(admin, status):
    made = enterprise(status=status)
    page = signed_in(admin).get(reverse("verification_queue"), {"status": status})
    assert list(page.context["page"]) == [made]


def test_found_by_name_or_nib(admin):
    made = waiting(name="CV Tuang Abadi", nib="8123456789012")
    waiting(name="CV Lain")
    client = signed_in(admin)
    for words in ("tuang", "81234"):
        assert list(client.get(reverse("verification_queue"), {"q": words}).context["page"]) == [made]


NUMBERS = [
    "01.312.166.1-091.000",
    "013121661091000",
    "0013121661091000",
    "3310 1150 0189 0001",
]


@pytest.mark.parametrize("typed", NUMBERS)
def test_found_by_the_whole_npwp_or_nik_in_any_way_of_writing_it(admin, typed):
    """By its keyed hash: the numbers themselves stand encrypted. A part of a number finds nobody."""
    nik = "3310115001890001"
    made = waiting(npwp="0013121661091000", owner_nik=nik, owner_nik_hash=crypto.search_hash(nik))
    waiting()
    client = signed_in(admin)
    assert list(client.get(reverse("verification_queue"), {"q": typed}).context["page"]) == [made]
    found = client.get("/api/v1/enterprises/", {"number": typed}).json()["results"]
    assert [each["id"] for each in found] == [made.pk]
    part = typed[:-1]
    assert not list(client.get(reverse("verification_queue"), {"q": part}).context["page"])
    assert client.get("/api/v1/enterprises/", {"number": part}).json()["results"] == []


def test_a_number_finds_nobody_whom_one_may_not_see():
    made = enterprise(npwp="0013121661091000")
    stranger = person(Role.OWNER)
    query = {"number": "0013121661091000"}
    assert signed_in(stranger).get("/api/v1/enterprises/", query).json()["results"] == []
    own = signed_in(owner_of(made)).get("/api/v1/enterprises/", query).json()["results"]
    assert [each["id"] for each in own] == [made.pk]


def test_renewed_papers_wait_at_the_desk_until_they_are_checked_the_one_that_ends_first_first(admin):
    today = timezone.localdate()
    later, sooner, declared, done = (enterprise() for _each in range(4))
    for firm, days in ((later, 40), (sooner, -2), (done, 9)):
        old = verified_paper(firm, "sni", valid_until=today + dt.timedelta(days=days))
        new = paper(firm, "sni", valid_until=today + dt.timedelta(days=500), replaces=old)
    Document.objects.filter(pk=new.pk).update(
        verified_at=timezone.now(), verified_by=old.verified_by, verified_how=old.verified_how
    )
    paper(declared, "sni", valid_until=today + dt.timedelta(days=500))
    client = signed_in(admin)
    page = client.get(reverse("verification_queue"), {"status": "renewed"})
    assert list(page.context["page"]) == [sooner, later]
    assert page.context["chips"][-1]["count"] == 2
    assert reverse("enterprise_document_list", args=[sooner.pk]) in page.content.decode()
    answer = client.get("/api/v1/documents/", {"renewal_to_check": "true"}).json()
    assert {each["enterprise"] for each in answer["results"]} == {sooner.pk, later.pk}
    others = client.get("/api/v1/documents/", {"renewal_to_check": "false"}).json()["results"]
    assert len(others) == Document.objects.count() - 2


@pytest.mark.parametrize("query", [{"q": "a\x00"}, {"status": "draft"}, {"page": "x"}])
def test_odd_questions_are_answered(admin, query):
    assert signed_in(admin).get(reverse("verification_queue"), query).status_code == 200


def test_the_list_asks_the_database_as_often_for_three_as_for_one(admin):
    client = signed_in(admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("verification_queue")).status_code == 200
        return len(captured)

    waiting()
    client.get(reverse("verification_queue"))
    one = queries()
    waiting()
    waiting()
    assert queries() == one


def test_the_detail_shows_what_was_checked(admin):
    made = waiting(npwp="0013121661091000", owner_nik="3310114403850001", capital=9_000_000_000)
    audit.record(made, "register", by=None)
    page = signed_in(admin).get(detail(made))
    states = [check.state for check in page.context["checks"]]
    assert states.count("fail") == 0
    assert states.count("warn") == 2  # the tax number's check digit; capital and sales disagree
    body = page.content.decode()
    assert "3310114403850001" not in body
    assert made.nib in body
    assert page.context["intact"] is True


def test_verify_goes_on_to_the_next_one(admin):
    first, second = waiting(), waiting()
    answer = signed_in(admin).post(detail(first), {"decision": "verify"})
    assert answer.headers["Location"] == detail(second)
    first.refresh_from_db()
    assert (first.status, first.decided_by) == (S.VERIFIED, admin)
    answer = signed_in(admin).post(detail(second), {"decision": "verify"})
    assert answer.headers["Location"] == reverse("verification_queue")


def test_returning_needs_a_reason_and_keeps_what_was_written(admin):
    made = waiting()
    owner = owner_of(made)
    client = signed_in(admin)
    assert client.post(detail(made), {"decision": "return"}).status_code == 422
    assert client.post(detail(made), {}).status_code == 422
    answer = client.post(
        detail(made), {"decision": "return", "reason_people": "Sebutkan pekerja tetap", "general": "Lampirkan NIB"}
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.status == S.RETURNED
    assert made.return_reasons == [
        {"section": "people", "reason": "Sebutkan pekerja tetap"},
        {"section": "", "reason": "Lampirkan NIB"},
    ]
    assert Notification.objects.visible_to(owner).filter(kind="enterprise.returned").exists()
    sme = signed_in(owner)
    assert "Sebutkan pekerja tetap" in sme.get(reverse("dossier_section", args=["people"])).content.decode()


def test_suspended_and_restored_from_the_desk(admin):
    made = enterprise()
    client = signed_in(admin)
    assert client.post(detail(made), {"decision": "suspend"}).status_code == 422
    assert client.post(detail(made), {"decision": "suspend", "general": "NIB dicabut"}).status_code == 302
    made.refresh_from_db()
    assert made.status == S.SUSPENDED
    assert client.post(detail(made), {"decision": "restore"}).status_code == 302
    made.refresh_from_db()
    assert made.status == S.VERIFIED


def test_two_clicks_decide_once_and_the_second_reads_the_state(admin):
    made = waiting()
    client = signed_in(admin)
    assert client.post(detail(made), {"decision": "verify"}).status_code == 302
    page = client.post(detail(made), {"decision": "verify"})
    assert page.status_code == 422
    assert page.context["form"].errors


def test_a_colleague_of_the_business_is_offered_no_decision(admin):
    made = waiting()
    Membership.objects.create(user=admin, organisation=made.organisation, role=Role.STAFF)
    admin.act_as(admin.memberships.get(role=Role.MINISTRY_ADMIN))
    page = signed_in(admin).get(detail(made))
    assert page.context["form"] is None
    signed_in(admin).post(detail(made), {"decision": "verify"})
    made.refresh_from_db()
    assert made.status == S.SUBMITTED


def test_drafts_are_nobodys_business(admin):
    assert signed_in(admin).get(detail(draft_enterprise())).status_code == 404


@pytest.mark.parametrize("role", [Role.OWNER, Role.OFFICER, Role.OPERATOR, Role.REGIONAL_OFFICER])
def test_others_have_no_desk_here(role):
    made = waiting()
    client = signed_in(person(role))
    assert client.get(reverse("verification_queue")).status_code == 403
    assert client.post(detail(made), {"decision": "verify"}).status_code == 403
    assert Enterprise.objects.get(pk=made.pk).status == S.SUBMITTED
