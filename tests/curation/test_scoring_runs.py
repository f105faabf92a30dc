"""From a frozen snapshot to scores and marks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus, RunState
from curation.models import Application, EvidenceSnapshot, Score, ScoringRange, ScoringRun
from curation.scoring.features import FEATURES, SQL_TYPES, Type
from curation.services.scoring import (
    RANGE_JOB,
    START_JOB,
    NoCriteria,
    dry_run,
    enqueue_provisional,
    last_cut_off,
    queue_due_runs,
    score_provisional,
    score_range,
    start_official_run,
    take_snapshot,
)
from portal import jobs
from portal.enums import JobState, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Job
from tests.factories import curation as make
from tests.factories.enterprises import enterprise
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def at_the_next_minute() -> list[ScoringRun]:
    """What beat starts: the runs, with their ranges still to be scored."""
    before = set(ScoringRun.objects.values_list("pk", flat=True))
    for _ in range(queue_due_runs()):
        jobs.run_next()
    return list(ScoringRun.objects.exclude(pk__in=before))


def test_every_feature_has_its_column_and_no_column_lacks_a_feature() -> None:
    kept = {"id", "application", "revision", "day", "taken_at", "taken_by", "product", "need", "need_quantity"}
    kept |= {"product_name", "product_price", "product_unit"}
    columns = {field.name: field for field in EvidenceSnapshot._meta.get_fields()}
    assert columns.keys() - kept - {"need_unit", "papers", "verified_until", "province"} == FEATURES.keys()
    for feature in FEATURES.values():
        column = columns[feature.key]
        assert column.null
        wanted = SQL_TYPES[feature.type].replace(" ", "").replace(",", ", ").split("(")[0]
        actual = column.db_type(connection).split("(")[0]
        assert actual == {"text": "varchar"}.get(wanted, wanted), feature.key
        if feature.type == Type.DECIMAL:
            assert (column.max_digits, column.decimal_places) == (18, 4)


def test_a_snapshot_reads_every_feature_from_live_data() -> None:
    programme = make.programme()
    made = enterprise(workforce=12, annual_sales=10**9, established_on=dt.date(2010, 1, 1))
    product = make.product(made, tkdn=Decimal("41.5"))
    application = make.draft_application(programme, made, product=product)
    snapshot = take_snapshot(application, by=application.created_by)
    assert (snapshot.revision, snapshot.product, snapshot.need) == (1, product, programme.needs.get())
    assert (snapshot.nib, snapshot.workforce, snapshot.annual_sales) == (True, 12, 10**9)
    assert (snapshot.monthly_capacity, snapshot.price_share, snapshot.product_fit) == (2000, 80, 5)
    assert (snapshot.kbli_fit, snapshot.sni, snapshot.tkdn) == (5, None, Decimal("41.5"))
    assert snapshot.distance == 0
    assert snapshot.years_in_business >= 15
    assert take_snapshot(application, by=application.created_by).revision == 2


def test_a_snapshot_never_changes_even_by_raw_sql() -> None:
    application = make.applicant(make.programme())
    for statement in ("UPDATE curation_evidencesnapshot SET workforce = 99", "DELETE FROM curation_evidencesnapshot"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert application.snapshots.get().workforce == 20


def test_a_score_never_changes_even_by_raw_sql() -> None:
    score = score_provisional(make.applicant(make.programme()))
    for statement in ("UPDATE curation_score SET total = 99", "DELETE FROM curation_score"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    score.refresh_from_db()
    assert score.total == 100


def test_a_dry_run_equals_the_score_of_the_snapshot_and_writes_nothing() -> None:
    programme = make.programme()
    made = enterprise(workforce=7, annual_sales=333_333_333)
    dry = dry_run(made, programme)
    assert not Score.objects.exists()
    assert not EvidenceSnapshot.objects.exists()
    score = score_provisional(make.application(programme, made))
    assert (dry.total, dry.coverage) == (score.total, score.coverage) == (Decimal("34.33"), 100)
    assert [result.points for result in dry.weighted] == score.points == [Decimal(21), Decimal("13.33")]


def test_no_evidence_is_not_zero() -> None:
    programme = make.programme()
    nothing = score_provisional(make.applicant(programme, workforce=None))
    zero = score_provisional(make.applicant(programme, workforce=0))
    assert (nothing.points, nothing.total, nothing.coverage) == ([None, Decimal(40)], 40, 40)
    assert (zero.points, zero.total, zero.coverage) == ([Decimal(0), Decimal(40)], 40, 100)


def test_a_provisional_score_twice_on_a_day_is_one_row() -> None:
    application = make.applicant(make.programme())
    assert score_provisional(application) == score_provisional(application)
    assert Score.objects.count() == 1


def test_an_official_run_goes_through_its_ranges_and_marks_at_the_end(settings) -> None:
    settings.SCORING_RANGE_SIZE = 2
    programme = make.programme(quota=2)
    sent = [make.applicant(programme, workforce=workers) for workers in (20, 10, 19, 5, 18)]
    make.close(programme)
    run = start_official_run(programme, by=None)
    assert (run.ranges_total, run.ranges_done, run.applications) == (3, 0, 5)
    jobs.drain()
    run.refresh_from_db()
    programme.refresh_from_db()
    assert (run.state, run.ranges_done) == (RunState.DONE, 3)
    assert (run.curated, run.waitlisted, run.in_review, run.declined) == (2, 1, 1, 1)
    assert [Application.objects.get(pk=each.pk).status for each in sent] == [
        A.CURATED,
        A.IN_REVIEW,
        A.CURATED,
        A.DECLINED,
        A.WAITLISTED,
    ]
    assert programme.status == ProgrammeStatus.CLOSED
    assert programme.curated_count == 2


def test_a_run_starts_at_the_closing_time_and_not_a_second_before() -> None:
    programme = make.programme()
    make.applicant(programme)
    assert at_the_next_minute() == []
    with pytest.raises(MoveNotAllowed) as refused:
        start_official_run(programme, by=None)
    assert refused.value.code == "too_early"
    assert last_cut_off(programme, programme.closes_at - dt.timedelta(microseconds=1)) is None
    assert last_cut_off(programme, programme.closes_at) == programme.closes_at
    make.close(programme)
    assert queue_due_runs() == queue_due_runs() == 1, "two schedulers"
    assert Job.objects.filter(kind=START_JOB).count() == 1
    (run,) = at_the_next_minute()
    assert run.cut_off == programme.closes_at
    assert at_the_next_minute() == []


def test_an_open_run_refuses_a_second_and_a_finished_one_is_returned() -> None:
    programme = make.close(make.programme())
    run = start_official_run(programme, by=None)
    with pytest.raises(MoveNotAllowed) as refused:
        start_official_run(programme, by=None)
    assert refused.value.code == "run_open"
    jobs.drain()
    assert start_official_run(programme, by=None) == run
    assert ScoringRun.objects.count() == 1


def test_a_range_scored_twice_counts_once() -> None:
    programme = make.programme()
    make.applicant(programme)
    run = start_official_run(make.close(programme), by=None)
    scoring_range = ScoringRange.objects.get()
    assert score_range(scoring_range) == 1
    assert score_range(scoring_range) == 0
    run.refresh_from_db()
    assert (run.ranges_done, run.scores.count()) == (1, 1)


def test_a_rolling_round_ranks_at_the_end_of_each_cut_off_day() -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    programme = make.programme(cut_off_dates=[yesterday])
    early = make.applicant(programme, submitted_at=timezone.now() - dt.timedelta(days=3))
    late = make.applicant(programme)
    (run,) = at_the_next_minute()
    jobs.drain()
    assert run.as_of == yesterday
    assert list(run.scores.values_list("application", flat=True)) == [early.pk]
    late.refresh_from_db()
    programme.refresh_from_db()
    assert (late.status, programme.status) == (A.SUBMITTED, ProgrammeStatus.PUBLISHED)


def test_a_stopped_run_says_so_and_a_person_may_start_another() -> None:
    by = make.officer()
    programme = make.programme(by=by)
    application = make.applicant(programme)
    first = start_official_run(make.close(programme), by=None)
    Job.objects.filter(kind=RANGE_JOB).update(state=JobState.PARKED)
    assert at_the_next_minute() == []
    first.refresh_from_db()
    assert first.state == RunState.FAILED
    assert at_the_next_minute() == [], "over and over it would only stop again"
    second = start_official_run(programme, by=by)
    jobs.drain()
    second.refresh_from_db()
    application.refresh_from_db()
    assert (second.state, second.started_by, application.status) == (RunState.DONE, by, A.CURATED)


def test_only_the_buyers_officers_start_a_run() -> None:
    programme = make.close(make.programme())
    for stranger in (make.officer(), person(Role.MINISTRY_ADMIN), person(Role.OWNER)):
        with pytest.raises(NotPermitted):
            start_official_run(programme, by=stranger)
    assert not ScoringRun.objects.exists()


def test_without_published_criteria_nothing_is_scored() -> None:
    programme = make.close(make.draft_programme(status=ProgrammeStatus.PUBLISHED))
    assert at_the_next_minute() == []
    with pytest.raises(NoCriteria):
        start_official_run(programme, by=None)
    with pytest.raises(NoCriteria):
        dry_run(enterprise(), programme)


def test_an_application_without_evidence_does_not_start_runs_over_and_over() -> None:
    programme = make.programme()
    make.draft_application(programme, status=A.SUBMITTED, submitted_at=timezone.now() - dt.timedelta(days=1))
    make.close(programme)
    assert len(at_the_next_minute()) == 1
    jobs.drain()
    assert at_the_next_minute() == []


def test_a_round_that_nobody_applied_to_closes_and_is_done() -> None:
    programme = make.close(make.programme())
    (run,) = at_the_next_minute()
    jobs.drain()
    run.refresh_from_db()
    programme.refresh_from_db()
    assert (run.state, run.applications, programme.status) == (RunState.DONE, 0, ProgrammeStatus.CLOSED)


def test_who_sent_in_the_closing_second_is_ranked_by_the_next_round_of_the_scheduler() -> None:
    programme = make.close(make.programme())
    at_the_next_minute()
    jobs.drain()
    # Committed after the run had begun, but sent before the closing time.
    late = make.applicant(programme, submitted_at=programme.closes_at - dt.timedelta(microseconds=1))
    after = make.applicant(programme, submitted_at=programme.closes_at)
    assert len(at_the_next_minute()) == 1
    jobs.drain()
    late.refresh_from_db()
    after.refresh_from_db()
    assert (late.status, after.status) == (A.CURATED, A.SUBMITTED)


def test_an_expired_paper_counts_no_more_at_the_next_run_from_the_same_snapshot() -> None:
    ends = timezone.localdate() - dt.timedelta(days=2)
    lines = (make.criterion("sni", "valid_on", 100, days=0),)
    programme = make.programme(lines=lines, cut_off_dates=[ends])
    (snapshot,) = make.snapshots([{"sni": ends}], programme)
    Application.objects.filter(pk=snapshot.application_id).update(submitted_at=timezone.now() - dt.timedelta(days=9))
    assert score_provisional(snapshot.application).total == 0
    (run,) = at_the_next_minute()
    jobs.drain()
    assert (run.as_of, run.scores.get().total) == (ends, 100)


def test_a_provisional_score_is_a_job_and_marks_nothing() -> None:
    application = make.applicant(make.programme())
    enqueue_provisional(application)
    enqueue_provisional(application)
    jobs.drain()
    application.refresh_from_db()
    assert (application.status, application.scores.get().run) == (A.SUBMITTED, None)
