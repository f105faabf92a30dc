"""Every step is told to whom it concerns: each move of each flow is made here, or stands below with why nobody is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus, RunState
from curation.flow import APPLICATION, PROGRAMME
from curation.models import Application, Curation, Programme
from curation.scoring.criteria import next_version
from curation.services import application as applying
from curation.services.application import appeal, submit_application
from curation.services.certificate import revoke_curation
from curation.services.criteria import put_in_force
from curation.services.deadlines import queue_what_is_due
from curation.services.need import publish_need, withdraw_need
from curation.services.programme import archive_programme, close_programme, publish_programme
from curation.services.recognition import ask_for_recognition, withdraw_request
from curation.services.review import Finding, decide
from curation.services.scoring import MARK_JOB, queue_due_runs, start_official_run
from partnerships.enums import PartnershipStatus, SignOrder
from partnerships.flow import PARTNERSHIP, SIGN_OFF
from partnerships.models import Partnership
from partnerships.services import amending, drafting, offer, signing
from partnerships.services.agreement import pass_on_sign_offs
from partnerships.services.closing import close_enterprise
from partnerships.services.ending import complete_ended, terminate
from portal import jobs
from portal.enums import EnterpriseStatus, JobState, Role
from portal.flows import ENTERPRISE
from portal.models import AuditEntry, Enterprise, Job, Notification, Organisation, SuspectedDuplicate, User
from portal.notifications import words
from portal.services import enterprise as registering
from portal.services.calendar import begin_day
from portal.services.merging import merge
from portal.services.reminders import remind_verifiers
from tests.factories import curation as make
from tests.factories import partnerships as contracts
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.people import OrganisationFactory, person

pytestmark = pytest.mark.django_db

FLOWS = {
    "enterprise": ENTERPRISE,
    "programme": PROGRAMME,
    "application": APPLICATION,
    "partnership": PARTNERSHIP,
    "sign_off": SIGN_OFF,
}
SILENT = {
    "programme.archive": "who still waits reads application.declined; everybody else has read their result long before",
}
TOLD = [Finding(text="Tambah kapasitas.")]


# -- Applications ------------------------------------------------------------------------------------------------------


def applied(workforce: int = 20, **fields: Any) -> tuple[Application, User, User]:
    """Sent, with its owner and the buyer's officer."""
    officer = make.officer()
    application = make.applicant(make.programme(by=officer, **fields), workforce=workforce)
    return application, owner_of(application.enterprise), officer


def ranked(*workforces: int, **fields: Any) -> tuple[list[Application], list[User], User]:
    officer = make.officer()
    programme = make.programme(by=officer, **fields)
    sent = [make.applicant(programme, workforce=each) for each in workforces]
    owners = [owner_of(each.enterprise) for each in sent]
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    return [Application.objects.get(pk=each.pk) for each in sent], owners, officer


def submit() -> tuple[User, User]:
    officer = make.officer()
    applicant = enterprise()
    owner = owner_of(applicant)
    draft = make.draft_application(make.programme(by=officer), applicant, product=product(applicant))
    submit_application(draft, by=owner)
    return owner, officer


def submit_tells_the_officer() -> User:
    return submit()[1]


def submit_tells_the_enterprise() -> User:
    return submit()[0]


def mark(workforce: int, quota: int = 5) -> User:
    _sent, owners, _officer = ranked(20, workforce, quota=quota)
    return owners[1]


def take_place() -> User:
    sent, owners, officer = ranked(20, 19, quota=1)
    revoke_curation(Curation.objects.get(application=sent[0]), reason="Izin dicabut.", by=officer)
    jobs.drain()
    return owners[1]


def end_waiting() -> User:
    sent, owners, officer = ranked(20, 19, quota=1)
    archive_programme(sent[0].programme, by=officer)
    jobs.drain()
    return owners[1]


def decided(outcome: Outcome, quota: int = 5) -> User:
    sent, owners, officer = ranked(20, 10, quota=quota)
    decide(sent[1], outcome, by=officer, reason="Dilihat di tempat.", findings=TOLD)
    jobs.drain()
    return owners[1]


