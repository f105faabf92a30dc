from celery import shared_task

from partnerships import deadline_jobs
from partnerships.services import (
    acceptance_code,
    agreement,
    ending,
    financing_days,
    incident_terms,
    invoicing,
    knowledge,
    publishing,
    receiving,
)

__all__ = ["acceptance_code", "deadline_jobs"]  # imported for their job handlers


@shared_task(name="partnerships.keep_up")
def keep_up() -> None:
    """What the calendar asks: sign-offs of dissolved authorities pass on, contracts past their term complete, deliveries that
    nobody answered count as accepted, of invoices past their day both sides are told, unanswered problem reports go to
    their authority, requests for finance are reminded of and lapse, of knowledge transfer
    past its days both sides are told. Safe to run twice."""
    agreement.pass_on_sign_offs()
    ending.complete_ended()
    receiving.queue_due()
    invoicing.queue_late()
    incident_terms.pass_on_incidents()
    incident_terms.queue_incidents()
    financing_days.queue_financing_days()
    knowledge.queue_overdue()


@shared_task(name="partnerships.publish")
def publish() -> None:
    """Every few seconds: what changed of partnerships in force, completed or terminated is published."""
    publishing.queue_publishing()
