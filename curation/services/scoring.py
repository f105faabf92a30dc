"""Snapshots and scores: frozen evidence, provisional scores, official runs, and dry runs that write nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus, ProgrammeStatus, RunKind, RunState
from curation.flow import PROGRAMME
from curation.models import Application, CriteriaSet, EvidenceSnapshot, Programme, Score, ScoringRange, ScoringRun
from curation.scoring.compile import EVIDENCE, columns_of, scored
from curation.scoring.explain import Explanation, explained
from curation.scoring.live import insert_snapshot, live_evidence, one_enterprise
from curation.scoring.sql import Sql, take_time
from curation.services.telling import tell_of_closing, tell_of_run
from portal import audit
from portal.enums import JobState
from portal.flow import MoveNotAllowed, NotPermitted
from portal.jobs import enqueue
from portal.models import Enterprise, Job, Product, User

START_JOB, RANGE_JOB, MARK_JOB = "curation.start_run", "curation.score_range", "curation.mark_run"
PROVISIONAL_JOB = "curation.score_provisional"
SCORED_STATES = (ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED)

# The newest revision of each application's evidence.
NEWEST = (
    "NOT EXISTS (SELECT 1 FROM curation_evidencesnapshot newer"
    f" WHERE newer.application_id = {EVIDENCE}.application_id AND newer.revision > {EVIDENCE}.revision)"
)
SCORE_COLUMNS = "application_id, snapshot_revision, total, coverage, points, gates_held, run_id, criteria_set_id, kind, as_of, scored_at"


class NoCriteria(MoveNotAllowed):
    """The programme has no published criteria to score by."""

    def __init__(self) -> None:
        super().__init__(_("This round has no published criteria yet."), move="score", status="", code="no_criteria")


@transaction.atomic
def take_snapshot(application: Application, *, by: User | None) -> EvidenceSnapshot:
    """Freeze what the enterprise declares now as the application's next revision."""
    Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    row = insert_snapshot(application.pk, today(), by.pk if by else None).rows()[0]
    snapshot = EvidenceSnapshot.objects.get(pk=row["id"])
    audit.record(application, "take_snapshot", by=by, payload={"revision": snapshot.revision})
    return snapshot


def dry_run(
    enterprise: Enterprise, programme: Programme, product: Product | None = None, version: CriteriaSet | None = None
) -> Explanation:
    """What the enterprise would score now. Reads live data with the expressions of a snapshot; writes nothing."""
    criteria_set = version or programme.criteria
    if criteria_set is None:
        raise NoCriteria
    criteria, day = list(criteria_set.criteria.all()), today()
    columns = columns_of(criteria)
    source = live_evidence(one_enterprise(enterprise.pk, programme.pk, product.pk if product else None, day), columns)
    keep = [f"{EVIDENCE}.{column}" for column in dict.fromkeys([*columns, "need_quantity", "need_unit", "papers"])]
    row = scored(criteria, day, source, keep).rows()[0]
    return explained(
        criteria_set,
        criteria,
        {**row, "papers": json.loads(row["papers"])},
        points=row["points"],
        gates_held=row["gates_held"],
        total=row["total"],
        coverage=row["coverage"],
        as_of=day,
    )


def dry_runs(enterprise: Enterprise, versions: Sequence[CriteriaSet]) -> list[Explanation]:
    """Dry runs for a list, in one statement: totals, points and gates, without the values they rest on.

    The versions come with their programme and criteria.
    """
    if not versions:
        return []
    day = today()
    selects = []
    for place, version in enumerate(versions):
        criteria = list(version.criteria.all())
        source = live_evidence(one_enterprise(enterprise.pk, version.programme_id, None, day), columns_of(criteria))
        select = scored(criteria, day, source, [f"{place} AS place"])
        selects.append(Sql(f"({select.text})", select.params))
    rows = sorted(Sql.join(" UNION ALL ", selects).rows(), key=lambda row: row["place"])
    return [
        explained(
            version,
            list(version.criteria.all()),
            {},
            points=row["points"],
            gates_held=row["gates_held"],
            total=row["total"],
            coverage=row["coverage"],
            as_of=day,
        )
        for version, row in zip(versions, rows, strict=True)
    ]


def enqueue_provisional(application: Application) -> None:
    """After submission, and after an answer to requested changes."""
    enqueue(PROVISIONAL_JOB, str(application.pk), payload={"application": application.pk})


