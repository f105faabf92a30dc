"""Who is marked what by the official run, and how places and the waiting list move."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, RunState, Shape
from curation.flow import APPLICATION
from curation.models import Application, Curation, Decision, Feedback, Programme, ScoringRun
from curation.selectors.opportunities import timeline
from curation.services.certificate import revoke_curation
from curation.services.deadlines import queue_what_is_due
from curation.services.marking import (
    claim_place,
    end_waiting_list,
    fill_places,
    later_by_months,
    mark,
)
from curation.services.rescoring import rescore_expired
from curation.services.review import decide
from curation.services.scoring import score_provisional, start_official_run
from portal import audit, jobs
from portal.enums import EnterpriseStatus, JobState, Role
from portal.flow import MoveNotAllowed
from portal.models import AuditEntry, Enterprise, Job, Notification
from tests.factories import curation as make
from tests.factories.checking import paper
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.partnerships import curation_of
from tests.factories.people import person
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

BILLION = 10**9


def ranked(programme: Programme, **fields: Any) -> ScoringRun:
    make.close(programme)
    run = start_official_run(programme, by=None)
    jobs.drain()
    run.refresh_from_db()
    programme.refresh_from_db()
    assert run.state == RunState.DONE
    return run


def revoke(application: Application) -> None:
    officer = make.officer(application.programme.buyer)
    revoke_curation(Curation.objects.get(application=application), reason="Izin dicabut.", by=officer)


def statuses(applications: list[Application]) -> list[str]:
    found = dict(Application.objects.values_list("pk", "status"))
    return [found[application.pk] for application in applications]


def test_threshold_and_floor_belong_to_the_better_side() -> None:
    programme = make.programme(quota=9)
    # 3 points a worker, and 40 for the sales: 76, 73, 61, 58; exactly 75 and 60 by sales of 0.975 and 0.975 billion.
    sent = [make.applicant(programme, workforce=workers) for workers in (12, 11, 7, 6)]
    sent += [make.applicant(programme, workforce=workers, annual_sales=975_000_000) for workers in (12, 7)]
    ranked(programme)
    assert statuses(sent) == [A.CURATED, A.IN_REVIEW, A.IN_REVIEW, A.DECLINED, A.CURATED, A.IN_REVIEW]


def test_a_missed_gate_declines_whatever_the_score_and_says_which() -> None:
    programme = make.programme(lines=(make.criterion("sni", Shape.GATE, test="valid_on", days=0), *make.SIMPLE))
    application = make.applicant(programme)
    ranked(programme)
    application.refresh_from_db()
    assert (application.status, application.scores.get().total) == (A.DECLINED, 100)
    decision = application.decisions.get()
    assert (decision.outcome, decision.run_id is not None, decision.decided_by) == (Outcome.DECLINED, True, None)
    (reason,) = decision.feedback.all()
    assert (reason.criterion.feature, reason.found, reason.wanted) == (
        "sni",
        "belum ada",
        "berlaku pada hari penilaian",
    )
    assert reason.text == "Lengkapi sni."


def test_a_round_reads_of_the_decisions_those_of_its_own_applications_alone() -> None:
    """However few rows the planner believes there are: else each decision costs more than the one before."""
    small = make.programme(quota=9)
    for _number in range(10):
        make.applicant(small, workforce=1)
    ranked(small)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE curation_decision")
    programme = make.programme(quota=9)
    sent = [make.applicant(programme, workforce=1) for _number in range(60)]
    before = rows_read("curation_decision")
    ranked(programme)
    assert statuses(sent) == [A.DECLINED] * 60
    assert rows_read("curation_decision") - before <= 10 * len(sent)


def rows_read(table: str) -> int:
    """Of this table in this transaction, by whatever way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        (read,) = cursor.fetchone()
        return read


def test_nobody_is_declined_without_a_published_reason() -> None:
    programme = make.programme(quota=1)
    for workers, sales in ((0, 0), (None, None), (19, 0), (0, BILLION), (5, 10**8), (6, BILLION)):
        make.applicant(programme, workforce=workers, annual_sales=sales)
    run = ranked(programme)
    assert run.declined == 6 - run.in_review - run.curated
    for decision in Decision.objects.filter(outcome=Outcome.DECLINED):
        assert decision.feedback.exists()
        assert all(each.text and each.wanted for each in decision.feedback.all())