def answer_changes() -> User:
    sent, owners, officer = ranked(10)
    decide(sent[0], Outcome.CHANGES_REQUESTED, by=officer, reason="Lengkapi.", findings=TOLD)
    applying.answer_changes(Application.objects.get(), text="Sudah.", by=owners[0])
    return officer


def lapse() -> User:
    sent, owners, officer = ranked(10)
    decide(sent[0], Outcome.CHANGES_REQUESTED, by=officer, reason="Lengkapi.", findings=TOLD)
    Application.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    queue_what_is_due()
    jobs.drain()
    return owners[0]


def appealed() -> tuple[Application, User, User]:
    sent, owners, officer = ranked(10)
    decide(sent[0], Outcome.DECLINED, by=officer, reason="Kurang.", findings=TOLD)
    jobs.drain()
    Notification.objects.all().delete()
    appeal(Application.objects.get(), text="Terlewat.", by=owners[0])
    return Application.objects.get(), owners[0], officer


def answered(outcome: Outcome) -> User:
    application, owner, officer = appealed()
    decide(application, outcome, by=make.officer(officer.organisation), reason="Diperiksa lagi.", findings=TOLD)
    jobs.drain()
    return owner


def right_but_full() -> User:
    sent, owners, officer = ranked(20, 10, quota=1)
    decide(sent[1], Outcome.DECLINED, by=officer, reason="Kurang.", findings=TOLD)
    appeal(Application.objects.get(pk=sent[1].pk), text="Terlewat.", by=owners[1])
    decide(sent[1], Outcome.CURATED, by=make.officer(officer.organisation), reason="Diperiksa lagi.", findings=TOLD)
    jobs.drain()
    return owners[1]


def recognised(pick: str) -> User:
    """Another buyer's mark, on which this officer asks, and the enterprise answers."""
    _sent, (owner,), _other = ranked(20)
    mine = make.programme(by=make.officer())
    mark = Curation.objects.get()
    draft = ask_for_recognition(mark, mine, by=mine.created_by.act_as(mine.created_by.memberships.get()))
    applying.start_application(mine, mark.enterprise, product=product(mark.enterprise), by=owner)
    applying.submit_application(Application.objects.get(pk=draft.pk), by=owner)
    return mine.created_by if pick == "officer" else owner


def taken_back_request() -> User:
    _sent, (owner,), _other = ranked(20)
    mine = make.programme(by=make.officer())
    mark, officer = Curation.objects.get(), mine.created_by.act_as(mine.created_by.memberships.get())
    ask_for_recognition(mark, mine, by=officer)
    withdraw_request(mark, mine, by=officer)
    return owner


def withdraw() -> User:
    application, owner, officer = applied()
    applying.withdraw_application(application, by=owner)
    return officer


# -- Programmes, enterprises -------------------------------------------------------------------------------------------


def publish() -> User:
    fitting = owner_of(enterprise())
    officer = make.officer()
    draft = make.draft_programme(by=officer)
    make.criteria_set(draft, publish=False)
    publish_programme(draft, by=officer)
    jobs.drain()
    return fitting


def close() -> User:
    programme = make.programme(by=make.officer())
    begun = make.draft_application(programme)
    close_programme(make.close(programme), by=None)
    return begun.created_by


def sent_for_checking() -> tuple[Enterprise, User, User]:
    admin = person(Role.MINISTRY_ADMIN)
    made = enterprise(status=EnterpriseStatus.DRAFT)
    owner = owner_of(made)
    registering.submit_enterprise(made, by=owner)
    return made, owner, admin


def checked(act: Callable[[Enterprise, User], object]) -> User:
    made, owner, admin = sent_for_checking()
    act(made, admin)
    return owner


def suspended() -> tuple[Enterprise, User, User]:
    made, owner, admin = sent_for_checking()
    registering.verify_enterprise(made, by=admin)
    registering.suspend_enterprise(made, "Izin dicabut.", by=admin)
    return made, owner, admin


