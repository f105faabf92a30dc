"""Who would pass? Everybody's evidence against a programme's criteria, and keeping both up to date.

One coordinator (`move_on`) sees to it that evidence is never read while it is being scored: changes are taken from the
outbox in rounds, and a new run begins between two rounds. What changes meanwhile waits in the outbox for the next round.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus, RunState
from curation.models import CriteriaSet, EvidenceChange, Pool, PoolRange, PoolRun, Programme
from curation.scoring.criteria import InvalidCriteria, validate
from curation.scoring.pool import (
    EVIDENCE_PARENT,
    MOST_GATES,
    MOST_WEIGHTED,
    SCORE_PARENT,
    among,
    between,
    count_evidence,
    evidence_table,
    forget_evidence,
    forget_scores,
    insert_scores,
    line_of,
    read_evidence,
    rules_of_run,
)
from curation.scoring.sql import Sql, take_time
from curation.selectors.whatif import effect, standing_run
from curation.services.scoring import today
from portal import audit
from portal.enums import EnterpriseStatus, JobState
from portal.flow import MoveNotAllowed, permit
from portal.jobs import enqueue, enqueue_all
from portal.models import Enterprise, Job, ReferenceLoad, User

RANGE_JOB, REFRESH_JOB, TIDY_JOB = "curation.pool_range", "curation.pool_refresh", "curation.pool_tidy"
# Any number: whoever moves the pool on holds it.
COORDINATOR = 7_302_004
ASKED_IN = (ProgrammeStatus.DRAFT, ProgrammeStatus.PUBLISHED)
FEWEST_RANGES = 8
# Above this share a fresh partition is sooner done than rows in place.
IN_PLACE = Decimal("0.03")


@transaction.atomic
def start_pool_run(programme: Programme, *, by: User | None) -> PoolRun:
    """Score every verified enterprise under the draft of the criteria, or else the version in force.

    An open run refuses a second one. Without anything that would come out differently the last one is returned.
    """
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    if by is not None:
        permit(by, "curation.manage_programme", locked)
    if locked.status not in ASKED_IN:
        raise MoveNotAllowed(_("The programme is closed."), move="pool_run", status=locked.status, code="closed")
    if locked.pool_runs.open().exists():
        raise MoveNotAllowed(
            _("The pool is being scored already."), move="pool_run", status=locked.status, code="run_open"
        )
    criteria_set = _asked(locked)
    check(locked, criteria_set)
    run = PoolRun(
        programme=locked,
        criteria_set=criteria_set,
        criteria=[line_of(criterion) for criterion in criteria_set.criteria.all()],
        threshold=criteria_set.threshold,
        review_floor=criteria_set.review_floor,
        minimum_coverage=locked.minimum_coverage,
        need_quantities=sorted({need.quantity_per_month for need in locked.needs.all()}),
        as_of=today(),
        started_by=by,
    )
    if (last := standing_run(locked)) is not None and _says_the_same(last, run):
        return last
    run.save()
    audit.record(locked, "start_pool_run", by=by, payload={"run": run.pk, "version": criteria_set.version})
    move_on()
    run.refresh_from_db()
    return run


def check(programme: Programme, criteria_set: CriteriaSet) -> None:
    """Raises ValidationError with everything that keeps these criteria from being tried on the pool."""
    if problems := validate(criteria_set):
        raise InvalidCriteria(problems)
    if not programme.needs.exists():
        raise ValidationError(_("Choose at least one need."), code="no_need")
    criteria = list(criteria_set.criteria.all())
    gates = sum(criterion.is_gate for criterion in criteria)
    if gates > MOST_GATES or len(criteria) - gates > MOST_WEIGHTED:
        raise ValidationError(
            _(
                "At most %(weighted)s criteria with a weight and %(gates)s that must hold can be tried on all enterprises."
            )
            % {"weighted": MOST_WEIGHTED, "gates": MOST_GATES},
            code="too_many",
        )


@transaction.atomic
def move_on() -> None:
    """Begin whatever can begin: a round of changes, or the runs that wait. Safe to call at any time, by anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COORDINATOR])
    _fail_parked()
    if Job.objects.filter(kind=REFRESH_JOB, state__in=[JobState.READY, JobState.RUNNING]).exists():
        return
    scoring = PoolRun.objects.filter(state=RunState.SCORING).exists()
    if not scoring and _begin_round():
        return
    for run in PoolRun.objects.filter(state=RunState.QUEUED).select_related("programme").order_by("pk"):
        _hand_out(run)
    for pool in Pool.objects.filter(scores_stale=True).exclude(programme__pool_runs__in=PoolRun.objects.open()):
        _begin_again(pool)


