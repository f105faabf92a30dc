"""No path of an application ends in "not selected" without a reason that its enterprise reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus
from curation.flow import APPLICATION
from curation.models import Application, Programme
from curation.services.application import appeal
from curation.services.deadlines import queue_what_is_due
from curation.services.programme import archive_programme
from curation.services.review import Finding, decide
from curation.services.scoring import start_official_run
from portal import jobs
from portal.models import AuditEntry, User
from tests.factories import curation as make
from tests.factories.enterprises import owner_of

pytestmark = pytest.mark.django_db

TOLD = [Finding(text="Tambah kapasitas.")]


def scored(*workforces: int, **fields: object) -> list[Application]:
    programme = make.programme(by=make.officer(), **fields)
    made = [make.applicant(programme, workforce=each) for each in workforces]
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    return [Application.objects.get(pk=each.pk) for each in made]


def officer_of(programme: Programme) -> User:
    return programme.created_by.act_as(programme.created_by.memberships.get())


def by_the_run() -> Application:
    return scored(1)[0]


def by_the_end_of_the_round() -> Application:
    _first, waiting = scored(20, 19, quota=1)
    programme = Programme.objects.get()
    assert programme.status == ProgrammeStatus.CLOSED
    archive_programme(programme, by=officer_of(programme))
    return waiting


def by_a_person() -> Application:
    (application,) = scored(10)
    decide(application, Outcome.DECLINED, by=officer_of(application.programme), reason="Kurang.", findings=TOLD)
    return application


def by_a_term_that_ran_out() -> Application:
    (application,) = scored(10)
    decide(
        application, Outcome.CHANGES_REQUESTED, by=officer_of(application.programme), reason="Kurang.", findings=TOLD
    )
    Application.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    queue_what_is_due()
    jobs.drain()
    return application


def after_an_appeal() -> Application:
    application = by_a_person()
    application.refresh_from_db()
    appeal(application, text="Terlewat.", by=owner_of(application.enterprise))
    other = make.officer(application.programme.buyer)
    decide(application, Outcome.DECLINED, by=other, reason="Tetap kurang.", findings=TOLD)
    return application


PATHS: dict[str, Callable[[], Application]] = {
    "mark_declined": by_the_run,
    "end_waiting": by_the_end_of_the_round,
    "decline": by_a_person,
    "lapse": by_a_term_that_ran_out,
    "reject_appeal": after_an_appeal,
}


def test_these_are_all_the_ways_there() -> None:
    assert {move.name for move in APPLICATION.moves if move.to == A.DECLINED} == set(PATHS)


@pytest.mark.parametrize("move", PATHS)
def test_every_way_publishes_a_reason(move: str) -> None:
    application = PATHS[move]()
    application.refresh_from_db()
    assert (application.status, AuditEntry.objects.of(application).last().action) == (A.DECLINED, move)
    decision = application.decisions.first()
    assert decision.outcome == A.DECLINED
    assert all(row.text for row in decision.feedback.all())
    assert decision.feedback.exists()


def test_a_person_who_confirms_when_the_quota_is_full_need_not_say_why() -> None:
    """Neither does the round's end owe its reason to somebody else: it says its own."""
    first, second = scored(20, 19, quota=1, confirm_by_person=True)
    officer = officer_of(first.programme)
    for application in (first, second):
        score = application.scores.get()
        decide(application, Outcome.CURATED, by=officer, score=score)
    second.refresh_from_db()
    assert (second.status, second.decisions.get().reason) == (A.WAITLISTED, "")
    archive_programme(Programme.objects.get(), by=officer)
    second.refresh_from_db()
    ended = second.decisions.first()
    assert (second.status, ended.decided_by) == (A.DECLINED, None)
    assert ended.reason == ended.feedback.get().text == "Program berakhir sebelum ada tempat kosong."
