"""An invitation is answered until a day: the usual one or the officer's, longer in one step, over by itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import InterestStatus as I
from curation.models import Interest, Need, Programme
from curation.selectors.invitation_terms import MOST_DAYS
from curation.services import interest as service
from curation.services.deadlines import queue_what_is_due
from portal import jobs
from portal.acting import acting
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Enterprise, Notification, User
from portal.presentation.dates import tanggal
from portal.working_days import WorkingDays
from tests.curation.matching.shop import BOLTS, sell
from tests.curation.test_curation_api import Api
from tests.curation.test_interests import kinds
from tests.curation.test_openings import text_of, wanted
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def officer() -> User:
    return make.officer()


@pytest.fixture
def firm() -> Enterprise:
    made = enterprise(name="CV Baut Utama")
    sell("Baut baja M12", made, kbli=BOLTS)
    return made


@pytest.fixture
def owner(firm) -> User:
    return owner_of(firm)


def words(answer) -> str:
    """Of a page that refuses something, too."""
    return " ".join(answer.content.decode().split())


def usual() -> dt.date:
    return WorkingDays().after(TODAY, 10)


def pass_time(interest: Interest) -> None:
    """As if its last day had been yesterday."""
    Interest.objects.filter(pk=interest.pk).update(answer_by=TODAY - ONE_DAY)
    interest.refresh_from_db()


def test_it_has_ten_working_days_but_never_more_than_the_round_or_the_last_delivery(officer, firm):
    assert service.invite_enterprise(wanted(officer), firm, by=officer).answer_by == usual()
    soon = wanted(officer, deliver_from=TODAY, deliver_until=TODAY + 3 * ONE_DAY)
    assert service.invite_enterprise(soon, firm, by=officer).answer_by == TODAY + 3 * ONE_DAY
    closing = wanted(officer)
    round_ = make.programme(by=officer, needs=[closing])
    Programme.objects.filter(pk=round_.pk).update(closes_at=timezone.now() + 2 * ONE_DAY)
    assert service.invite_enterprise(closing, firm, by=officer).answer_by == TODAY + 2 * ONE_DAY


def test_both_sides_read_the_day(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    client = signed_in(owner)
    assert f"Jawab paling lambat {tanggal(made.answer_by, 'long')}" in text_of(client.get(f"/interests/{made.pk}/"))
    assert f"Jawab paling lambat {tanggal(made.answer_by, 'long')}" in text_of(client.get("/interests/"))
    assert f"sebelum <b>{tanggal(made.answer_by)}" in text_of(client.get("/home/")).replace("Sebelum", "sebelum")
    desk = text_of(signed_in(officer).get(f"/desk/needs/{need.pk}/interests/"))
    assert f"dijawab paling lambat {tanggal(made.answer_by)}" in desk
    told = Notification.objects.get(user=owner)
    assert told.params["until"] == {"date": made.answer_by.isoformat()}
    assert Api(owner).get(f"interests/{made.pk}/").json()["answer_by"] == made.answer_by.isoformat()


def test_the_officer_writes_a_message_and_chooses_the_day(officer, firm, owner):
    need = wanted(officer)
    path = f"/desk/needs/{need.pk}/invite/{firm.pk}/?product={firm.products.get().pk}"
    desk = signed_in(officer)
    assert desk.get(path).status_code == 200
    late = {"message": "Kami melihat katalog Anda.", "answer_by": TODAY + (MOST_DAYS + 1) * ONE_DAY}
    answer = desk.post(path, late)
    assert answer.status_code == 422
    assert "Kami melihat katalog Anda." in words(answer)
    assert "Pilih hari dari hari ini sampai" in words(answer)
    assert desk.post(path, late | {"answer_by": TODAY - ONE_DAY}).status_code == 422
    assert desk.post(path, late | {"answer_by": "31/31/2026"}).status_code == 422
    assert not Interest.objects.exists()
    assert desk.post(path, late | {"answer_by": TODAY + 3 * ONE_DAY}).status_code == 302
    made = Interest.objects.get()
    assert (made.message, made.answer_by, made.product) == (
        "Kami melihat katalog Anda.", TODAY + 3 * ONE_DAY, firm.products.get(),
    )  # fmt: skip
    answer = desk.post(path, late | {"answer_by": TODAY})
    assert answer.status_code == 409
    assert "Kami melihat katalog Anda." in words(answer)
    assert desk.get(f"/desk/needs/{need.pk}/invite/{firm.pk}/?product=x").status_code == 200
    assert desk.get(f"/desk/needs/{need.pk}/invite/{10**9}/").status_code == 404
    assert signed_in(make.officer()).get(path).status_code == 404


def test_the_day_itself_still_counts(officer, firm, owner):
    made = service.invite_enterprise(wanted(officer), firm, by=officer, answer_by=TODAY)
    queue_what_is_due()
    jobs.drain()
    service.accept_invitation(made, by=owner)
    made.refresh_from_db()
    assert made.status == I.ACCEPTED


def test_after_it_nobody_accepts_and_both_are_told_once(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    pass_time(made)
    answer = Api(owner).post(f"interests/{made.pk}/accept/", {})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:mitrapasok:problem:too_late")
    for _twice in range(2):
        queue_what_is_due()
        jobs.drain()
    made.refresh_from_db()
    assert (made.status, made.ran_out) == (I.LAPSED, True)
    assert kinds(owner) == ["interest.invited_until", "interest.ran_out"]
    assert kinds(officer) == ["interest.unanswered"]
    assert "Waktu menjawab berakhir" in text_of(signed_in(owner).get(f"/interests/{made.pk}/"))
    assert service.express_interest(need, firm, by=owner).status == I.EXPRESSED


def test_what_waits_without_a_day_is_left_alone(officer, firm, owner):
    made = service.express_interest(wanted(officer), firm, by=owner)
    queue_what_is_due()
    jobs.drain()
    made.refresh_from_db()
    assert made.status == I.EXPRESSED


def test_one_click_gives_more_time_and_the_business_is_told(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer, answer_by=TODAY + ONE_DAY)
    desk = signed_in(officer)
    page = text_of(desk.get(f"/desk/needs/{need.pk}/interests/"))
    assert f'action="/desk/interests/{made.pk}/extend/"' in page
    assert desk.post(f"/desk/interests/{made.pk}/extend/").status_code == 302
    made.refresh_from_db()
    assert (made.status, made.answer_by) == (I.INVITED, usual())
    assert kinds(owner) == ["interest.invited_until", "interest.extended"]
    entry = AuditEntry.objects.of(made).order_by("-seq")[0]
    assert (entry.action, entry.payload["to"]) == ("extend", usual().isoformat())
    answer = desk.post(f"/desk/interests/{made.pk}/extend/")
    assert answer.status_code == 422
    assert "sudah dapat dijawab sampai" in words(answer)
    chosen = usual() + 7 * ONE_DAY
    answer = Api(officer).post(f"interests/{made.pk}/extend/", {"answer_by": chosen.isoformat()})
    assert (answer.status_code, answer.json()["answer_by"]) == (200, chosen.isoformat())


def test_what_has_ended_today_is_revived_and_what_ran_out_is_asked_again(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer, product=firm.products.get())
    pass_time(made)
    service.extend_invitation(made, by=officer)
    assert made.answer_by == usual()
    pass_time(made)
    service.lapse_interests(need)
    assert Api(officer).post(f"interests/{made.pk}/extend/", {}).status_code == 409
    desk = signed_in(officer)
    assert "Undang lagi" in text_of(desk.get(f"/desk/needs/{need.pk}/interests/"))
    sent = {"enterprise": firm.pk, "product": firm.products.get().pk}
    assert desk.post(f"/desk/needs/{need.pk}/invite/", sent).status_code == 302
    assert Interest.objects.standing().get().answer_by == usual()
    assert "Undang lagi" not in text_of(desk.get(f"/desk/needs/{need.pk}/interests/"))


@pytest.mark.parametrize("sent", [{"answer_by": "x"}, {"answer_by": "2020-01-01"}, {"answer_by": "9999-12-31"}])
def test_a_bad_day_is_said_at_its_field(officer, firm, sent):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    other = enterprise()
    for path, body in (
        (f"interests/{made.pk}/extend/", sent),
        (f"needs/{need.pk}/invitations/", sent | {"enterprise": other.pk}),
    ):
        answer = Api(officer).post(path, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["answer_by"]), path
    assert signed_in(officer).post(f"/desk/interests/{made.pk}/extend/", sent).status_code == 422


def test_no_day_lies_past_the_last_delivery(officer, firm):
    need = wanted(officer, deliver_from=TODAY, deliver_until=TODAY + 2 * ONE_DAY)
    with pytest.raises(ValidationError):
        service.invite_enterprise(need, firm, by=officer, answer_by=TODAY + 3 * ONE_DAY)
    made = service.invite_enterprise(need, firm, by=officer)
    with pytest.raises(ValidationError):
        service.extend_invitation(made, by=officer)


def test_only_its_buyers_officers_extend_it_and_only_while_it_waits(officer, firm, owner):
    made = service.invite_enterprise(wanted(officer), firm, by=officer, answer_by=TODAY)
    approver = person(Role.APPROVER, officer.organisation)
    assert Api(approver).post(f"interests/{made.pk}/extend/", {}).status_code == 403
    assert Api(owner).post(f"interests/{made.pk}/extend/", {}).status_code == 403
    assert Api(make.officer()).post(f"interests/{made.pk}/extend/", {}).status_code == 404
    with pytest.raises(NotPermitted):
        service.extend_invitation(made, by=approver)
    service.refuse_invitation(made, by=owner, reason="Penuh")
    with pytest.raises(MoveNotAllowed):
        service.extend_invitation(made, by=officer)
    assert signed_in(officer).get(f"/desk/interests/{made.pk}/extend/").status_code == 200
    assert signed_in(officer).post(f"/desk/interests/{made.pk}/extend/").status_code == 409


def test_a_closed_need_ends_it_without_a_day_and_offers_nobody_another_try(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    Need.objects.filter(pk=need.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(MoveNotAllowed):
        service.extend_invitation(made, by=officer, answer_by=usual() + ONE_DAY)
    service.lapse_interests(need)
    made.refresh_from_db()
    assert (made.status, made.ran_out) == (I.LAPSED, False)
    assert "Undang lagi" not in text_of(signed_in(officer).get(f"/desk/needs/{need.pk}/interests/"))


def test_the_database_knows_no_invitation_without_a_day(officer, firm):
    made = service.invite_enterprise(wanted(officer), firm, by=officer)
    with pytest.raises(IntegrityError, match="interest_invited_until"), transaction.atomic():
        Interest.objects.filter(pk=made.pk).update(answer_by=None)


def test_what_ran_out_needs_as_many_questions_for_three_as_for_one(officer, firm):
    need = wanted(officer)
    desk = signed_in(officer)

    def asked() -> int:
        desk.get(f"/desk/needs/{need.pk}/interests/")
        with CaptureQueriesContext(connection) as counted:
            assert desk.get(f"/desk/needs/{need.pk}/interests/").status_code == 200
        return len(counted)

    def run_out(who: Enterprise) -> None:
        pass_time(service.invite_enterprise(need, who, by=officer))
        service.lapse_interests(need)

    run_out(firm)
    one = asked()
    for _number in range(2):
        run_out(enterprise())
    assert asked() == one


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_end_of_the_time_in_the_same_moment_leave_one_of_them() -> None:
    officer = make.officer()
    firm = enterprise()
    sell("Baut baja M12", firm, kbli=BOLTS, monthly_capacity=Decimal(100))
    owner = owner_of(firm)
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    together, refused = Barrier(2), []

    def answer() -> None:
        try:
            together.wait()
            with acting(owner.pk, owner.organisation_id):
                service.refuse_invitation(Interest.objects.get(pk=made.pk), by=owner, reason="Penuh")
        except MoveNotAllowed as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    def end() -> None:
        try:
            together.wait()
            service.lapse_interests(need)
        finally:
            connection.close()

    pass_time(made)
    threads = [Thread(target=each) for each in (answer, end)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.refresh_from_db()
    assert made.status == (I.LAPSED if refused else I.REFUSED)
    assert ("interest.unanswered" in kinds(officer)) is bool(refused)