def test_the_rank_is_by_score_then_coverage_then_who_was_earlier() -> None:
    lines = (
        make.criterion("workforce", Shape.LINEAR, 50, zero_at="0", full_at="10"),
        make.criterion("exports", Shape.PRESENT, 50),
    )
    programme = make.programme(lines=lines, threshold=Decimal(50), review_floor=Decimal(40), quota=2)
    long_ago = timezone.now() - dt.timedelta(days=5)
    later = long_ago + dt.timedelta(days=1)
    enterprises = [
        enterprise(workforce=10, workforce_women=0, exports=exports) for exports in (None, False, False, True)
    ]
    times = (long_ago, later, long_ago, later)
    sent = [make.application(programme, each, submitted_at=at) for each, at in zip(enterprises, times, strict=True)]
    run = ranked(programme)
    order = list(run.scores.order_by("rank").values_list("application", flat=True))
    assert order == [sent[3].pk, sent[2].pk, sent[1].pk, sent[0].pk]
    assert statuses(sent) == [A.WAITLISTED, A.WAITLISTED, A.CURATED, A.CURATED]
    places = dict(Application.objects.filter(status=A.WAITLISTED).values_list("pk", "waiting_place"))
    assert places == {sent[1].pk: 1, sent[0].pk: 2}


def test_too_little_evidence_goes_to_a_person() -> None:
    programme = make.programme(minimum_coverage=Decimal(90), threshold=Decimal(60), review_floor=Decimal(40))
    application = make.applicant(programme, annual_sales=None)
    ranked(programme)
    application.refresh_from_db()
    assert (application.status, application.scores.get().total) == (A.IN_REVIEW, 60)


def test_below_the_minimum_of_a_criterion_the_job_never_curates() -> None:
    lines = (
        make.criterion("workforce", Shape.LINEAR, 60, zero_at="0", full_at="20"),
        {**make.criterion("annual_sales", Shape.LINEAR, 40, zero_at="0", full_at=str(BILLION)), "minimum": Decimal(20)},
    )
    programme = make.programme(lines=lines)
    sent = [make.applicant(programme, annual_sales=sales) for sales in (499_000_000, 500_000_000, None)]
    run = ranked(programme)
    assert statuses(sent) == [A.IN_REVIEW, A.CURATED, A.IN_REVIEW]
    assert (run.curated, run.in_review) == (1, 2)


def test_a_programme_may_ask_a_person_to_confirm_every_mark() -> None:
    programme = make.programme(confirm_by_person=True, quota=1)
    sent = [make.applicant(programme), make.applicant(programme), make.applicant(programme, workforce=0)]
    ranked(programme)
    assert statuses(sent) == [A.IN_REVIEW, A.IN_REVIEW, A.DECLINED]
    assert not Curation.objects.exists()


def test_an_enterprise_suspended_meanwhile_is_not_curated_by_the_job() -> None:
    programme = make.programme()
    application = make.applicant(programme)
    Enterprise.objects.filter(pk=application.enterprise_id).update(status=EnterpriseStatus.SUSPENDED)
    ranked(programme)
    assert statuses([application]) == [A.IN_REVIEW]


def test_what_was_withdrawn_before_the_marking_is_not_marked() -> None:
    programme = make.programme(quota=1)
    first, second = make.applicant(programme), make.applicant(programme, workforce=18)
    run = start_official_run(make.close(programme), by=None)
    jobs.run_next()
    Application.objects.filter(pk=first.pk).update(status=A.WITHDRAWN)
    jobs.drain()
    run.refresh_from_db()
    assert statuses([first, second]) == [A.WITHDRAWN, A.CURATED]
    assert run.curated == 1


def test_a_mark_comes_with_its_certificate_count_audit_and_news() -> None:
    programme = make.programme(curation_months=6)
    application = make.applicant(programme)
    owner = person(Role.OWNER, application.enterprise.organisation)
    run = ranked(programme)
    curation = application.curation
    assert (curation.decision.run, curation.is_valid) == (run, True)
    assert curation.valid_until == later_by_months(timezone.localdate(), 6)
    assert (programme.curated_count, run.curated) == (1, 1)
    entry = AuditEntry.objects.of(application).last()
    assert (entry.action, entry.payload) == ("mark_curated", {"from": "submitted", "to": "curated", "run": run.pk})
    assert audit.breaks() == []
    news = Notification.objects.get(user=owner)
    assert news.kind == "application.curated"


