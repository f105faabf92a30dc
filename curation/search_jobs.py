"""The jobs of search: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from curation.services.searching import REBUILD_JOB, REFRESH_JOB, rebuild_search, refresh_search
from portal.jobs import handles
from portal.models import Job


@handles(REFRESH_JOB)
def take_changes(job: Job) -> None:
    refresh_search()


@handles(REBUILD_JOB)
def rebuild(job: Job) -> None:
    rebuild_search()
