"""One's own mark from another buyer's: what it covers is not asked again, and the rest is one's own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus, Shape
from curation.models import Application, Curation, Programme
from curation.services.application import start_application, submit_application
from curation.services.certificate import revoke_curation
from curation.services.recognition import ask_for_recognition, cover_of
from curation.services.review import decide
from portal import audit, jobs
from portal.enums import DocumentKind, EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Document, Enterprise, Membership, Notification, User
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, address, ranked
from tests.factories import curation as make
from tests.factories.enterprises import owner_of, product
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
# The other buyer asked for NIB, workforce and sales.
MINE = (
    make.criterion("nib", Shape.GATE, test="is_true"),
    make.criterion("sni", Shape.GATE, test="valid_on"),
    make.criterion("workforce", Shape.LINEAR, 40, zero_at="0", full_at="20"),
    make.criterion("monthly_capacity", Shape.RATIO, 30, zero_at="0", full_at="1"),
    make.criterion("annual_sales", Shape.LINEAR, 30, zero_at="0", full_at="5000000000"),
)


@pytest.fixture
def mark() -> Curation:
    """20 people and a billion of sales, curated by another buyer."""
    return Curation.objects.get(application=ranked(make.officer(), 20)[0])


@pytest.fixture
def mine() -> Programme:
    return make.programme(lines=MINE, quota=1)


def officer_of(programme: Programme) -> User:
    return programme.created_by.act_as(programme.created_by.memberships.get())


def owner(mark: Curation) -> User:
    return acting(mark.application)


def test_what_is_covered_follows_from_criteria_and_evidence(mark: Curation, mine: Programme) -> None:
    said = {line.criterion.feature: (line.covered, line.why) for line in cover_of(mark, mine)}
    assert said == {
        "nib": (True, ""),
        "sni": (False, "tidak diminta oleh tanda itu"),
        "workforce": (True, ""),
        "monthly_capacity": (False, "diukur terhadap kebutuhan Anda sendiri"),
        "annual_sales": (False, "bukti tanda itu hari ini belum memenuhinya"),
    }
    Curation.objects.update(revoked_at=None)
    page = signed_in(officer_of(mine)).get(f"/desk/curations/others/{mark.token}/").content.decode()
    assert "2 dari 5 kriteria tercakup" in page
    assert "1.000.000.000" not in page, "values are for whoever the enterprise sends them to"
    answer = Api(officer_of(mine)).get(f"curations/{mark.token}/recognise/?programme={mine.pk}").json()
    assert [row["covered"] for row in answer["criteria"]] == [True, False, True, False, False]


def test_the_whole_way_in_the_browser(mark: Curation, mine: Programme) -> None:
    """Asked, completed, sent after the closing date, decided, and a mark of one's own beside the first."""
    by, enterprise = officer_of(mine), mark.enterprise
    desk = signed_in(by)
    assert str(mark.token) in desk.get("/desk/curations/others/").content.decode()
    assert desk.post(f"/desk/curations/others/{mark.token}/", {"programme": mine.pk}).status_code == 302
    draft = Application.objects.get(recognises=mark)
    assert Notification.objects.filter(user=owner(mark), kind="recognition.asked").exists()
    assert "diminta" in desk.get("/desk/curations/others/").content.decode()
    assert draft not in Application.objects.visible_to(by), "nothing is shown before it is sent"
    make.close(mine)
    client = signed_in(owner(mark))
    assert "Lengkapi" in client.get(f"/applications/{draft.pk}/").content.decode()
    offered = product(enterprise, monthly_capacity=1000, kbli=make.kbli_class(make.CASTING), unit="kg")
    assert client.post(f"/opportunities/{mine.pk}/apply/", {"product": offered.pk}).status_code == 302
    check = client.get(f"/applications/{draft.pk}/check/").content.decode()
    assert "tercakup" in check
    assert "Yang masih diminta" in check
    Document.objects.create(
        enterprise=enterprise, kind=DocumentKind.SNI, valid_until=timezone.localdate() + dt.timedelta(days=300)
    )
    assert client.post(f"/applications/{draft.pk}/check/").status_code == 302
    jobs.drain()
    draft.refresh_from_db()
    assert draft.status == A.IN_REVIEW
    assert Notification.objects.filter(user=by, kind="recognition.sent").exists()
    score = draft.scores.get()
    assert score.criteria_set.programme == mine, "a score of its own"
    page = desk.get(address(draft)).content.decode()
    assert "tercakup" in page
    desk.post(address(draft), {"outcome": "curated", "reason": "Contoh barang diperiksa."})
    draft.refresh_from_db()
    assert draft.status == A.CURATED
    given = draft.curation
    assert (given.programme, given.recognised) == (mine, mark)
    mine.refresh_from_db()
    assert mine.curated_count == 1
    public = signed_in(by).get(f"/verify/{given.token}/").content.decode()
    assert f"/verify/{mark.token}/" in public
    assert Api().get(f"curations/verify/{given.token}/").json()["recognises"] == str(mark.token)
    assert audit.breaks() == []


