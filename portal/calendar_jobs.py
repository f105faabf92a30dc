"""The jobs that a new day brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from portal.jobs import handles
from portal.models import Job
from portal.services.class_history import RULE_JOB, derive_by_new_rule
from portal.services.document_reminders import REMINDER_JOB, remind
from portal.services.reminders import REMIND_JOB, remind_verifiers


@handles(RULE_JOB)
def derive_range(job: Job) -> None:
    derive_by_new_rule(job.payload["first"], job.payload["last"])


@handles(REMINDER_JOB)
def remind_range(job: Job) -> None:
    remind(job.payload["first"], job.payload["last"])


@handles(REMIND_JOB)
def remind_of_queue(job: Job) -> None:
    remind_verifiers()