def merged() -> tuple[User, User]:
    """Both had applied in one programme: the owner of the one that is kept, and the programme's officer."""
    officer = make.officer()
    programme = make.programme(by=officer)
    kept, lost = (make.applicant(programme, workforce=each).enterprise for each in (20, 19))
    owner = owner_of(kept)
    pair = SuspectedDuplicate.objects.create(first=kept, second=lost, matches=["name"], strength=40)
    merge(pair, kept=kept, reason="Terdaftar dua kali.", by=person(Role.MINISTRY_ADMIN))
    return owner, officer


def closed() -> User:
    closing = enterprise()
    owner, colleague = owner_of(closing), owner_of(closing)
    close_enterprise(closing, reason="Pemilik pensiun.", by=owner)
    return colleague


def restored() -> User:
    made, owner, admin = suspended()
    registering.restore_enterprise(made, by=admin)
    return owner


# -- Contracts ---------------------------------------------------------------------------------------------------------


def world(**fields: Any) -> contracts.World:
    return contracts.world(authorities=2, **fields)


def offered(pick: str) -> User:
    made = world()
    contracts.offered(made)
    return whose(made, pick)


def taken_back() -> User:
    made = world()
    offer.withdraw_offer(contracts.offered(made), by=made.officer)
    return made.owner


def accepted(pick: str) -> User:
    made = world()
    contracts.accepted(made)
    return whose(made, pick)


def refused() -> User:
    made = world()
    offer.refuse(contracts.offered(made), reason="Harga belum cocok.", by=made.owner)
    return made.officer


def signed(pick: str) -> User:
    made = world()
    contracts.in_review(made)
    return whose(made, pick)


def one_signed_off(pick: str) -> User:
    made = world()
    partnership = contracts.in_review(made)
    place = contracts.place_of(partnership, made.admins[0])
    signing.sign_off(place, document_hash=partnership.document_hash, by=made.admins[0])
    return whose(made, pick)


def in_force(pick: str) -> User:
    made = world()
    contracts.active(made)
    return whose(made, pick)


def returned(pick: str) -> User:
    made = world()
    contracts.returned(made)
    return whose(made, pick)


def revised() -> User:
    made = world()
    drafting.revise(contracts.returned(made), by=made.officer)
    return made.owner


def completed(pick: str) -> User:
    made = world()
    complete_ended(contracts.active(made).ends_on + dt.timedelta(days=31))
    return whose(made, pick)


def terminated(pick: str) -> User:
    made = world()
    terminate(contracts.active(made), reason="Bahan tidak dipakai lagi.", by=made.approver)
    return whose(made, pick)


def amended() -> User:
    made = world()
    amendment = amending.open_amendment(contracts.active(made), rationale="Diperpanjang.", by=made.officer)
    contracts.signed_by_all(amendment, made)
    return made.owner


def given_up() -> User:
    made = world()
    amendment = amending.open_amendment(contracts.active(made), rationale="Diperpanjang.", by=made.officer)
    offer.offer(amendment, by=made.officer)
    offer.withdraw_offer(amendment, by=made.officer)
    amending.drop_amendment(amendment, by=made.officer)
    return made.owner


def lapsed_with_its_contract() -> User:
    made = world()
    contract = contracts.active(made)
    amending.open_amendment(contract, rationale="Diperpanjang.", by=made.officer)
    terminate(contract, reason="Bahan tidak dipakai lagi.", by=made.approver)
    return made.officer


def whose(made: contracts.World, pick: str) -> User:
    """The first authority is the one whose admin acts."""
    admins = dict(zip(("authority", "other authority"), made.admins, strict=True))
    return admins.get(pick) or getattr(made, pick)