def note_passing_of_time() -> int:
    """What reads differently today although nobody changed anything goes through the outbox, too; how many."""
    day = today()
    return sum(
        Sql(
            "INSERT INTO curation_evidencechange (enterprise_id, transaction)"
            " SELECT enterprise_id, pg_current_xact_id()::text::bigint"
            f" FROM {evidence_table(pool.programme_id)} WHERE stale_on <= %s ON CONFLICT DO NOTHING",
            (day,),
        ).execute()
        for pool in Pool.objects.exclude(built_at=None)
    )


def score_range(pool_range: PoolRange) -> int:
    """Read (the first time) and score one range, and count it done. Safe to run twice: a range is done once."""
    with transaction.atomic():
        locked = (
            PoolRange.objects.select_for_update(of=("self",)).select_related("run__programme").get(pk=pool_range.pk)
        )
        run = locked.run
        if locked.done_at is not None or run.state != RunState.SCORING:
            return 0
        take_time()
        whom = between(locked.first, locked.last)
        if run.reads_evidence:
            read_evidence(run.programme_id, run.as_of, whom).execute()
        locked.scores = insert_scores(run, whom).execute()
        locked.done_at = timezone.now()
        locked.save(update_fields=["scores", "done_at"])
        # The row lock of this update makes exactly one range the last one.
        PoolRun.objects.filter(pk=run.pk).update(
            ranges_done=F("ranges_done") + 1, enterprises=F("enterprises") + locked.scores
        )
        run.refresh_from_db(fields=["ranges_done", "enterprises"])
        if run.ranges_done == run.ranges_total:
            _finish(run)
        return locked.scores


def refresh(first: int, last: int) -> int:
    """Take the changes of these enterprises from the outbox, and bring evidence and standing scores up to date; how many."""
    with transaction.atomic():
        take_time()
        # Taken before anything is read: what commits later leaves a row of its own.
        taken = Sql(
            "DELETE FROM curation_evidencechange WHERE enterprise_id BETWEEN %s AND %s RETURNING enterprise_id",
            (first, last),
        ).rows()
        changed = sorted({row["enterprise_id"] for row in taken})
        for pool in Pool.objects.exclude(built_at=None).select_related("programme").order_by("pk"):
            _refresh(pool, changed)
        transaction.on_commit(move_on)
        return len(changed)


@transaction.atomic
def rescore(run: PoolRun, whom: Sql) -> int:
    """Score these again in place; how many have a score now.

    Deleted and inserted: an update in place that finds no room in the row's own page locks and logs the old row first. Nobody else
    writes these rows meanwhile, since runs and rounds of changes take turns, and who reads sees the old ones to the end.
    """
    forget_scores(run, whom).execute()
    return insert_scores(run, whom).execute()


@transaction.atomic
def tidy(programme: Programme) -> None:
    """Count who passes, tell the planner what the newest run holds, and drop what it replaces."""
    ended = programme.pool_runs.exclude(pk__in=programme.pool_runs.open()).filter(dropped_at=None)
    standing = standing_run(programme)
    for run in ended.exclude(pk=standing.pk if standing else None):
        _drop(run)
    if standing is not None:
        take_time()
        for parent, key in ((SCORE_PARENT, standing.pk), (EVIDENCE_PARENT, programme.pk)):
            Sql("SELECT pool_partition_analyze(%s, %s)", (parent, key)).execute()
        (counts,) = count_evidence(programme.pk).rows()
        Pool.objects.filter(programme=programme).update(with_evidence=counts)
        passing = effect(programme, rules_of_run(standing)).whole.after
        PoolRun.objects.filter(pk=standing.pk).update(passing=passing)


