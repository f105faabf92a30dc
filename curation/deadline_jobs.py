"""The jobs that time brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from curation.models import Application, Programme
from curation.services.deadlines import ARCHIVE_JOB, LAPSE_JOB, archive_if_ended, lapse
from portal.jobs import handles
from portal.models import Job


@handles(LAPSE_JOB)
def lapse_one(job: Job) -> None:
    lapse(Application.objects.get(pk=job.payload["application"]))


@handles(ARCHIVE_JOB)
def archive_one(job: Job) -> None:
    archive_if_ended(Programme.objects.get(pk=job.payload["programme"]))