@transaction.atomic
def score_provisional(application: Application) -> Score:
    """Score the newest snapshot as of today. Shown, marks nothing. A second one on the same day is the same row."""
    criteria_set = application.programme.criteria
    if criteria_set is None:
        raise NoCriteria
    day = today()
    where = Sql(f"WHERE {EVIDENCE}.application_id = %s AND {NEWEST}", (application.pk,))
    _insert_scores(criteria_set, day, RunKind.PROVISIONAL, None, where)
    revision = application.snapshots.order_by("-revision").values_list("revision", flat=True)[0]
    return Score.objects.get(
        application=application, run=None, criteria_set=criteria_set, snapshot_revision=revision, as_of=day
    )


@transaction.atomic
def start_official_run(programme: Programme, *, by: User | None) -> ScoringRun:
    """Rank everything that was sent before the cut-off: at the closing date or a cut-off date, never before.

    `by` None is the scheduler. An open run refuses a second one; without anything new to score the last one is returned.
    """
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    if by is not None and not by.has_perm("curation.manage_programme", locked):
        raise NotPermitted(_("You may not do this."), move="score", status=locked.status, code="not_permitted")
    if locked.runs.official().open().exists():
        raise MoveNotAllowed(
            _("A scoring run of this round is under way."), move="score", status=locked.status, code="run_open"
        )
    cut_off = last_cut_off(locked) if locked.status in SCORED_STATES else None
    if cut_off is None:
        raise MoveNotAllowed(
            _("Scoring starts at the closing date or a cut-off date."),
            move="score",
            status=locked.status,
            code="too_early",
        )
    criteria_set = locked.criteria
    if criteria_set is None:
        raise NoCriteria
    waiting = _waiting(locked, cut_off)
    last = locked.runs.official().filter(state=RunState.DONE).order_by("-cut_off", "-pk").first()
    if last is not None and last.cut_off == cut_off and not waiting.exists():
        return last
    if cut_off >= locked.closes_at and locked.status == ProgrammeStatus.PUBLISHED:
        PROGRAMME.make("close", locked, by=by)
        tell_of_closing(locked)
        programme.refresh_from_db(fields=["status"])
    run = ScoringRun.objects.create(
        programme=locked,
        criteria_set=criteria_set,
        kind=RunKind.OFFICIAL,
        state=RunState.SCORING,
        as_of=_last_day(cut_off),
        cut_off=cut_off,
        started_by=by,
        applications=waiting.count(),
    )
    audit.record(
        locked,
        "start_scoring",
        by=by,
        payload={"run": run.pk, "criteria": criteria_set.digest, "applications": run.applications},
    )
    _hand_out(run)
    return run


def last_cut_off(programme: Programme, now: dt.datetime | None = None) -> dt.datetime | None:
    """The newest moment, not after now, up to which applications are ranked: closing, or the end of a cut-off day."""
    known = now or timezone.now()
    moments = [programme.closes_at, *(_end_of(day) for day in programme.cut_off_dates)]
    return max((moment for moment in moments if moment <= min(known, programme.closes_at)), default=None)


def score_range(scoring_range: ScoringRange) -> int:
    """Score one range and count it done; the last one queues the marking. Safe to run twice: a range is done once."""
    with transaction.atomic():
        locked = (
            ScoringRange.objects.select_for_update(of=("self",))
            .select_related("run__criteria_set")
            .get(pk=scoring_range.pk)
        )
        run = locked.run
        if locked.done_at is not None or not run.is_open:
            return 0
        take_time()
        where = Sql(
            f"JOIN curation_application app ON app.id = {EVIDENCE}.application_id"
            " WHERE app.programme_id = %s AND app.status = %s AND app.submitted_at < %s"
            f" AND {EVIDENCE}.application_id BETWEEN %s AND %s AND {NEWEST}",
            (run.programme_id, ApplicationStatus.SUBMITTED, run.cut_off, locked.first, locked.last),
        )
        locked.scores = _insert_scores(run.criteria_set, run.as_of, RunKind.OFFICIAL, run.pk, where)
        locked.done_at = timezone.now()
        locked.save(update_fields=["scores", "done_at"])
        # The row lock of this update makes exactly one range the last one.
        ScoringRun.objects.filter(pk=run.pk).update(ranges_done=F("ranges_done") + 1)
        run.refresh_from_db(fields=["ranges_done"])
        if run.ranges_done == run.ranges_total:
            _queue_marking(run)
        return locked.scores


def queue_due_runs() -> int:
    """A job for each programme whose cut-off has passed; how many. Safe to run twice: a programme has one such job open."""
    _fail_parked()
    now = timezone.now()
    open_now = ScoringRun.objects.official().open().values("programme")
    programmes = Programme.objects.filter(status__in=SCORED_STATES, opens_at__lte=now).exclude(pk__in=open_now)
    due = [programme for programme in programmes.order_by("pk") if _is_due(programme, now)]
    for programme in due:
        enqueue(START_JOB, str(programme.pk), payload={"programme": programme.pk})
    return len(due)