@transaction.atomic
def drop_pool(programme: Programme) -> None:
    """Nobody asks any more who would pass."""
    for run in programme.pool_runs.filter(dropped_at=None).exclude(pk__in=programme.pool_runs.open()):
        _drop(run)
    if not programme.pool_runs.open().exists():
        Pool.objects.filter(programme=programme).delete()
        Sql("SELECT pool_partition_drop(%s, %s)", (EVIDENCE_PARENT, programme.pk)).execute()


def queue_drops() -> None:
    """A job for each programme that is over and still has a pool."""
    for pool in Pool.objects.exclude(programme__status__in=ASKED_IN):
        enqueue(TIDY_JOB, str(pool.programme_id), payload={"programme": pool.programme_id})


def needs_digest(programme: Programme) -> str:
    """Of all that evidence is measured against."""
    needs = programme.needs.order_by("pk").values_list(
        "pk",
        "quantity_per_month",
        "unit",
        "ceiling_price",
        "kbli_id",
        "hs_id",
        "delivery_region_id",
        "required_certificates",
    )
    loads = ReferenceLoad.objects.order_by("pk").values_list("pk", "digest")
    return hashlib.sha256(json.dumps([list(needs), list(loads)], default=str).encode()).hexdigest()


def _asked(programme: Programme) -> CriteriaSet:
    found = programme.criteria_sets.filter(published_at=None).first() or programme.criteria
    if found is None:
        raise ValidationError(_("Add at least one criterion with a weight."), code="no_criteria")
    return found


def _says_the_same(last: PoolRun, run: PoolRun) -> bool:
    pool = Pool.objects.filter(programme=run.programme, scores_stale=False).exclude(built_at=None).first()
    same = ("criteria", "threshold", "review_floor", "minimum_coverage", "need_quantities", "as_of")
    return (
        pool is not None
        and pool.needs_digest == needs_digest(run.programme)
        and all(getattr(last, name) == getattr(run, name) for name in same)
    )


def _begin_round() -> bool:
    """Jobs over the enterprises that changed; False when there are none."""
    if not EvidenceChange.objects.exists():
        return False
    pools = list(Pool.objects.exclude(built_at=None))
    if not pools:
        EvidenceChange.objects.all().delete()
        return False
    bounds = Sql(
        "SELECT min(id) AS first, max(id) AS last, count(*) AS changed FROM ("
        # Equal parts and an even number of them: two workers end together.
        " SELECT id, ntile(2 * ceil(many / (2.0 * %s))::int) OVER (ORDER BY id) AS part FROM ("
        "  SELECT enterprise_id AS id, count(*) OVER () AS many FROM curation_evidencechange GROUP BY enterprise_id) changed"
        " ) numbered GROUP BY part ORDER BY part",
        (settings.POOL_REFRESH_SIZE,),
    ).rows()
    changed = sum(row["changed"] for row in bounds)
    stale = [pool.pk for pool in pools if changed > pool.enterprises * IN_PLACE]
    Pool.objects.filter(pk__in=stale).update(scores_stale=True)
    enqueue_all(
        REFRESH_JOB,
        {f"{row['first']}:{row['last']}": {"first": row["first"], "last": row["last"]} for row in bounds},
    )
    return True


def _refresh(pool: Pool, changed: Sequence[int]) -> None:
    """Who is no longer verified isn't read again, and so has no place in the pool."""
    whom = among(changed)
    forget_evidence(pool.programme_id, whom).execute()
    read_evidence(pool.programme_id, today(), whom).execute()
    run = standing_run(pool.programme)
    if run is not None and not pool.scores_stale:
        rescore(run, whom)