def test_marking_twice_marks_once() -> None:
    programme = make.programme()
    application = make.applicant(programme)
    run = ranked(programme)
    mark(run)
    assert application.decisions.count() == 1
    programme.refresh_from_db()
    assert programme.curated_count == 1


def test_a_place_that_frees_goes_to_the_first_who_waits() -> None:
    programme = make.programme(quota=1)
    sent = [make.applicant(programme, workforce=workers) for workers in (20, 18, 19)]
    run = ranked(programme)
    revoke(sent[0])
    assert statuses(sent) == [A.CURATED, A.WAITLISTED, A.CURATED]
    curation = sent[2].curation
    assert (curation.decision.outcome, curation.decision.run) == (Outcome.CURATED, run)
    programme.refresh_from_db()
    assert programme.curated_count == 1
    assert fill_places(programme) == []
    assert Feedback.objects.count() == 0


def test_a_suspended_enterprise_is_passed_over_while_it_waits() -> None:
    programme = make.programme(quota=1)
    sent = [make.applicant(programme, workforce=workers) for workers in (20, 19, 18)]
    ranked(programme)
    Enterprise.objects.filter(pk=sent[1].enterprise_id).update(status=EnterpriseStatus.SUSPENDED)
    revoke(sent[0])
    assert statuses(sent) == [A.CURATED, A.WAITLISTED, A.CURATED]


def test_a_place_that_stayed_free_goes_to_who_is_verified_again() -> None:
    programme = make.programme(quota=1)
    sent = [make.applicant(programme, workforce=workers) for workers in (20, 19)]
    ranked(programme)
    waiting = Enterprise.objects.filter(pk=sent[1].enterprise_id)
    waiting.update(status=EnterpriseStatus.SUSPENDED)
    revoke(sent[0])
    queue_what_is_due()
    jobs.drain()
    assert statuses(sent) == [A.CURATED, A.WAITLISTED]
    waiting.update(status=EnterpriseStatus.VERIFIED)
    queue_what_is_due()
    queue_what_is_due()
    jobs.drain()
    assert statuses(sent) == [A.CURATED, A.CURATED]
    programme.refresh_from_db()
    assert programme.curated_count == 1
    queue_what_is_due()
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def waiting_with_a_paper_that_ends(quota: int = 1) -> list[Application]:
    """Three, of whom the first has the place; the second's SNI ends in three days."""
    lines = (make.criterion("sni", Shape.GATE, test="valid_on", days=0), *make.SIMPLE)
    programme = make.programme(quota=quota, lines=lines)
    sent = []
    for workers, days in ((20, 400), (19, 3), (18, 400)):
        firm = enterprise(workforce=workers, workforce_women=None, annual_sales=BILLION)
        paper(firm, "sni", valid_until=timezone.localdate() + dt.timedelta(days=days))
        sent.append(make.application(programme, firm))
    ranked(programme)
    assert statuses(sent) == [A.CURATED, A.WAITLISTED, A.WAITLISTED]
    return sent


def test_a_free_place_passes_by_whose_required_paper_has_ended_and_tells_it_once() -> None:
    sent = waiting_with_a_paper_that_ends()
    owner = owner_of(sent[1].enterprise)
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=True):
        rescore_expired()
        jobs.drain()
        revoke(sent[0])
        assert statuses(sent) == [A.CURATED, A.WAITLISTED, A.CURATED]
        sent[1].refresh_from_db()
        assert sent[1].waiting_place == 1, "it keeps its place"
        Programme.objects.filter(pk=sent[0].programme_id).update(quota=2)
        for _round in range(2):
            queue_what_is_due()
            jobs.drain()
        told = Notification.objects.filter(user=owner, kind="application.passed_over")
        assert told.count() == 1
        assert told.get().params["criteria"] == "Kriteria sni"
        assert "melewati Anda" in str(timeline(sent[1])[-2]["note"])


def test_a_paper_renewed_while_it_waited_counts_when_a_place_comes_free() -> None:
    sent = waiting_with_a_paper_that_ends()
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=True):
        paper(sent[1].enterprise, "sni", valid_until=timezone.localdate() + dt.timedelta(days=400))
        revoke(sent[0])
        assert statuses(sent) == [A.CURATED, A.CURATED, A.WAITLISTED]
        assert sent[1].snapshots.count() == 2, "what it was moved up on is kept"
        assert all(sent[1].scores.first().gates_held)


