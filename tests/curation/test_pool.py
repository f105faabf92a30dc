"""Who would pass? Everybody's evidence, scored as a dry run would, and kept up to date by what changes."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from curation.enums import ProgrammeStatus, RunState
from curation.models import (
    Curation,
    EvidenceChange,
    EvidenceSnapshot,
    Pool,
    PoolEvidence,
    PoolRange,
    PoolRun,
    PoolScore,
    Programme,
    TrackRecord,
)
from curation.scoring.features import FEATURES, Type
from curation.scoring.pool import among, read_evidence, score_table
from curation.scoring.quantities import UNIT
from curation.services.pool import (
    RANGE_JOB,
    REFRESH_JOB,
    drop_pool,
    move_on,
    note_passing_of_time,
    score_range,
    standing_run,
    start_pool_run,
)
from curation.services.scoring import dry_run
from portal import jobs
from portal.enums import EnterpriseStatus, JobState, LegalForm, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import CooperativeMember, Document, Enterprise, ExportRecord, Job, KbliClass, KbliConversion, Photo
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import curation_of
from tests.factories.people import person
from tests.factories.products import kbli_class

pytestmark = pytest.mark.django_db

LINES = (
    make.criterion("nib", "gate", test="is_true"),
    make.criterion("sni", "gate", test="valid_on", days=0),
    make.criterion("workforce", "linear", 25, zero_at="0", full_at="20"),
    make.criterion("monthly_capacity", "ratio", 25, full_at="150"),
    make.criterion("price_share", "linear", 20, zero_at="100", full_at="70"),
    make.criterion("years_in_business", "linear", "12.34", zero_at="0", full_at="7.5"),
    make.criterion("technology_level", "membership", "7.66", shares={"mechanised": "33.33", "automated": "100"}),
    make.criterion("verified_documents", "steps", 10, steps=[{"at_least": "1", "share": "50"}, {"at_least": "2", "share": "100"}]),
)  # fmt: skip


def programme(**fields) -> Programme:
    return make.programme(lines=LINES, threshold=Decimal(60), review_floor=Decimal(30), **fields)


def rich_one() -> Enterprise:
    made = enterprise(workforce=13, technology_level="automated", established_on=dt.date(2020, 5, 17))
    make.product(made, monthly_capacity=Decimal(1234), price=27_001)
    verified_paper(made, "sni", valid_until=timezone.localdate() + dt.timedelta(days=40))
    verified_paper(made, "halal")
    return made


def some_enterprises() -> list[Enterprise]:
    """With all, with something, with nothing."""
    rich = rich_one()
    fair = enterprise(workforce=7, technology_level="mechanised")
    make.product(fair, monthly_capacity=Decimal("0.01"), price=29_999)
    poor = enterprise(workforce=None, workforce_women=None, technology_level="", established_on=None)
    return [rich, fair, poor]


def ran(programme: Programme, **fields) -> PoolRun:
    run = start_pool_run(programme, by=None, **fields)
    settle()
    run.refresh_from_db()
    return run


def settle() -> None:
    """What workers and beat do until nothing is left."""
    for _round in range(3):
        jobs.drain()
        move_on()


def scores(run: PoolRun) -> dict[int, PoolScore]:
    return {score.enterprise_id: score for score in PoolScore.objects.filter(run=run)}


def the_pool_agrees_with_dry_runs(run: PoolRun) -> None:
    found = scores(run)
    verified = Enterprise.objects.verified()
    assert found.keys() == set(verified.values_list("pk", flat=True))
    for each in verified:
        dry, score = dry_run(each, run.programme), found[each.pk]
        assert (score.total, score.coverage) == (dry.total * 100, dry.coverage * 100)
        assert [not score.missed & (1 << place) for place in range(2)] == [gate.held is True for gate in dry.gates]
        assert [bool(score.unknown & (1 << place)) for place in range(2)] == [gate.held is None for gate in dry.gates]


def test_every_feature_has_its_column_typed_for_speed() -> None:
    beside = {"pk", "programme", "enterprise", "stale_on", "province", "class_code", "form_code", "need_quantity"}
    columns = {field.name: field for field in PoolEvidence._meta.get_fields()}
    assert columns.keys() - beside - {"verified_until"} == FEATURES.keys()
    for feature in FEATURES.values():
        snapshot = EvidenceSnapshot._meta.get_field(feature.key).db_type(connection)
        wanted = "bigint" if feature.type == Type.DECIMAL else snapshot
        assert (columns[feature.key].db_type(connection), columns[feature.key].null) == (wanted, True)


def test_the_pool_scores_everybody_as_a_dry_run_would() -> None:
    some_enterprises()
    enterprise(status=EnterpriseStatus.SUSPENDED)
    enterprise(status=EnterpriseStatus.DRAFT)
    run = ran(programme(needs=[make.need(), make.need(quantity_per_month=Decimal(7))]))
    assert (run.state, run.progress, run.enterprises) == (RunState.DONE, 100, 3)
    the_pool_agrees_with_dry_runs(run)


def test_decimals_are_kept_whole() -> None:
    rich, *_others = some_enterprises()
    made = programme()
    ran(made)
    evidence = PoolEvidence.objects.get(programme=made, enterprise=rich)
    assert (evidence.monthly_capacity, evidence.need_quantity) == (1234 * UNIT, 1000 * UNIT)
    assert (evidence.province, evidence.legal_form) == (33, rich.legal_form)
    assert LegalForm.values[evidence.form_code - 1] == rich.legal_form


def test_a_second_start_is_refused_while_the_first_is_under_way_and_returned_when_nothing_is_new() -> None:
    some_enterprises()
    made = programme()
    run = start_pool_run(made, by=None)
    assert run.state == RunState.SCORING
    with pytest.raises(MoveNotAllowed) as refused:
        start_pool_run(made, by=None)
    assert refused.value.code == "run_open"
    settle()
    assert start_pool_run(made, by=None) == run
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert start_pool_run(made, by=None) != run, "another day, other ages and papers"


def test_ranges_are_jobs_and_a_range_is_done_once(settings) -> None:
    settings.SCORING_RANGE_SIZE = 1
    some_enterprises()
    run = start_pool_run(programme(), by=None)
    assert run.ranges_total >= 3
    first = PoolRange.objects.filter(run=run).first()
    assert score_range(first) == 1
    assert score_range(first) == 0
    settle()
    run.refresh_from_db()
    assert (run.ranges_done, run.enterprises, len(scores(run))) == (run.ranges_total, 3, 3)


def test_the_draft_is_asked_before_the_version_in_force(settings) -> None:
    some_enterprises()
    by = make.officer()
    made = make.draft_programme(by=by)
    draft = make.criteria_set(made, LINES, publish=False, threshold=Decimal(60), review_floor=Decimal(30))
    run = start_pool_run(made, by=by)
    assert (run.criteria_set, run.started_by) == (draft, by)
    assert [line["feature"] for line in run.criteria] == [line["feature"] for line in LINES]


@pytest.mark.parametrize("lines", [(), (make.criterion("workforce", "linear", "99.99", zero_at="0", full_at="9"),)])
def test_criteria_that_could_not_be_published_are_not_tried_out(lines) -> None:
    made = make.draft_programme()
    make.criteria_set(made, lines, publish=False)
    with pytest.raises(ValidationError):
        start_pool_run(made, by=None)
    assert not PoolRun.objects.exists()


def test_more_criteria_than_the_table_has_columns_are_refused() -> None:
    made = make.draft_programme()
    lines = [make.criterion("workforce", "linear", 4, zero_at="0", full_at=str(n)) for n in range(1, 26)]
    make.criteria_set(made, lines, publish=False)
    with pytest.raises(ValidationError) as refused:
        start_pool_run(made, by=None)
    assert refused.value.code == "too_many"


def test_only_the_buyers_officers_ask() -> None:
    made = programme()
    for stranger in (make.officer(), person(Role.MINISTRY_ADMIN), person(Role.OWNER)):
        with pytest.raises(NotPermitted):
            start_pool_run(made, by=stranger)
        assert not PoolRun.objects.visible_to(stranger).exists()
    closed = make.close(programme())
    Programme.objects.filter(pk=closed.pk).update(status=ProgrammeStatus.CLOSED)
    with pytest.raises(MoveNotAllowed):
        start_pool_run(closed, by=None)


# -- What changes


def test_what_changes_is_read_and_scored_again_in_place(settings) -> None:
    settings.POOL_REFRESH_SIZE = 1
    rich, fair, _poor = some_enterprises()
    run = ran(programme())
    Pool.objects.update(enterprises=1000)
    before = scores(run)
    Enterprise.objects.filter(pk=rich.pk).update(workforce=20)
    make.product(fair, monthly_capacity=Decimal(5000), price=15_000)
    new = enterprise(workforce=3, workforce_women=0)
    assert set(EvidenceChange.objects.values_list("enterprise_id", flat=True)) == {rich.pk, fair.pk, new.pk}
    move_on()
    assert Job.objects.filter(kind=REFRESH_JOB, state=JobState.READY).count() == 3
    settle()
    after = scores(run)
    assert not EvidenceChange.objects.exists()
    assert (after[rich.pk].total - before[rich.pk].total, new.pk in after) == (25 * 100 * 7 // 20, True)
    assert after[fair.pk].total > before[fair.pk].total
    assert PoolRun.objects.count() == 1
    the_pool_agrees_with_dry_runs(run)


def test_who_is_suspended_leaves_the_pool_and_who_is_verified_again_comes_back() -> None:
    rich, *_others = some_enterprises()
    run = ran(programme())
    for status, there in ((EnterpriseStatus.SUSPENDED, False), (EnterpriseStatus.VERIFIED, True)):
        Pool.objects.update(enterprises=1000)
        Enterprise.objects.filter(pk=rich.pk).update(status=status)
        settle()
        assert (rich.pk in scores(run)) is there
        assert PoolEvidence.objects.filter(enterprise=rich).exists() is there
    assert standing_run(run.programme) == run
    the_pool_agrees_with_dry_runs(run)


def pair(older: str, newer: KbliClass) -> KbliConversion:
    return KbliConversion.objects.create(older=kbli_class(older, 2020), newer=newer, source="BPS 2026")


# By the table that evidence is read from.
CHANGES = {
    "portal_enterprise": [lambda each: Enterprise.objects.filter(pk=each.pk).update(description="x")],
    "portal_document": [
        lambda each: verified_paper(each, "bpom"),
        lambda each: Document.objects.filter(enterprise=each).update(file_name="x"),
        lambda each: Document.objects.filter(enterprise=each).delete(),
    ],
    "portal_product": [lambda each: make.product(each), lambda each: each.products.update(price=1)],
    "portal_photo": [
        lambda each: Photo.objects.create(product=each.products.get(), width=9, height=9, sha256="1"),
        lambda each: Photo.objects.filter(product__enterprise=each).update(caption="x"),
        lambda each: Photo.objects.filter(product__enterprise=each).delete(),
    ],
    "portal_activity": [lambda each: each.activities.all().delete()],
    "portal_exportrecord": [lambda each: ExportRecord.objects.create(enterprise=each, country="SG")],
    "portal_cooperativemember": [
        lambda each: CooperativeMember.objects.create(cooperative=each, member=enterprise()),
    ],
    "curation_curation": [
        lambda each: Curation.objects.filter(enterprise=each).update(valid_until=timezone.localdate())
    ],
    "curation_trackrecord": [
        lambda each: TrackRecord.objects.create(enterprise=each, deliveries=1),
    ],
    "portal_kbliconversion": [
        lambda each: pair("31001", each.activities.get().kbli),
        lambda each: pair("31001", each.products.get().kbli),
        lambda each: KbliConversion.objects.filter(newer=kbli_class("31011", 2025)).update(
            newer=each.activities.get().kbli
        ),
        lambda each: KbliConversion.objects.filter(newer=each.activities.get().kbli).update(
            newer=kbli_class("31011", 2025)
        ),
        lambda each: KbliConversion.objects.filter(newer=each.activities.get().kbli).delete(),
    ],
}
# Told by a digest instead: other needs, and other reference data, make all evidence be read anew.
BY_NEEDS = {"curation_programme_needs", "curation_need"}
BY_LOADS = {"portal_kbliclass", "portal_region"}


def test_no_table_that_evidence_is_read_from_is_left_out() -> None:
    statement = read_evidence(1, timezone.localdate(), among([1])).text
    read = set(re.findall(r"(?:FROM|JOIN)\s+((?:portal|curation|partnerships)_\w+)", statement))
    assert read == CHANGES.keys() | BY_NEEDS | BY_LOADS


@pytest.mark.parametrize(("table", "place"), [(table, n) for table, some in CHANGES.items() for n in range(len(some))])
def test_every_table_that_evidence_is_read_from_tells_of_its_changes(table: str, place: int) -> None:
    rich, *_others = some_enterprises()
    Photo.objects.create(product=rich.products.get(), width=9, height=9, sha256="0")
    if table == "curation_curation":
        subject = programme()
        curation_of(rich, subject, by=subject.created_by)
    if table == "portal_kbliconversion" and place > 1:
        theirs = kbli_class("31011", 2025) if place == 2 else rich.activities.get().kbli
        pair("22299", theirs)
    EvidenceChange.objects.all().delete()
    CHANGES[table][place](rich)
    change_again = EvidenceChange.objects.filter(enterprise_id=rich.pk)
    assert change_again.count() == 1, "once in a transaction"


def test_a_conversion_that_is_reviewed_counts_in_the_pool_at_once() -> None:
    """The need asks for a class of 2020; the business has its successor, which nobody had said to be one."""
    older, newer = kbli_class("31001", 2020), kbli_class("31029", 2025)
    joiner = enterprise(kbli=("31029", 2025))
    lines = (make.criterion("kbli_fit", "linear", 100, zero_at="0", full_at="5"),)
    run = ran(make.programme(lines=lines, needs=[make.need(kbli=older)]))
    before = scores(standing_run(run.programme))[joiner.pk].total
    pair("31001", newer)
    settle()
    standing = standing_run(run.programme)
    assert (before < 10_000, scores(standing)[joiner.pk].total) == (True, 10_000)
    the_same = dry_run(joiner, run.programme).total
    assert the_same == 100


def test_a_member_that_is_suspended_is_a_change_of_its_cooperative() -> None:
    cooperative, member = enterprise(legal_form="koperasi"), enterprise()
    CooperativeMember.objects.create(cooperative=cooperative, member=member)
    EvidenceChange.objects.all().delete()
    Enterprise.objects.filter(pk=member.pk).update(status=EnterpriseStatus.SUSPENDED)
    assert EvidenceChange.objects.filter(enterprise_id=cooperative.pk).exists()


def test_who_is_suspended_while_a_run_is_under_way_is_not_in_its_result(settings) -> None:
    settings.SCORING_RANGE_SIZE = 1
    rich, fair, poor = some_enterprises()
    run = start_pool_run(programme(), by=None)
    jobs.run_next()
    Enterprise.objects.filter(pk__in=[rich.pk, poor.pk]).update(status=EnterpriseStatus.SUSPENDED)
    move_on()
    assert not Job.objects.filter(kind=REFRESH_JOB).exists(), "nothing is read again while a run is scoring"
    settle()
    assert scores(standing_run(run.programme)).keys() == {fair.pk}


def test_above_three_percent_a_fresh_partition_is_filled() -> None:
    rich, *_others = some_enterprises()
    run = ran(programme())
    Enterprise.objects.filter(pk=rich.pk).update(workforce=20)
    settle()
    again = standing_run(run.programme)
    assert again != run
    assert again.criteria == run.criteria
    run.refresh_from_db()
    assert run.dropped_at is not None
    the_pool_agrees_with_dry_runs(again)
    settle()
    assert PoolRun.objects.count() == 2, "and not over and over"


def test_other_needs_make_other_evidence() -> None:
    some_enterprises()
    made = make.draft_programme()
    make.criteria_set(made, LINES, publish=False, threshold=Decimal(60), review_floor=Decimal(30))
    run = ran(made)
    made.needs.update(quantity_per_month=Decimal(10))
    again = ran(made)
    assert (again == run, again.reads_evidence) == (False, True)
    assert (
        PoolEvidence.objects.filter(programme=made).values_list("need_quantity", flat=True).distinct().get()
        == 10 * UNIT
    )


def test_the_day_changes_evidence_too() -> None:
    made = enterprise(established_on=timezone.localdate() - dt.timedelta(days=75))
    verified_paper(made, "sni", valid_until=timezone.localdate() + dt.timedelta(days=40))
    run = ran(programme())
    ages = PoolEvidence.objects.filter(enterprise=made).values_list("years_in_business", flat=True)
    assert ages.get() == UNIT // 10
    assert note_passing_of_time() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=125)):
        assert note_passing_of_time() == 1
        settle()
        assert ages.get() == UNIT // 2
        the_pool_agrees_with_dry_runs(standing_run(run.programme))


@pytest.mark.parametrize("established", [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2023, 11, 30)])
def test_an_age_is_read_again_on_the_day_it_changes(established: dt.date) -> None:
    """Day by day over four months, months of all lengths."""
    made = enterprise(established_on=established)
    day = dt.date(2026, 1, 1)
    with time_machine.travel(dt.datetime(2026, 1, 1, 5, tzinfo=dt.UTC)):
        start_pool_run(programme(), by=None)
        settle()
    for ahead in range(1, 120):
        with time_machine.travel(dt.datetime(2026, 1, 1, 5, tzinfo=dt.UTC) + dt.timedelta(days=ahead)):
            Pool.objects.update(enterprises=1000)
            note_passing_of_time()
            settle()
            evidence = PoolEvidence.objects.get(enterprise=made)
            today = day + dt.timedelta(days=ahead)
            months = (today.year - established.year) * 12 + today.month - established.month
            months -= today.day < established.day
            assert evidence.years_in_business == months * 10 // 12 * UNIT // 10, today
            assert evidence.stale_on > today


# -- Partitions


def test_web_and_workers_may_not_make_or_drop_tables_but_by_the_functions() -> None:
    made = programme()
    for statement in (
        "CREATE TABLE mine (id int)",
        "DROP TABLE curation_poolscore",
        "SELECT pool_partition_add('portal_user', 1)",
        "SELECT pool_partition_add('curation_poolscore; DROP TABLE portal_user', 1)",
        "SELECT pool_partition_add('curation_poolscore', 99999)",
        "SELECT pool_partition_add('curation_poolscore', -1)",
        f"SELECT pool_partition_add('curation_poolevidence', {made.pk})",
        "SELECT pool_partition_drop('portal_user', 1)",
        "SELECT pool_partition_analyze('portal_user', 1)",
        "SELECT pool_partition_seal(99999)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_run_has_its_key_when_it_is_done_and_no_enterprise_twice(settings) -> None:
    settings.SCORING_RANGE_SIZE = 1
    some_enterprises()
    run = start_pool_run(programme(), by=None)
    first = PoolRange.objects.filter(run=run).first()
    score_range(first)
    assert not scores(run), "nobody reads what is half done"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", [score_table(run.pk)])
        assert cursor.fetchone() == (0,)
        cursor.execute(f"INSERT INTO {score_table(run.pk)} SELECT * FROM {score_table(run.pk)}")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("SELECT pool_partition_seal(%s)", [run.pk])
    again = ran(programme())
    assert len(scores(again)) == 3
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(f"INSERT INTO {score_table(again.pk)} SELECT * FROM {score_table(again.pk)}")


def test_what_is_in_use_is_not_dropped() -> None:
    some_enterprises()
    run = ran(programme())
    for parent, key in (("curation_poolscore", run.pk), ("curation_poolevidence", run.programme_id)):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pool_partition_drop(%s, %s)", [parent, key])
    assert len(scores(run)) == 3


def test_a_programme_that_is_over_has_no_pool() -> None:
    some_enterprises()
    run = ran(programme())
    drop_pool(run.programme)
    assert not PoolScore.objects.exists()
    assert not PoolEvidence.objects.exists()
    assert not Pool.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname ~ '^curation_pool(score|evidence)_[0-9]' AND relkind = 'r'"
        )
        assert cursor.fetchone() == (0,)


def test_a_parked_range_fails_the_run_and_another_may_be_started() -> None:
    some_enterprises()
    run = start_pool_run(programme(), by=None)
    Job.objects.filter(kind=RANGE_JOB).update(state=JobState.PARKED)
    move_on()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    Job.objects.filter(kind=RANGE_JOB).delete()
    again = ran(run.programme)
    assert (again.state, again.enterprises) == (RunState.DONE, 3)