def _is_due(programme: Programme, now: dt.datetime) -> bool:
    cut_off = last_cut_off(programme, now)
    if cut_off is None or programme.criteria is None:
        return False
    runs = programme.runs.official()
    # A failed run waits for a person: starting it over and over would only fail again.
    if not runs.filter(cut_off=cut_off).exists():
        return True
    return not runs.filter(cut_off=cut_off, state=RunState.FAILED).exists() and _waiting(programme, cut_off).exists()


def _waiting(programme: Programme, cut_off: dt.datetime) -> QuerySet[Application]:
    """Sent in time, with evidence to score: without it a run would change nothing, and the next minute start another."""
    frozen = EvidenceSnapshot.objects.filter(application=OuterRef("pk"))
    return programme.applications.filter(Exists(frozen), status=ApplicationStatus.SUBMITTED, submitted_at__lt=cut_off)


def _hand_out(run: ScoringRun) -> None:
    """Ranges of ids that hold equally many applications, each a job of its own."""
    bounds = Sql(
        "SELECT min(id) AS first, max(id) AS last FROM ("
        " SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM curation_application"
        " WHERE programme_id = %s AND status = %s AND submitted_at < %s) numbered GROUP BY part ORDER BY part",
        (settings.SCORING_RANGE_SIZE, run.programme_id, ApplicationStatus.SUBMITTED, run.cut_off),
    ).rows()
    ranges = ScoringRange.objects.bulk_create(
        ScoringRange(run=run, number=number, first=row["first"], last=row["last"]) for number, row in enumerate(bounds)
    )
    run.ranges_total = len(ranges)
    run.save(update_fields=["ranges_total"])
    for each in ranges:
        enqueue(RANGE_JOB, f"{run.pk}:{each.number}", payload={"range": each.pk}, **_actor(run))
    if not ranges:
        _queue_marking(run)


def _queue_marking(run: ScoringRun) -> None:
    ScoringRun.objects.filter(pk=run.pk).update(state=RunState.MARKING)
    run.state = RunState.MARKING
    enqueue(MARK_JOB, str(run.pk), payload={"run": run.pk}, **_actor(run))


def _actor(run: ScoringRun) -> dict[str, int | None]:
    return {"user_id": run.started_by_id, "organisation_id": run.programme.buyer_id}


def _insert_scores(criteria_set: CriteriaSet, as_of: dt.date, kind: RunKind, run_id: int | None, where: Sql) -> int:
    source = Sql(f"curation_evidencesnapshot AS {EVIDENCE} {where.text}", where.params)
    keep = [f"{EVIDENCE}.application_id", f"{EVIDENCE}.revision"]
    select = scored(list(criteria_set.criteria.all()), as_of, source, keep)
    return Sql(
        f"INSERT INTO curation_score ({SCORE_COLUMNS})"
        " SELECT application_id, revision, total, coverage, points, gates_held, %s::bigint, %s, %s, %s, statement_timestamp()"
        f" FROM ({select.text}) AS computed ON CONFLICT DO NOTHING",
        (run_id, criteria_set.pk, kind, as_of, *select.params),
    ).execute()


def _fail_parked() -> None:
    """A run whose job was parked will not end by itself: tell the officers, and let one of them start another."""
    for run in ScoringRun.objects.official().open().select_related("programme__buyer"):
        parked = Job.objects.filter(state=JobState.PARKED).filter(
            kind__in=[RANGE_JOB, MARK_JOB], key__in=[str(run.pk), *(f"{run.pk}:{n}" for n in range(run.ranges_total))]
        )
        if parked.exists():
            _fail(run)


@transaction.atomic
def _fail(run: ScoringRun) -> None:
    """Once, also when two schedulers find it."""
    if not ScoringRun.objects.open().filter(pk=run.pk).update(state=RunState.FAILED, finished_at=timezone.now()):
        return
    run.refresh_from_db(fields=["state", "finished_at"])
    audit.record(run.programme, "fail_scoring", by=None, payload={"run": run.pk})
    tell_of_run(run)


def today() -> dt.date:
    """Where the portal is, whichever zone the reader of a page has."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def _end_of(day: dt.date) -> dt.datetime:
    """The first moment after the day."""
    return timezone.make_aware(
        dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), timezone.get_default_timezone()
    )


def _last_day(cut_off: dt.datetime) -> dt.date:
    """The last day that counts: papers must be valid on it."""
    return timezone.localtime(cut_off - dt.timedelta(microseconds=1), timezone.get_default_timezone()).date()
