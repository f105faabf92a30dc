"""Background work that is neither lost nor done twice.

The job row is written in the business transaction; after the commit a Celery message wakes a worker, and beat wakes one
again for whatever is due. A worker commits its claim, then does the work and marks the row done in ONE transaction that
holds the row's lock: a killed worker leaves a claim without a lock, which `release_dead` finds.
"""

from __future__ import annotations

import datetime as dt
import traceback
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.acting import acting
from portal.enums import JobState
from portal.models import Job

log = structlog.get_logger(__name__)

Handler = Callable[[Job], None]
HANDLERS: dict[str, Handler] = {}

CLAIM_LOCK = 7_302_001
MAX_ATTEMPTS = 5
MAX_LONE_DEATHS = 3
# More workers than this wake one another: each that finds work goes on until there is none.
HINTS = 16
# A claim is committed a moment before the working transaction takes the row's lock; younger claims are left alone, unless
# the server's process that committed them is gone.
CLAIM_GRACE = dt.timedelta(seconds=5)
# A pid is used again some day: with the moment of its start, where we may see that, it is one process.
BACKEND = "format('%%s %%s', pid, extract(epoch FROM backend_start))"


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind. It runs inside a transaction and must not commit."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def enqueue(
    kind: str,
    key: str,
    *,
    payload: dict[str, Any] | None = None,
    user_id: int | None = None,
    organisation_id: int | None = None,
    run_after: dt.datetime | None = None,
    total: int = 0,
) -> None:
    """Write a job once: a second call with the same kind and key changes nothing while the first is open."""
    job = Job(
        kind=kind,
        key=key,
        payload=payload or {},
        acting_user_id=user_id,
        acting_organisation_id=organisation_id,
        run_after=run_after or timezone.now(),
        total=total,
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)
    transaction.on_commit(hint)


def enqueue_all(
    kind: str,
    payloads: Mapping[str, dict[str, Any]],
    *,
    user_id: int | None = None,
    organisation_id: int | None = None,
) -> None:
    """Many jobs of a kind at once, by their keys; a wave of hints wakes as many workers as there may be."""
    now = timezone.now()
    jobs = [
        Job(
            kind=kind,
            key=key,
            payload=payload,
            acting_user_id=user_id,
            acting_organisation_id=organisation_id,
            run_after=now,
        )
        for key, payload in payloads.items()
    ]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    transaction.on_commit(lambda: hint(min(len(jobs), HINTS)))


def hint(workers: int = 1) -> None:
    """Wake so many workers. A message may be lost, and the broker away: beat sends another."""
    try:
        for _worker in range(workers):
            current_app.send_task("portal.drain_jobs", retry=False)
    except (OSError, OperationalError) as error:
        log.warning("broker_unreachable", error=str(error))


def drain(limit: int = 200) -> int:
    """Do jobs until none is due. Returns how many ran."""
    done = 0
    while done < limit and run_next():
        done += 1
    return done


def run_next() -> bool:
    job = _claim()
    if job is None:
        return False
    try:
        with acting(job.acting_user_id, job.acting_organisation_id):
            locked = Job.objects.select_for_update().filter(pk=job.pk, claim=job.claim).first()
            if locked is None:
                return True
            HANDLERS[locked.kind](locked)
            Job.objects.filter(pk=locked.pk).update(state=JobState.DONE, done_at=timezone.now(), claim=None, error="")
    except Exception as error:  # a job may fail in any way: it is written down and tried again
        _failed(job, error)
    return True


@transaction.atomic
def _claim() -> Job | None:
    """Take the next due job. One that has died before runs alone: nothing starts beside it, so that a second death is its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {BACKEND}, pg_advisory_xact_lock(%s) FROM pg_stat_get_activity(pg_backend_pid())", [CLAIM_LOCK]
        )
        backend, _lock = cursor.fetchone()
    due = Job.objects.select_for_update(skip_locked=True).filter(state=JobState.READY, run_after__lte=timezone.now())
    running = Job.objects.filter(state=JobState.RUNNING)
    if running.filter(alone=True).exists():
        return None
    job = due.filter(alone=True).order_by("run_after", "pk").first()
    if job is None:
        job = due.order_by("run_after", "pk").first()
    elif running.exists():
        return None
    if job is None:
        return None
    job.state, job.claim, job.claimed_at, job.backend, job.attempts = (
        JobState.RUNNING,
        uuid.uuid4(),
        timezone.now(),
        backend,
        job.attempts + 1,
    )
    job.save(update_fields=["state", "claim", "claimed_at", "backend", "attempts"])
    return job


def _failed(job: Job, error: Exception) -> None:
    parked = job.attempts >= MAX_ATTEMPTS
    log.error("job_failed", kind=job.kind, key=job.key, attempts=job.attempts, parked=parked, exc_info=error)
    Job.objects.filter(pk=job.pk, claim=job.claim).update(
        state=JobState.PARKED if parked else JobState.READY,
        claim=None,
        run_after=timezone.now() + dt.timedelta(seconds=2**job.attempts),
        # Without the row that PostgreSQL shows in its detail: operators read this.
        error="".join(traceback.format_exception_only(error)).partition("\nDETAIL:")[0][:2000],
    )


@transaction.atomic
def release_dead() -> int:
    """Make ready again what a killed worker held: its claim stands, its row lock is gone."""
    unlocked = list(Job.objects.select_for_update(skip_locked=True).filter(state=JobState.RUNNING))
    # Asked after the claims were read: whoever made one was there before.
    there = _backends() if unlocked else set()
    count = 0
    for job in unlocked:
        if job.backend in there and job.claimed_at and job.claimed_at >= timezone.now() - CLAIM_GRACE:
            continue
        lone = job.lone_deaths + (1 if job.alone else 0)
        Job.objects.filter(pk=job.pk).update(
            state=JobState.PARKED if lone >= MAX_LONE_DEATHS else JobState.READY,
            claim=None,
            deaths=F("deaths") + 1,
            lone_deaths=lone,
            alone=True,
            run_after=timezone.now(),
            error="worker died" if lone >= MAX_LONE_DEATHS else "",
        )
        count += 1
    return count


def _backends() -> set[str]:
    """The server's processes that serve somebody. Behind a pooler they outlive a worker, and the grace decides."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BACKEND} FROM pg_stat_activity", [])
        return {backend for (backend,) in cursor.fetchall()}