def _hand_out(run: PoolRun) -> None:
    """The tables that the run writes, and its ranges: equally wide, since nearly all enterprises are verified."""
    programme = run.programme
    pool, _made = Pool.objects.get_or_create(programme=programme)
    digest = needs_digest(programme)
    run.reads_evidence = pool.built_at is None or pool.needs_digest != digest
    if run.reads_evidence:
        verified = Enterprise.objects.filter(status=EnterpriseStatus.VERIFIED)
        pool.needs_digest, pool.built_at, pool.enterprises = digest, None, verified.count()
        pool.save(update_fields=["needs_digest", "built_at", "enterprises"])
        # The scores of the run before were read from this evidence; they stay until the new ones are there.
        Sql("SELECT pool_partition_add(%s, %s)", (EVIDENCE_PARENT, programme.pk)).execute()
    Sql("SELECT pool_partition_add(%s, %s)", (SCORE_PARENT, run.pk)).execute()
    ranges = PoolRange.objects.bulk_create(_ranges(run, pool.enterprises))
    run.ranges_total, run.state = len(ranges), RunState.SCORING
    run.save(update_fields=["reads_evidence", "ranges_total", "state"])
    enqueue_all(
        RANGE_JOB,
        {f"{run.pk}:{each.number}": {"range": each.pk} for each in ranges},
        user_id=run.started_by_id,
        organisation_id=programme.buyer_id,
    )
    if not ranges:
        _finish(run)


def _ranges(run: PoolRun, enterprises: int) -> list[PoolRange]:
    ends = Sql("SELECT min(id) AS first, max(id) AS last FROM portal_enterprise").rows()[0]
    if ends["first"] is None:
        return []
    count = max(1, ceil(enterprises / settings.SCORING_RANGE_SIZE))
    if not run.reads_evidence:
        # A range is done so soon that handing it out is a good part of it: fewer, and enough for workers to end together.
        count = min(count, max(FEWEST_RANGES, ceil(enterprises / settings.POOL_RANGE_SIZE)))
    width = ceil((ends["last"] - ends["first"] + 1) / count)
    firsts = range(ends["first"], ends["last"] + 1, width)
    return [
        PoolRange(run=run, number=number, first=first, last=first + width - 1) for number, first in enumerate(firsts)
    ]


def _finish(run: PoolRun) -> None:
    now = timezone.now()
    # Its key is built now that every row is there, and it takes its place among the partitions.
    Sql("SELECT pool_partition_seal(%s)", (run.pk,)).execute()
    PoolRun.objects.filter(pk=run.pk).update(state=RunState.DONE, finished_at=now)
    run.state = RunState.DONE
    Pool.objects.filter(programme=run.programme_id).update(
        built_at=now, enterprises=run.enterprises, scores_stale=False
    )
    enqueue(TIDY_JOB, str(run.programme_id), payload={"programme": run.programme_id})
    transaction.on_commit(move_on)


def _begin_again(pool: Pool) -> None:
    """Too much changed for rows in place: the same criteria on the evidence as it is now, in a fresh partition."""
    last = standing_run(pool.programme)
    if last is None or pool.programme.status not in ASKED_IN:
        Pool.objects.filter(pk=pool.pk).update(scores_stale=False)
        return
    kept = ("criteria_set_id", "criteria", "threshold", "review_floor", "minimum_coverage", "need_quantities")
    run = PoolRun.objects.create(
        programme=pool.programme, as_of=today(), **{name: getattr(last, name) for name in kept}
    )
    _hand_out(run)


def _drop(run: PoolRun) -> None:
    PoolRun.objects.filter(pk=run.pk).update(dropped_at=timezone.now())
    Sql("SELECT pool_partition_drop(%s, %s)", (SCORE_PARENT, run.pk)).execute()


def _fail_parked() -> None:
    """A run whose job was parked will not end by itself: say so, and let a person start another."""
    for run in PoolRun.objects.filter(state=RunState.SCORING):
        keys = [f"{run.pk}:{number}" for number in range(run.ranges_total)]
        if Job.objects.filter(kind=RANGE_JOB, state=JobState.PARKED, key__in=keys).exists():
            PoolRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, finished_at=timezone.now())