def sent(mark: Curation, mine: Programme) -> Application:
    draft = ask_for_recognition(mark, mine, by=officer_of(mine))
    start_application(mine, mark.enterprise, product=product(mark.enterprise), by=owner(mark))
    draft.refresh_from_db()
    submit_application(draft, by=owner(mark))
    jobs.drain()
    return draft


def test_the_whole_way_by_api(mark: Curation, mine: Programme) -> None:
    by = Api(officer_of(mine))
    assert [row["token"] for row in by.get("curations/recognisable/").json()["results"]] == [str(mark.token)]
    made = by.post(f"curations/{mark.token}/recognise/", {"programme": mine.pk})
    assert made.status_code == 201
    pk = made.json()["application"]
    sme = Api(owner(mark))
    offered = product(mark.enterprise)
    assert sme.post("applications/", {"programme": mine.pk, "product": offered.pk}).json()["id"] == pk
    assert sme.post(f"applications/{pk}/submit/").json()["status"] == "in_review"
    jobs.drain()
    done = by.post(f"applications/{pk}/decide/", {"outcome": "curated", "reason": "Diperiksa."}).json()
    assert done["status"] == "curated"
    assert done["recognises"] == str(mark.token)
    twice = by.post(f"curations/{mark.token}/recognise/", {"programme": mine.pk})
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:mitrapasok:problem:already_applied")


def test_the_quota_binds_a_recognition_too(mark: Curation, mine: Programme) -> None:
    full = make.applicant(make.programme(lines=MINE), workforce=20)
    draft = sent(mark, mine)
    other = sent_by_another(mine)
    by = officer_of(mine)
    decide(draft, Outcome.CURATED, by=by, reason="Diperiksa.")
    decide(other, Outcome.CURATED, by=by, reason="Diperiksa.")
    assert sorted(mine.applications.values_list("status", flat=True)) == [A.CURATED, A.WAITLISTED]
    mine.refresh_from_db()
    assert mine.curated_count == mine.quota == 1
    assert full.programme_id != mine.pk


def sent_by_another(mine: Programme) -> Application:
    second = Curation.objects.get(application=ranked(make.officer(), 20)[0])
    return sent(second, mine)


