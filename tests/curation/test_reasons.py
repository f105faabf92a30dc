"""No path of an application ends in "not selected" without a reason that its enterprise reads."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus
from curation.flow import APPLICATION
from curation.models import Application, Feedback, Programme
from curation.scoring.explain import explain
from curation.services.application import appeal
from curation.services.deadlines import queue_what_is_due
from curation.services.programme import archive_programme
from curation.services.review import Finding, decide, findings
from curation.services.scoring import start_official_run
from portal import jobs
from portal.models import AuditEntry, User
from tests.factories import curation as make
from tests.factories.enterprises import owner_of
from tests.signing_in import signed_in

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


# -- In the reader's language ------------------------------------------------------------------------------------------


def read_by(owner: User, application: Application, language: str) -> tuple[str, dict]:
    """The page and the API's newest decision, as the owner reads them in this language."""
    owner.language = language
    owner.save(update_fields=["language"])
    client = signed_in(owner)
    page = client.get(f"/applications/{application.pk}/").content.decode()
    return page, client.get(f"/api/v1/applications/{application.pk}/").json()["decisions"][0]


@pytest.mark.parametrize("move", ["mark_declined", "decline with the criteria", "lapse", "end_waiting"])
def test_an_english_reader_reads_english(move: str) -> None:
    """Values, wishes and advice; only what a person typed stays as it was typed."""
    application = by_a_person_with_criteria() if move == "decline with the criteria" else PATHS[move]()
    owner = owner_of(application.enterprise)
    said = {
        "mark_declined": ("1 orang", "1 person"),
        "decline with the criteria": ("10 orang", "10 people"),
        "lapse": ("Perbaikan yang diminta tidak diterima", "The changes that were asked for did not arrive by"),
        "end_waiting": ("Program berakhir sebelum", "The round ended before a place became free."),
    }[move]
    for language, words, others in (("id", said[0], said[1]), ("en", said[1], said[0])):
        page, decision = read_by(owner, application, language)
        assert words in page
        assert others not in page
        told = " ".join(f"{row['found']} {row['wanted']} {row['text']}" for row in decision["feedback"])
        assert words in told
        assert others not in told
        if move in ("mark_declined", "decline with the criteria"):
            assert ("Complete workforce." if language == "en" else "Lengkapi workforce.") in told


def by_a_person_with_criteria() -> Application:
    (application,) = scored(10)
    explanation = explain(application.scores.get())
    told = findings(explanation, Outcome.DECLINED, explanation.unmet)
    decide(application, Outcome.DECLINED, by=officer_of(application.programme), reason="Kurang.", findings=told)
    return application


def test_what_was_published_in_one_language_stays_readable() -> None:
    application = by_a_person_with_criteria()
    Feedback.objects.update(found_en="", wanted_en="", text_en="")
    page, decision = read_by(owner_of(application.enterprise), application, "en")
    assert "10 orang" in page
    assert decision["feedback"][0]["found"] == "10 orang"
    assert decision["feedback"][0]["text"] == "Complete workforce.", "the criterion has its English words"


def test_a_person_tells_a_reason_for_each_unmet_criterion() -> None:
    (application,) = scored(1, review_floor=0)
    score = application.scores.first()
    unmet = explain(score).unmet
    assert len(unmet) > 0
    by = officer_of(application.programme)
    with pytest.raises(ValidationError, match=re.escape(unmet[0].criterion.label)):
        decide(application, Outcome.DECLINED, by=by, reason="Kurang.", findings=TOLD, score=score)
    told = findings(explain(score), Outcome.DECLINED, [])
    decide(application, Outcome.DECLINED, by=by, reason="Kurang.", findings=told, score=score)
    assert {row.criterion_id for row in Feedback.objects.all()} == {each.criterion.pk for each in unmet}