# What is made, by whom it is read, and as which kind.
TELLS: list[tuple[str, str, Callable[[], User]]] = [
    ("application.submit", "programme.applied", submit_tells_the_officer),
    ("application.submit", "application.submitted", submit_tells_the_enterprise),
    ("application.send_recognised", "recognition.sent", lambda: recognised("officer")),
    ("application.send_recognised", "recognition.asked", lambda: recognised("owner")),
    ("application.take_request_back", "recognition.withdrawn", taken_back_request),
    ("application.mark_curated", "application.curated", lambda: mark(19)),
    ("application.mark_waitlisted", "application.waitlisted", lambda: mark(19, quota=1)),
    ("application.mark_in_review", "application.in_review", lambda: mark(10)),
    ("application.mark_declined", "application.declined", lambda: mark(1)),
    ("application.take_place", "application.curated", take_place),
    ("application.end_waiting", "application.declined", end_waiting),
    ("application.curate", "application.curated", lambda: decided(Outcome.CURATED)),
    ("application.waitlist", "application.waitlisted", lambda: decided(Outcome.CURATED, quota=1)),
    ("application.request_changes", "application.changes_requested", lambda: decided(Outcome.CHANGES_REQUESTED)),
    ("application.decline", "application.declined", lambda: decided(Outcome.DECLINED)),
    ("application.answer_changes", "application.answered", answer_changes),
    ("application.lapse", "application.declined", lapse),
    ("application.appeal", "application.appealed", lambda: appealed()[2]),
    ("application.uphold_appeal", "application.curated", lambda: answered(Outcome.CURATED)),
    ("application.uphold_waiting", "application.waitlisted", right_but_full),
    ("application.reject_appeal", "application.declined", lambda: answered(Outcome.DECLINED)),
    ("application.withdraw", "programme.withdrawn_from", withdraw),
    ("programme.publish", "programme.fits", publish),
    ("programme.close", "programme.closed", close),
    ("enterprise.submit", "enterprise.submitted", lambda: sent_for_checking()[1]),
    ("enterprise.submit", "enterprise.to_verify", lambda: sent_for_checking()[2]),
    (
        "enterprise.verify",
        "enterprise.verified",
        lambda: checked(lambda e, by: registering.verify_enterprise(e, by=by)),
    ),
    (
        "enterprise.return",
        "enterprise.returned",
        lambda: checked(lambda e, by: registering.return_enterprise(e, [registering.Reason("Alamat")], by=by)),
    ),
    ("enterprise.suspend", "enterprise.suspended", lambda: suspended()[1]),
    ("enterprise.restore", "enterprise.restored", restored),
    ("enterprise.close", "enterprise.closed", closed),
    ("enterprise.merge", "enterprise.merged", lambda: merged()[0]),
    ("application.give_way", "programme.withdrawn_from", lambda: merged()[1]),
    ("partnership.offer", "partnership.offered", lambda: offered("owner")),
    ("partnership.withdraw_offer", "partnership.offer_withdrawn", taken_back),
    ("partnership.accept", "partnership.accepted", lambda: accepted("approver")),
    ("partnership.accept", "partnership.all_accepted", lambda: accepted("officer")),
    ("partnership.refuse", "partnership.refused", refused),
    ("partnership.sign_for_buyer", "partnership.buyer_signed", lambda: signed("owner")),
    ("partnership.sign_for_buyer", "partnership.buyer_signed", lambda: signed("officer")),
    ("partnership.send_to_authorities", "sign_off.opened", lambda: signed("authority")),
    ("sign_off.sign", "sign_off.signed", lambda: one_signed_off("owner")),
    ("sign_off.sign", "sign_off.signed", lambda: one_signed_off("officer")),
    ("partnership.activate", "partnership.active", lambda: in_force("owner")),
    ("partnership.activate", "partnership.active", lambda: in_force("officer")),
    ("partnership.activate", "partnership.active", lambda: in_force("approver")),
    ("partnership.activate", "partnership.active", lambda: in_force("authority")),
    ("partnership.return", "partnership.returned", lambda: returned("officer")),
    ("partnership.return", "partnership.returned", lambda: returned("approver")),
    ("sign_off.return", "partnership.returned", lambda: returned("owner")),
    ("sign_off.return", "partnership.returned", lambda: returned("other authority")),
    ("partnership.revise", "partnership.revised", revised),
    ("partnership.complete", "partnership.completed", lambda: completed("owner")),
    ("partnership.complete", "partnership.completed", lambda: completed("officer")),
    ("partnership.terminate", "partnership.terminated", lambda: terminated("owner")),
    ("partnership.terminate", "partnership.terminated", lambda: terminated("officer")),
    ("partnership.terminate", "partnership.terminated", lambda: terminated("authority")),
    ("partnership.apply", "amendment.applied", amended),
    ("partnership.drop", "amendment.dropped", given_up),
    ("partnership.lapse", "amendment.lapsed", lapsed_with_its_contract),
]