@pytest.mark.parametrize("wrong", ["draft", "archived", "own", "revoked", "expired", "suspended", "insider", "applied"])
def test_what_cannot_be_recognised(mark: Curation, mine: Programme, wrong: str) -> None:
    by, programme = officer_of(mine), mine
    if wrong == "draft":
        programme = make.draft_programme(by=by)
    elif wrong == "archived":
        Programme.objects.filter(pk=mine.pk).update(status=ProgrammeStatus.CLOSED)
        Programme.objects.filter(pk=mine.pk).update(status=ProgrammeStatus.ARCHIVED)
        programme.refresh_from_db()
    elif wrong == "own":
        by = officer_of(mark.programme)
        programme = make.programme(by=by)
    elif wrong == "revoked":
        revoke_curation(mark, reason="SNI dicabut.", by=officer_of(mark.programme))
    elif wrong == "expired":
        day = timezone.localdate() - dt.timedelta(days=1)
        Curation.objects.update(valid_from=day, valid_until=day)
    elif wrong == "suspended":
        Enterprise.objects.filter(pk=mark.enterprise_id).update(status=EnterpriseStatus.SUSPENDED)
    elif wrong == "insider":
        Membership.objects.create(user=by, organisation=mark.enterprise.organisation, role=Role.STAFF)
    else:
        make.application(mine, mark.enterprise)
    before = Application.objects.count()
    url = f"curations/{mark.token}/recognise/"
    code = {"own": 404, "suspended": 422, "insider": 403}.get(wrong, 409)
    assert Api(by).post(url, {"programme": programme.pk}).status_code == code
    page = signed_in(by).post(f"/desk/curations/others/{mark.token}/", {"programme": programme.pk})
    assert page.status_code in (404, 422)
    assert Application.objects.count() == before


def test_only_its_own_officer_for_its_own_programme(mark: Curation, mine: Programme) -> None:
    stranger = make.officer()
    with pytest.raises(NotPermitted):
        ask_for_recognition(mark, mine, by=stranger)
    assert Api(stranger).post(f"curations/{mark.token}/recognise/", {"programme": mine.pk}).status_code == 422
    assert Api(owner(mark)).post(f"curations/{mark.token}/recognise/", {"programme": mine.pk}).status_code == 403


def test_a_mark_that_fell_meanwhile_leads_back_to_the_ordinary_way(mark: Curation, mine: Programme) -> None:
    """While the round is open the draft is an ordinary application; after its closing it can't be sent."""
    draft = ask_for_recognition(mark, mine, by=officer_of(mine))
    start_application(mine, mark.enterprise, product=product(mark.enterprise), by=owner(mark))
    revoke_curation(mark, reason="SNI dicabut.", by=officer_of(mark.programme))
    draft = Application.objects.get(pk=draft.pk)
    make.close(mine)
    with pytest.raises(MoveNotAllowed):
        submit_application(Application.objects.get(pk=draft.pk), by=owner(mark))
    Programme.objects.filter(pk=mine.pk).update(closes_at=timezone.now() + dt.timedelta(days=3))
    submit_application(Application.objects.get(pk=draft.pk), by=owner(mark))
    draft.refresh_from_db()
    assert draft.status == A.SUBMITTED
    other = make.draft_application(make.programme(by=officer_of(mine)), mark.enterprise, recognises=mark)
    with pytest.raises(IntegrityError, match="stands is recognised"), transaction.atomic():
        Application.objects.filter(pk=other.pk).update(status=A.IN_REVIEW, submitted_at=timezone.now())


def test_the_database_knows_whose_mark_it_is(mark: Curation, mine: Programme) -> None:
    stranger = make.draft_application(mine)
    with pytest.raises(IntegrityError, match="another gave the same enterprise"), transaction.atomic():
        Application.objects.filter(pk=stranger.pk).update(recognises=mark)
    with pytest.raises(IntegrityError, match="stands is recognised"), transaction.atomic():
        Application.objects.filter(pk=stranger.pk).update(status=A.IN_REVIEW, submitted_at=timezone.now())


def test_who_recognised_is_told_when_the_first_mark_falls(mark: Curation, mine: Programme) -> None:
    draft = sent(mark, mine)
    by = officer_of(mine)
    decide(draft, Outcome.CURATED, by=by, reason="Diperiksa.")
    revoke_curation(mark, reason="SNI dicabut.", by=officer_of(mark.programme))
    assert Notification.objects.filter(user=by, kind="recognition.base_revoked").exists()
    assert draft.curation.is_valid, "it is that buyer's own"


