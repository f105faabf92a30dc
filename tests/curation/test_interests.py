"""An enterprise says that it is interested, a buyer invites it: on both sides' pages, by API, in the same moment, and too late."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import ApplicationStatus
from curation.enums import InterestStatus as I
from curation.models import Application, Interest, Need
from curation.selectors.interests import interests_of, ranked
from curation.selectors.matches import matches_of
from curation.services import interest as service
from curation.services.deadlines import queue_what_is_due
from curation.services.fitting import tell_of_programme
from curation.services.searching import refresh_search
from portal import jobs
from portal.acting import acting
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, AuditPersonal, Enterprise, Membership, Notification, SuspectedDuplicate, User
from portal.personal_data import ERASERS, Subject
from portal.services.merging import merge
from tests.curation.matching.shop import BOLTS, sell
from tests.curation.test_curation_api import Api
from tests.curation.test_need_confirmation import old, pass_days
from tests.curation.test_openings import text_of, wanted
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make.officer()


@pytest.fixture
def firm() -> Enterprise:
    made = enterprise(name="CV Baut Utama", workforce=12, workforce_women=None, annual_sales=5 * 10**8)
    sell("Baut baja M12", made, kbli=BOLTS)
    return made


@pytest.fixture
def owner(firm) -> User:
    return owner_of(firm)


def kinds(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_from_interest_to_a_prepared_application(officer, firm, owner):
    need = wanted(officer)
    round_ = make.programme(by=officer, needs=[need])
    client, desk = signed_in(owner), signed_in(officer)
    assert "Kami berminat" in text_of(client.get(f"/needs/{need.pk}/"))
    assert "Kami berminat" in text_of(client.get(f"/needs/{need.pk}/interest/"))
    product = firm.products.get()
    sent = {"product": product.pk, "note": "Kapasitas 5.000 buah, siap bulan depan."}
    assert client.post(f"/needs/{need.pk}/interest/", sent).status_code == 302
    made = Interest.objects.get()
    assert (made.status, made.product, made.expressed_by) == (I.EXPRESSED, product, owner)
    assert kinds(officer) == ["interest.expressed"]
    page = text_of(desk.get(f"/desk/needs/{need.pk}/interests/"))
    for shown in ("CV Baut Utama", "siap bulan depan", "Nilai per bagian", "Undang"):
        assert shown in page
    assert desk.post(f"/desk/interests/{made.pk}/invite/").status_code == 302
    assert kinds(owner) == ["interest.invited_until"]
    assert "mengundang Anda" in text_of(client.get(f"/interests/{made.pk}/"))
    answer = client.post(f"/interests/{made.pk}/accept/", {"product": product.pk})
    application = Application.objects.get()
    assert answer.url == f"/applications/{application.pk}/check/"
    assert (application.status, application.programme, application.product) == (
        ApplicationStatus.DRAFT,
        round_,
        product,
    )
    made.refresh_from_db()
    assert (made.status, made.application) == (I.ACCEPTED, application)
    assert kinds(officer) == ["interest.expressed", "interest.accepted"]
    assert client.post(answer.url).status_code == 302
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SUBMITTED
    actions = AuditEntry.objects.of(made).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["express", "invite", "accept"]


def test_an_officer_invites_in_one_step_beside_the_matches(officer, firm, owner):
    need = wanted(officer)
    refresh_search()
    desk = signed_in(officer)
    page = text_of(desk.get(f"/desk/needs/{need.pk}/matches/"))
    assert f'action="/desk/needs/{need.pk}/invite/"' in page
    sent = {"enterprise": firm.pk, "product": firm.products.get().pk}
    assert desk.post(f"/desk/needs/{need.pk}/invite/", sent).status_code == 302
    made = Interest.objects.get()
    assert (made.status, made.invited_by) == (I.INVITED, officer)
    assert kinds(owner) == ["interest.invited_until"]
    page = text_of(desk.get(f"/desk/needs/{need.pk}/matches/"))
    assert "Diundang oleh" in page
    assert f'action="/desk/needs/{need.pk}/invite/"' not in page


def test_the_second_officer_reads_who_was_first(officer, firm):
    need = wanted(officer)
    service.invite_enterprise(need, firm, by=officer)
    colleague = person(Role.OFFICER, officer.organisation)
    answer = signed_in(colleague).post(f"/desk/needs/{need.pk}/invite/", {"enterprise": firm.pk})
    assert answer.status_code == 409
    assert f"Sudah diundang oleh {officer}" in " ".join(answer.content.decode().split())
    answer = Api(colleague).post(f"needs/{need.pk}/invitations/", {"enterprise": firm.pk})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:mitrapasok:problem:already_invited")
    assert Interest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_in_the_same_moment_make_one_invitation(firm):
    first = make.officer()
    second = person(Role.OFFICER, first.organisation)
    need = wanted(first)
    together, made, refused = Barrier(2), [], []

    def click(user: User) -> None:
        try:
            together.wait()
            with acting(user.pk, user.organisation_id):
                made.append(service.invite_enterprise(Need.objects.get(pk=need.pk), firm, by=user).pk)
        except MoveNotAllowed as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=click, args=[user]) for user in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), refused) == (1, ["already_invited"])
    assert Interest.objects.count() == 1
    assert (
        Notification.objects.filter(kind="interest.invited_until").count()
        == Membership.objects.filter(organisation=firm.organisation).count()
    )


def test_the_database_lets_only_one_stand(officer, firm):
    need = wanted(officer)
    service.invite_enterprise(need, firm, by=officer)
    with pytest.raises(IntegrityError, match="interest_one_standing"), transaction.atomic():
        Interest.objects.create(
            need=need,
            enterprise=firm,
            status=I.INVITED,
            invited_at=timezone.now(),
            invited_by=officer,
            answer_by=timezone.localdate(),
        )
    with pytest.raises(IntegrityError, match="interest_no_with_reason"), transaction.atomic():
        Interest.objects.filter(need=need).update(status=I.REFUSED)


def test_saying_it_twice_is_refused_and_what_was_typed_stays(officer, firm, owner):
    need = wanted(officer)
    service.express_interest(need, firm, by=owner)
    sent = {"product": firm.products.get().pk, "note": "Sekali lagi"}
    answer = signed_in(owner).post(f"/needs/{need.pk}/interest/", sent)
    assert answer.status_code == 422
    assert "Anda sudah memberi tahu pembeli." in answer.content.decode()
    assert "Sekali lagi" in answer.content.decode()
    answer = Api(owner).post("interests/", {"need": need.pk})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:mitrapasok:problem:already")
    assert Interest.objects.count() == 1


def test_it_can_be_taken_back_and_said_again(officer, firm, owner):
    need = wanted(officer)
    made = service.express_interest(need, firm, by=owner)
    assert signed_in(owner).post(f"/interests/{made.pk}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.status == I.WITHDRAWN
    assert signed_in(owner).post(f"/interests/{made.pk}/withdraw/").status_code == 409
    assert service.express_interest(need, firm, by=owner).status == I.EXPRESSED


def test_a_decline_has_a_reason_that_the_enterprise_reads(officer, firm, owner):
    need = wanted(officer)
    made = service.express_interest(need, firm, by=owner)
    desk = signed_in(officer)
    assert desk.post(f"/desk/interests/{made.pk}/decline/", {"reason": " "}).status_code == 422
    reason = {"reason": "Kami mencari yang bersertifikat SNI."}
    assert desk.post(f"/desk/interests/{made.pk}/decline/", reason).status_code == 302
    assert "bersertifikat SNI" in text_of(signed_in(owner).get(f"/interests/{made.pk}/"))
    assert kinds(owner) == ["interest.declined"]
    answer = desk.post(f"/desk/interests/{made.pk}/decline/", reason)
    assert answer.status_code == 409
    with pytest.raises(MoveNotAllowed, match="bersertifikat SNI"):
        service.express_interest(need, firm, by=owner)
    # The buyer may think better of it.
    assert service.invite_enterprise(need, firm, by=officer).status == I.INVITED


def test_an_invitation_is_declined_with_a_reason_and_not_sent_again(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    client = signed_in(owner)
    assert client.post(f"/interests/{made.pk}/decline/", {"reason": ""}).status_code == 422
    reason = {"reason": "Kapasitas kami penuh sampai Juni."}
    assert client.post(f"/interests/{made.pk}/decline/", reason).status_code == 302
    assert kinds(officer) == ["interest.refused"]
    assert "penuh sampai Juni" in text_of(signed_in(officer).get(f"/desk/needs/{need.pk}/interests/"))
    with pytest.raises(MoveNotAllowed, match="penuh sampai Juni"):
        service.invite_enterprise(need, firm, by=officer)
    assert client.post(f"/interests/{made.pk}/accept/").status_code == 409
    # It may change its mind.
    assert service.express_interest(need, firm, by=owner).status == I.EXPRESSED


def test_an_invitation_that_was_taken_back_cannot_be_accepted(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    assert signed_in(officer).post(f"/desk/interests/{made.pk}/take-back/").status_code == 302
    assert kinds(owner) == ["interest.invited_until", "interest.taken_back"]
    answer = signed_in(owner).post(f"/interests/{made.pk}/accept/", {"product": firm.products.get().pk})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "closed",
    [{"withdrawn_at": timezone.now()}, {"deliver_from": dt.date(2020, 1, 1), "deliver_until": dt.date(2020, 2, 1)}],
    ids=["withdrawn", "over"],
)
def test_a_closed_need_refuses_everything_and_ends_what_waited(officer, firm, owner, closed):
    need = wanted(officer)
    other = enterprise()
    waiting = service.express_interest(need, other, by=owner_of(other))
    invited = service.invite_enterprise(need, firm, by=officer)
    Need.objects.filter(pk=need.pk).update(**closed)
    assert Api(owner).post("interests/", {"need": need.pk}).status_code == 409
    assert Api(owner).post(f"interests/{invited.pk}/accept/", {}).status_code == 409
    assert Api(officer).post(f"interests/{waiting.pk}/invite/").status_code == 409
    assert Api(officer).post(f"needs/{need.pk}/invitations/", {"enterprise": firm.pk}).status_code == 409
    queue_what_is_due()
    jobs.drain()
    assert set(Interest.objects.values_list("status", flat=True)) == {I.LAPSED}
    assert kinds(owner)[-1] == "interest.lapsed"
    service.lapse_interests(need)
    assert kinds(owner).count("interest.lapsed") == 1


def test_a_paused_need_ends_no_interest_and_lets_nobody_begin_one(officer):
    need = old(officer)
    firm, other = enterprise(), enterprise()
    sell("Baut baja M12", firm, kbli=BOLTS)
    made = service.invite_enterprise(need, firm, by=officer)
    pass_days(need, 0, 14)
    queue_what_is_due()
    jobs.drain()
    made.refresh_from_db()
    assert made.status == "invited"
    answer = Api(owner_of(other)).post("interests/", {"need": need.pk})
    assert answer.status_code == 409
    assert "dijeda" in answer.json()["detail"]
    assert Api(owner_of(firm)).post(f"interests/{made.pk}/accept/", {}).status_code == 200
    assert Interest.objects.count() == 1


def test_without_a_round_it_is_accepted_and_told_of_the_next_one(officer, firm, owner):
    need = wanted(officer)
    stranger = enterprise(name="CV Jauh", kbli=("10792", 2025))
    for who in (firm, stranger):
        made = service.invite_enterprise(need, who, by=officer)
        assert service.accept_invitation(made, by=owner_of(who)) is None
    round_ = make.programme(by=officer, needs=[need])
    tell_of_programme(round_)
    told = Notification.objects.filter(kind="programme.fits").values_list("organisation", flat=True)
    assert stranger.organisation_id in told


def test_an_application_that_stands_already_is_taken_as_it_is(officer, firm, owner):
    need = wanted(officer)
    round_ = make.programme(by=officer, needs=[need])
    made = service.invite_enterprise(need, firm, by=officer)
    draft = make.draft_application(round_, firm, product=firm.products.get(), created_by=owner)
    assert service.accept_invitation(made, by=owner) == draft
    assert service.accept_invitation(made, by=owner) == draft
    assert Application.objects.count() == 1


def test_who_has_applied_by_name_is_not_invited_and_who_is_unnamed_is_not_given_away(officer, firm):
    need = wanted(officer)
    blind = make.programme(by=officer, needs=[need], blind=True)
    make.application(blind, firm, product=firm.products.get())
    assert service.invite_enterprise(need, firm, by=officer).status == I.INVITED
    other = enterprise()
    make.application(make.programme(by=officer, needs=[need]), other)
    with pytest.raises(MoveNotAllowed, match="sudah melamar"):
        service.invite_enterprise(need, other, by=officer)


def test_nobody_invites_a_business_they_belong_to(officer, firm):
    need = wanted(officer)
    Membership.objects.create(user=officer, organisation=firm.organisation, role=Role.STAFF, ended_at=timezone.now())
    with pytest.raises(NotPermitted):
        service.invite_enterprise(need, firm, by=officer)
    answer = signed_in(officer).post(f"/desk/needs/{need.pk}/invite/", {"enterprise": firm.pk})
    assert answer.status_code == 403


@pytest.mark.parametrize("status", [EnterpriseStatus.SUSPENDED, EnterpriseStatus.SUBMITTED])
def test_who_is_not_verified_can_neither_be_interested_nor_invited(officer, status):
    need = wanted(officer)
    firm = enterprise(status=status)
    owner = owner_of(firm)
    assert Api(owner).post("interests/", {"need": need.pk}).status_code == 422
    assert Api(officer).post(f"needs/{need.pk}/invitations/", {"enterprise": firm.pk}).status_code == 422
    with pytest.raises(ValidationError):
        service.invite_enterprise(need, firm, by=officer)


def test_bad_input_is_said_at_its_field(officer, firm, owner):
    need = wanted(officer)
    foreign = sell("Mur")
    for sent, field in (
        ({"need": 0}, "need"),
        ({"need": "x"}, "need"),
        ({"need": 10**9}, "need"),
        ({"need": need.pk, "product": foreign.pk}, "product"),
        ({"need": need.pk, "note": "a" * 501}, "note"),
        ({"need": need.pk, "note": "\0"}, "note"),
    ):
        answer = Api(owner).post("interests/", sent)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), sent
    for sent, field in (
        ({}, "enterprise"),
        ({"enterprise": 10**9}, "enterprise"),
        ({"enterprise": firm.pk, "product": foreign.pk}, "product"),
        ({"enterprise": firm.pk, "programme": make.programme().pk}, "programme"),
    ):
        answer = Api(officer).post(f"needs/{need.pk}/invitations/", sent)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), sent
    answer = signed_in(officer).post(f"/desk/needs/{need.pk}/invite/", {"enterprise": "x"})
    assert answer.status_code == 422
    draft = make.need(published_at=None)
    assert Api(owner).post("interests/", {"need": draft.pk}).status_code == 422
    assert not Interest.objects.exists()


def test_strangers_find_nothing(officer, firm, owner):
    need = wanted(officer)
    made = service.invite_enterprise(need, firm, by=officer)
    for stranger in (make.officer(), owner_of(enterprise())):
        assert Api(stranger).get(f"interests/{made.pk}/").status_code == 404
        assert Api(stranger).get("interests/").json()["results"] == []
    assert signed_in(make.officer()).get(f"/desk/needs/{need.pk}/interests/").status_code == 404
    assert signed_in(owner_of(enterprise())).get(f"/interests/{made.pk}/").status_code == 404
    assert Api(person(Role.APPROVER, officer.organisation)).get(f"interests/{made.pk}/").status_code == 200


def test_the_same_by_api(officer, firm, owner):
    need = wanted(officer)
    make.programme(by=officer, needs=[need])
    made = Api(owner).post("interests/", {"need": need.pk, "product": firm.products.get().pk, "note": "Siap"}).json()
    assert (made["status"], made["item"]) == ("expressed", need.item)
    assert Api(officer).post(f"interests/{made['id']}/invite/").json()["status"] == "invited"
    answer = Api(owner).post(f"interests/{made['id']}/accept/", {}).json()
    assert answer["status"] == "accepted"
    assert answer["application"] == Application.objects.get().pk


def test_lists_need_as_many_questions_for_three_as_for_one(officer, firm, owner):
    need = wanted(officer)
    refresh_search()
    desk, client = signed_in(officer), signed_in(owner)

    def asked(who, path: str) -> int:
        who.get(path)
        with CaptureQueriesContext(connection) as counted:
            assert who.get(path).status_code == 200
        return len(counted)

    def another(who: Enterprise) -> None:
        service.express_interest(need, who, by=owner_of(who), product=who.products.get())

    another(firm)
    theirs, ours = f"/desk/needs/{need.pk}/interests/", "/interests/"
    one = asked(desk, theirs), asked(client, ours)
    for number in range(2):
        other = enterprise(name=f"CV Lain {number}")
        sell("Baut baja M12", other, kbli=BOLTS)
        another(other)
        service.express_interest(wanted(officer), firm, by=owner)
    refresh_search()
    assert (asked(desk, theirs), asked(client, ours)) == one


def test_of_a_business_registered_twice_one_stands_for_each_need(officer, firm, owner):
    both, only_lost = wanted(officer), wanted(officer)
    lost = enterprise(name="CV Baut Utama Dua")
    kept_one = service.express_interest(both, firm, by=owner)
    gives_way = service.invite_enterprise(both, lost, by=officer)
    moves = service.express_interest(only_lost, lost, by=owner_of(lost))
    first, second = sorted((firm, lost), key=lambda each: each.pk)
    pair = SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=40)
    merge(pair, kept=firm, reason="NPWP dan pemilik sama.", by=person(Role.MINISTRY_ADMIN))
    for each in (kept_one, gives_way, moves):
        each.refresh_from_db()
    assert [each.status for each in (kept_one, gives_way, moves)] == [I.EXPRESSED, I.LAPSED, I.EXPRESSED]
    assert {each.enterprise_id for each in (kept_one, gives_way, moves)} == {firm.pk}


def test_an_erasure_ends_what_waited_and_leaves_no_word_of_it(officer, firm, owner):
    made = service.express_interest(wanted(officer), firm, by=owner, note="Hubungi saya di 081277766655")
    refused = service.invite_enterprise(wanted(officer), firm, by=officer)
    service.refuse_invitation(refused, by=owner, reason="Istri saya sakit")
    for step in ERASERS:
        step(Subject(owner, (firm,)))
    for each in (made, refused):
        each.refresh_from_db()
    assert (made.status, made.note) == (I.LAPSED, "")
    assert "sakit" not in refused.reason
    assert not AuditPersonal.objects.filter(values__icontains="sakit").exists()


def test_beside_who_is_interested_stands_how_it_fits_wherever_it_ranks(officer, firm):
    """Points among those in the list are those among all; who sells nothing of the kind is said to."""
    need = wanted(officer)
    far = enterprise(name="CV Kue", kbli=("10792", 2025))
    sell("Kue kering nastar", far, kbli="10792")
    for number in range(4):
        better = enterprise(name=f"CV Lebih Cocok {number}")
        sell("Baut baja M12 galvanis", better, kbli=BOLTS, monthly_capacity=Decimal(9_000))
    refresh_search()
    for who in (firm, far):
        service.express_interest(need, who, by=owner_of(who), product=who.products.get())
    among_all = {each.enterprise.pk: each.total for each in matches_of(need, user=officer).rows}
    rows = {each.interest.enterprise_id: each.matched for each in ranked(need, interests_of(need), user=officer)}
    assert rows[firm.pk].total == pytest.approx(among_all[firm.pk])
    assert rows[far.pk] is None
    page = text_of(signed_in(officer).get(f"/desk/needs/{need.pk}/interests/"))
    assert "Tidak ada produknya yang cocok untuk kebutuhan ini." in page
