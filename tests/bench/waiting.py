"""Waiting for workers, as a person at a page does, but looking more often: by plain statements, since the workers need the cores."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from curation.enums import RunState
from curation.models import PoolRun
from curation.services.pool import move_on
from portal.acting import acting
from portal.enums import JobState
from portal.jobs import hint
from portal.models import Job

LOOKED_EVERY, PATIENCE = 0.02, 900
ENDED = [RunState.DONE, RunState.FAILED]


def until(what: Callable[[], bool], patience: float = PATIENCE) -> None:
    gives_up = time.monotonic() + patience
    while not what():
        if time.monotonic() > gives_up:
            raise SystemExit("it never came to that: see the worker's log")
        time.sleep(LOOKED_EVERY)


def until_done(run: PoolRun) -> PoolRun:
    until(lambda: bool(_found("SELECT FROM curation_poolrun WHERE id = %s AND state = ANY (%s)", [run.pk, ENDED])))
    run.refresh_from_db()
    if run.state != RunState.DONE:
        raise SystemExit(f"run {run.pk} failed")
    return run


def until_idle() -> None:
    """Nothing is due."""
    hint()
    until(lambda: not _due())


def until_settled() -> None:
    """Nor does a change wait: what the scheduler begins, and workers end."""
    with acting(None, None):
        move_on()
    # What the sample put off has come due since, and no scheduler runs here to say so.
    hint()
    until(lambda: not (_found("SELECT FROM curation_evidencechange LIMIT 1") or _due()))


def _due() -> bool:
    states = _found(
        "SELECT DISTINCT state FROM portal_job WHERE state <> %s AND (state <> %s OR run_after <= now())",
        [JobState.DONE, JobState.READY],
    )
    if (JobState.PARKED,) in states:
        raise SystemExit(f"a job is parked: {Job.objects.filter(state=JobState.PARKED).first().error}")
    return bool(states)


def _found(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