def test_the_owner_of_the_enterprise_sends_it_and_nobody_else(mark: Curation, mine: Programme) -> None:
    draft = ask_for_recognition(mark, mine, by=officer_of(mine))
    with pytest.raises(NotPermitted):
        submit_application(_with_product(draft), by=officer_of(mine))
    assert Api(owner_of(make.applicant(mine).enterprise)).post(f"applications/{draft.pk}/submit/").status_code == 404


def _with_product(draft: Application) -> Application:
    draft.product = product(draft.enterprise)
    draft.save(update_fields=["product"])
    return draft


def test_the_lists_need_as_many_queries_for_three_as_for_one(mine: Programme) -> None:
    user = make.officer()
    client = signed_in(officer_of(mine))
    counts = []
    for workforces in ((20,), (20, 20)):
        ranked(user, *workforces)
        own = signed_in(user)
        with CaptureQueriesContext(connection) as seen:
            own.get("/desk/curations/")
            client.get("/desk/curations/others/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


# -- A request that is taken back --------------------------------------------------------------------------------------


def test_a_request_that_nobody_answered_is_withdrawn(mark: Curation, mine: Programme) -> None:
    by = officer_of(mine)
    draft = ask_for_recognition(mark, mine, by=by)
    desk, page = signed_in(by), f"/desk/curations/others/{mark.token}/"
    assert "belum dijawab" in desk.get(page).content.decode()
    assert desk.get(f"{page}withdraw/").status_code == 200
    assert desk.post(f"{page}withdraw/", {}).status_code == 422
    assert desk.post(f"{page}withdraw/", {"programme": mine.pk}).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.submitted_at) == (A.WITHDRAWN, None)
    assert Notification.objects.filter(user=owner(mark), kind="recognition.withdrawn").count() == 1
    assert AuditEntry.objects.of(draft).filter(action="take_request_back").exists()
    assert draft not in Application.objects.visible_to(by), "nothing of it was ever sent"
    assert f"/desk/curations/others/{mark.token}/" in desk.get("/desk/curations/others/").content.decode()
    own = signed_in(owner(mark)).get(f"/applications/{draft.pk}/").content.decode()
    assert "tidak lagi memintanya" in own
    again = ask_for_recognition(mark, mine, by=by)
    assert again.pk != draft.pk
    assert audit.breaks() == []


def test_what_was_sent_is_no_longer_withdrawn(mark: Curation, mine: Programme) -> None:
    application, by = sent(mark, mine), officer_of(mine)
    page = signed_in(by).post(f"/desk/curations/others/{mark.token}/withdraw/", {"programme": mine.pk})
    assert page.status_code == 409
    path = f"curations/{mark.token}/recognise/withdraw/"
    assert Api(by).post(path, {"programme": mine.pk}).status_code == 409
    application.refresh_from_db()
    assert application.status == A.IN_REVIEW


def test_a_request_is_withdrawn_by_api_and_by_its_own_buyer_alone(mark: Curation, mine: Programme) -> None:
    by, other = officer_of(mine), make.programme(lines=MINE)
    ask_for_recognition(mark, mine, by=by)
    path = f"curations/{mark.token}/recognise/withdraw/"
    stranger = officer_of(other)
    assert Api(stranger).post(path, {"programme": mine.pk}).status_code == 422
    assert Api(stranger).post(path, {"programme": other.pk}).json()["errors"].keys() == {"programme"}
    assert (
        signed_in(stranger).post(f"/desk/curations/others/{mark.token}/withdraw/", {"programme": mine.pk}).status_code
        == 409
    )
    for nobody in (owner(mark), make.person(Role.APPROVER, by.organisation)):
        assert Api(nobody).post(path, {"programme": mine.pk}).status_code == 403
    assert Api(by).post(path, {"programme": mine.pk}).status_code == 204
    assert Api(by).post(path, {"programme": mine.pk}).status_code == 409


def test_a_draft_of_ones_own_is_not_withdrawn_unsent(mine: Programme) -> None:
    own = make.draft_application(mine)
    with pytest.raises(IntegrityError, match="another mark"), transaction.atomic():
        Application.objects.filter(pk=own.pk).update(status=A.WITHDRAWN)
