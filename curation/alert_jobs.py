"""The jobs of saved searches: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from curation.enums import SearchOf
from curation.services.alerts import ALERT_JOB, DIGEST_JOB, ROUND_JOB, alert, digest, queue_alerts
from portal.jobs import handles
from portal.models import Job


@handles(ROUND_JOB)
def begin_round(job: Job) -> None:
    queue_alerts(SearchOf(job.payload["of"]))


@handles(ALERT_JOB)
def alert_one(job: Job) -> None:
    alert(job.payload["search"])


@handles(DIGEST_JOB)
def digest_of_one(job: Job) -> None:
    digest(job.payload["user"], job.payload["organisation"])
