"""The jobs of the scoring engine: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

import datetime as dt

import structlog

from curation.models import Application, Programme, ScoringRange, ScoringRun
from curation.services.marking import NOTICE_JOB, mark
from curation.services.rescoring import RESCORE_JOB, rescore_expired
from curation.services.scoring import (
    MARK_JOB,
    PROVISIONAL_JOB,
    RANGE_JOB,
    START_JOB,
    score_provisional,
    score_range,
    start_official_run,
)
from curation.services.telling import tell_applicant
from portal.flow import MoveNotAllowed
from portal.jobs import handles
from portal.models import Job
from portal.notifications import KINDS

log = structlog.get_logger(__name__)


@handles(PROVISIONAL_JOB)
def score_one(job: Job) -> None:
    score_provisional(Application.objects.select_related("programme").get(pk=job.payload["application"]))


@handles(RESCORE_JOB)
def rescore_the_expired(job: Job) -> None:
    rescore_expired(dt.date.fromisoformat(job.payload["day"]))


@handles(START_JOB)
def start_due_run(job: Job) -> None:
    try:
        start_official_run(Programme.objects.get(pk=job.payload["programme"]), by=None)
    except MoveNotAllowed as refused:  # a person was quicker
        log.info("run_not_started", programme=job.payload["programme"], code=refused.code)


@handles(RANGE_JOB)
def score_one_range(job: Job) -> None:
    score_range(ScoringRange.objects.get(pk=job.payload["range"]))


@handles(MARK_JOB)
def mark_run(job: Job) -> None:
    mark(ScoringRun.objects.get(pk=job.payload["run"]))


@handles(NOTICE_JOB)
def tell_marks(job: Job) -> None:
    """A line and a mail to each enterprise: what its application has become."""
    applications = Application.objects.filter(pk__in=job.payload["applications"]).select_related(
        "programme__buyer", "enterprise__organisation"
    )
    for application in applications:
        kind = f"application.{application.status}"
        if kind not in KINDS or job.payload.get("status", application.status) != application.status:
            continue  # it moved on before the news went out
        tell_applicant(application, kind, place=application.waiting_place)
