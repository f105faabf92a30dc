"""Waiting for workers, as a person at a page does, but looking more often."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from curation.enums import RunState
from curation.models import EvidenceChange, PoolRun
from curation.services.pool import move_on
from portal.acting import acting
from portal.enums import JobState
from portal.jobs import hint
from portal.models import Job

LOOKED_EVERY, PATIENCE = 0.02, 900


def until(what: Callable[[], bool], patience: float = PATIENCE) -> None:
    gives_up = time.monotonic() + patience
    while not what():
        if time.monotonic() > gives_up:
            raise SystemExit("it never came to that: see the worker's log")
        time.sleep(LOOKED_EVERY)


def until_done(run: PoolRun) -> PoolRun:
    until(lambda: PoolRun.objects.filter(pk=run.pk, state__in=[RunState.DONE, RunState.FAILED]).exists())
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
    until(lambda: not (EvidenceChange.objects.exists() or _due()))


def _due() -> bool:
    if parked := Job.objects.filter(state=JobState.PARKED).first():
        raise SystemExit(f"{parked} is parked: {parked.error}")
    due = Job.objects.filter(state=JobState.READY, run_after__lte=timezone.now())
    return due.exists() or Job.objects.filter(state=JobState.RUNNING).exists()
