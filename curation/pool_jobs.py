"""The jobs of the pool: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from curation.models import PoolRange, Programme
from curation.services.pool import ASKED_IN, RANGE_JOB, REFRESH_JOB, TIDY_JOB, drop_pool, refresh, score_range, tidy
from portal.jobs import handles
from portal.models import Job


@handles(RANGE_JOB)
def score_one_range(job: Job) -> None:
    score_range(PoolRange.objects.get(pk=job.payload["range"]))


@handles(REFRESH_JOB)
def refresh_some(job: Job) -> None:
    refresh(job.payload["first"], job.payload["last"])


@handles(TIDY_JOB)
def tidy_up(job: Job) -> None:
    programme = Programme.objects.get(pk=job.payload["programme"])
    if programme.status in ASKED_IN:
        tidy(programme)
    else:
        drop_pool(programme)
