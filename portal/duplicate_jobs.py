"""The jobs that look for enterprises registered twice: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from portal.jobs import handles
from portal.models import Job
from portal.services.duplicates import FIND_JOB, SWEEP_JOB, find_duplicates


@handles(FIND_JOB)
def find_for_one(job: Job) -> None:
    find_duplicates(job.payload["enterprise"], job.payload["enterprise"])


@handles(SWEEP_JOB)
def find_in_range(job: Job) -> None:
    find_duplicates(job.payload["first"], job.payload["last"], only_changed=True)