def test_what_a_person_waived_is_not_asked_for_again() -> None:
    """Put on the list by a person although a gate was missed."""
    lines = (make.criterion("sni", Shape.GATE, test="valid_on", days=0), *make.SIMPLE)
    programme = make.programme(quota=1, lines=lines)
    marked = curation_of(enterprise(), programme, by=programme.created_by)
    waits = make.application(programme)
    score = score_provisional(waits)
    assert not all(score.gates_held)
    Application.objects.filter(pk=waits.pk).update(status=A.IN_REVIEW)
    waits.refresh_from_db()
    decide(waits, Outcome.CURATED, by=make.officer(programme.buyer), reason="SNI menyusul.", score=score)
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=True):
        revoke(marked.application)
        assert statuses([waits]) == [A.CURATED]


def test_a_later_run_queues_behind_those_who_wait() -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    programme = make.programme(quota=1, cut_off_dates=[yesterday])
    before = timezone.now() - dt.timedelta(days=3)
    first = [make.applicant(programme, workforce=workers, submitted_at=before) for workers in (20, 18)]
    start_official_run(programme, by=None)
    jobs.drain()
    late = make.applicant(programme, workforce=19)
    ranked(programme)
    assert statuses([*first, late]) == [A.CURATED, A.WAITLISTED, A.WAITLISTED]
    late.refresh_from_db()
    assert late.waiting_place == 2


def test_a_place_that_stayed_free_is_not_taken_by_who_applied_later() -> None:
    """Verified again since, but the clock has not struck: the run itself looks at who waits first."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    programme = make.programme(quota=1, cut_off_dates=[yesterday])
    before = timezone.now() - dt.timedelta(days=3)
    first = [make.applicant(programme, workforce=workers, submitted_at=before) for workers in (20, 18)]
    start_official_run(programme, by=None)
    jobs.drain()
    waiting = Enterprise.objects.filter(pk=first[1].enterprise_id)
    waiting.update(status=EnterpriseStatus.SUSPENDED)
    revoke(first[0])
    waiting.update(status=EnterpriseStatus.VERIFIED)
    late = make.applicant(programme, workforce=19)
    ranked(programme)
    assert statuses([first[1], late]) == [A.CURATED, A.WAITLISTED]
    assert programme.curated_count == 1


def test_the_end_of_the_round_is_a_published_reason() -> None:
    programme = make.programme(quota=1)
    sent = [make.applicant(programme, workforce=workers) for workers in (20, 19)]
    ranked(programme)
    assert end_waiting_list(programme) == 1
    assert statuses(sent) == [A.CURATED, A.DECLINED]
    reason = sent[1].decisions.first().feedback.get()
    assert reason.text == "Program berakhir sebelum ada tempat kosong."


def test_a_person_takes_a_place_while_there_is_one() -> None:
    by = make.officer()
    programme = make.programme(by=by, quota=1)
    sent = [make.applicant(programme, workforce=10), make.applicant(programme, workforce=10)]
    ranked(programme)
    assert statuses(sent) == [A.IN_REVIEW, A.IN_REVIEW]
    assert claim_place(programme)
    decide(sent[0], Outcome.CURATED, by=by, reason="Dilihat di tempat")
    assert sent[0].curation.is_valid
    assert not claim_place(programme)
    decide(sent[1], Outcome.CURATED, by=by, reason="Dilihat di tempat")
    assert statuses(sent) == [A.CURATED, A.WAITLISTED]
    sent[1].refresh_from_db()
    assert sent[1].waiting_place == 1


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (dt.date(2026, 3, 5), 12, dt.date(2027, 3, 4)),
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 27)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 27)),
        (dt.date(2026, 1, 1), 12, dt.date(2026, 12, 31)),
    ],
)
def test_months_of_validity(day: dt.date, months: int, last: dt.date) -> None:
    assert later_by_months(day, months) == last


def test_only_moves_of_jobs_are_made_in_bulk() -> None:
    application = make.applicant(make.programme())
    with pytest.raises(MoveNotAllowed):
        APPLICATION.make_all("withdraw", Application.objects.filter(pk=application.pk))
    assert APPLICATION.make_all("take_place", Application.objects.filter(pk=application.pk)) == []
    assert statuses([application]) == [A.SUBMITTED]
