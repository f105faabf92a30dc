"""The jobs that time brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from partnerships.models import Delivery, FinancingRequest, Incident, Invoice, KnowledgeStep
from partnerships.services.financing_days import DAY_JOB, keep_day
from partnerships.services.incident_terms import TERM_JOB, keep_term
from partnerships.services.invoicing import LATE_JOB, tell_of_late
from partnerships.services.knowledge import OVERDUE_JOB, tell_of_overdue
from partnerships.services.publishing import PUBLISH_JOB, publish_changes
from partnerships.services.receiving import DEEM_JOB, deem_accepted
from portal.jobs import handles
from portal.models import Job


@handles(DEEM_JOB)
def deem_one(job: Job) -> None:
    deem_accepted(Delivery.objects.get(pk=job.payload["delivery"]))


@handles(LATE_JOB)
def tell_of_late_invoice(job: Job) -> None:
    tell_of_late(Invoice.objects.get(pk=job.payload["invoice"]))


@handles(TERM_JOB)
def keep_term_of_incident(job: Job) -> None:
    keep_term(Incident.objects.get(pk=job.payload["incident"]))


@handles(PUBLISH_JOB)
def publish(job: Job) -> None:
    publish_changes()


@handles(DAY_JOB)
def financing_day(job: Job) -> None:
    keep_day(FinancingRequest.objects.get(pk=job.payload["request"]))


@handles(OVERDUE_JOB)
def knowledge_overdue(job: Job) -> None:
    tell_of_overdue(KnowledgeStep.objects.get(pk=job.payload["step"]))