def test_every_move_is_told_or_says_why_not() -> None:
    moves = {f"{name}.{move.name}" for name, flow in FLOWS.items() for move in flow.moves}
    told = {move for move, _kind, _act in TELLS}
    assert moves == told | set(SILENT)
    assert not told & set(SILENT)


@pytest.mark.parametrize(("move", "kind", "act"), TELLS, ids=[f"{move} tells {kind}" for move, kind, _act in TELLS])
def test_the_move_is_told(move: str, kind: str, act: Callable[[], User]) -> None:
    reader = act()
    assert AuditEntry.objects.filter(action=move.partition(".")[2]).exists(), "the move was made"
    (line,) = Notification.objects.filter(user=reader, kind=kind)
    assert line.path
    for language in ("id", "en"):
        with translation.override(language):
            assert all("%(" not in text and text for text in words(line))
    jobs.drain()
    assert Job.objects.filter(kind="portal.mail_notification", payload__notification=line.pk).exists()


# -- What no move tells ------------------------------------------------------------------------------------------------


def kinds(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_the_officers_hear_of_a_run_that_ended() -> None:
    _sent, _owners, officer = ranked(20, 10, 10, 1)
    line = Notification.objects.get(user=officer, kind="run.done")
    assert [line.params[name] for name in ("curated", "in_review", "declined")] == [1, 2, 1]


def test_the_officers_hear_once_of_a_run_that_stopped() -> None:
    application, _owner, officer = applied()
    run = start_official_run(make.close(application.programme), by=None)
    while run.state != RunState.MARKING:
        assert jobs.run_next()
        run.refresh_from_db()
    Job.objects.filter(kind=MARK_JOB).update(state=JobState.PARKED)
    for _round in range(2):
        queue_due_runs()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert kinds(officer).count("run.failed") == 1
    assert AuditEntry.objects.of(run.programme).last().action == "fail_scoring"


def test_a_hundred_applications_are_one_line_a_day() -> None:
    officer = make.officer()
    programme = make.programme(by=officer)
    for _number in range(3):
        applicant = enterprise()
        draft = make.draft_application(programme, applicant, product=product(applicant))
        submit_application(draft, by=owner_of(applicant))
    assert kinds(officer) == ["programme.applied"]
    Notification.objects.update(created_at=timezone.now() - dt.timedelta(days=1))
    applicant = enterprise()
    submit_application(make.draft_application(programme, applicant, product=product(applicant)), by=owner_of(applicant))
    assert kinds(officer) == ["programme.applied"] * 2


def test_a_programme_is_told_to_whom_it_fits_and_to_nobody_else() -> None:
    """By activity or by product; in the other edition where the class is the same; not to those who cannot apply."""
    tells = {
        "does": owner_of(enterprise()),
        "did, by the earlier edition": owner_of(enterprise(kbli=("24310", 2020))),
        "sells": owner_of(seller_of_castings()),
    }
    spared = {
        "another trade": owner_of(enterprise(kbli=("10710", 2025))),
        "not verified": owner_of(enterprise(status=EnterpriseStatus.SUBMITTED)),
        "suspended": owner_of(enterprise(status=EnterpriseStatus.SUSPENDED)),
        "an official": person(Role.OFFICER),
    }
    officer = make.officer()
    draft = make.draft_programme(by=officer)
    make.criteria_set(draft, publish=False)
    publish_programme(draft, by=officer)
    jobs.drain()
    assert {name: kinds(user) for name, user in tells.items()} == {key: ["programme.fits"] for key in tells}
    assert {name: kinds(user) for name, user in spared.items()} == {key: [] for key in spared}


def seller_of_castings() -> Enterprise:
    made = enterprise(kbli=("10710", 2025))
    make.product(made)
    return made


def test_not_more_than_three_opportunities_a_day() -> None:
    owner = owner_of(enterprise())
    officer = make.officer()
    for _number in range(4):
        publish_need(make.need(by=officer, published_at=None), by=officer)
    jobs.drain()
    assert kinds(owner) == ["need.fits"] * 3


def test_a_withdrawn_need_is_told_to_those_in_its_rounds() -> None:
    officer = make.officer()
    wanted = make.need(by=officer)
    programme = make.programme(by=officer, needs=[wanted])
    waiting, gone = make.applicant(programme), make.applicant(programme)
    Application.objects.filter(pk=gone.pk).update(status=A.WITHDRAWN)
    Programme.objects.update(status=ProgrammeStatus.CLOSED)
    withdraw_need(wanted, by=officer)
    assert kinds(waiting.created_by) == ["need.withdrawn"]
    assert kinds(gone.created_by) == []


def test_new_criteria_are_told_to_who_has_applied_or_begun_to() -> None:
    officer = make.officer()
    programme = make.programme(by=officer)
    sent, begun = make.applicant(programme), make.draft_application(programme)
    put_in_force(next_version(programme, by=officer), by=officer)
    assert kinds(sent.created_by) == kinds(begun.created_by) == ["criteria.in_force"]


def test_of_a_return_no_authority_hears_that_made_it_or_has_not_had_the_text() -> None:
    made = world(order=SignOrder.SEQUENTIAL)
    contracts.returned(made)
    assert kinds(made.admins[0]) == ["sign_off.opened"]
    assert kinds(made.admins[1]) == []


def test_the_heir_of_an_authority_hears_what_it_inherits() -> None:
    made = contracts.world(authorities=2, order=SignOrder.SEQUENTIAL)
    contracts.in_review(made)
    heirs = [person(Role.MINISTRY_ADMIN, OrganisationFactory(capabilities=["authority"], ownership="")) for _n in "12"]
    for authority, heir in zip(made.authorities, heirs, strict=True):
        Organisation.objects.filter(pk=authority.pk).update(valid_until="2026-11-01", successor=heir.organisation)
    assert pass_on_sign_offs(dt.date(2030, 1, 1)) == 2
    assert kinds(heirs[0]) == ["sign_off.inherited"]
    assert kinds(heirs[1]) == [], "its turn has not come"
    assert Partnership.objects.get().status == PartnershipStatus.AUTHORITY_REVIEW


@pytest.mark.parametrize(("moment", "told"), [("2026-11-23", ["enterprise.waiting"]), ("2026-11-22", [])])
def test_a_queue_that_never_empties_speaks_every_working_day(moment: str, told: list[str]) -> None:
    admin = person(Role.MINISTRY_ADMIN)
    enterprise(status=EnterpriseStatus.SUBMITTED, submitted_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    enterprise(status=EnterpriseStatus.SUBMITTED, submitted_at=dt.datetime(2026, 11, 9, tzinfo=dt.UTC))
    with time_machine.travel(f"{moment}T01:00:00Z", tick=False):
        begin_day()
        jobs.drain()
        remind_verifiers()
        waiting = Notification.objects.filter(user=admin, kind="enterprise.waiting")
        assert [line.kind for line in waiting] == told
        for line in waiting:
            with translation.override("en"):
                assert words(line)[1].startswith(
                    "Businesses that wait for verification: 2, the oldest since 2 November"
                )
            with translation.override("id"):
                assert "2 November 2026" in words(line)[1]


def test_a_queue_that_is_empty_is_silent() -> None:
    person(Role.MINISTRY_ADMIN)
    assert remind_verifiers() == 0
