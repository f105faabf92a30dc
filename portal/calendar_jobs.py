"""The jobs that a new day or a new version brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from portal.jobs import handles
from portal.models import Job
from portal.services.annual_sales import SALES_JOB, ask_for_sales
from portal.services.class_history import RULE_JOB, derive_by_new_rule
from portal.services.completeness import MEASURE_JOB, measure_all
from portal.services.confirmation import CONFIRMATION_JOB, keep_confirmations
from portal.services.document_reminders import REMINDER_JOB, remind
from portal.services.plan_reminders import REMINDER_JOB as PLAN_JOB
from portal.services.plan_reminders import remind_of_plans
from portal.services.reminders import REMIND_JOB, remind_verifiers


@handles(RULE_JOB)
def derive_range(job: Job) -> None:
    derive_by_new_rule(job.payload["first"], job.payload["last"])


@handles(REMINDER_JOB)
def remind_range(job: Job) -> None:
    remind(job.payload["first"], job.payload["last"])


@handles(PLAN_JOB)
def remind_of_quarter(job: Job) -> None:
    remind_of_plans(job.payload["first"], job.payload["last"], job.payload["year"], job.payload["quarter"])


@handles(MEASURE_JOB)
def measure_range(job: Job) -> None:
    measure_all(job.payload["after"])


@handles(REMIND_JOB)
def remind_of_queue(job: Job) -> None:
    remind_verifiers()


@handles(CONFIRMATION_JOB)
def keep_confirmations_of_range(job: Job) -> None:
    keep_confirmations(job.payload["first"], job.payload["last"])


@handles(SALES_JOB)
def ask_range_for_sales(job: Job) -> None:
    ask_for_sales(job.payload["first"], job.payload["last"])
