from celery import shared_task

from portal import (
    anchor_jobs,
    assistance_jobs,
    calendar_jobs,
    duplicate_jobs,
    import_jobs,
    jobs,
    rights_jobs,
    webhook_jobs,
)
from portal.acting import acting
from portal.services import calendar
from portal.services.anchoring import anchor

__all__ = [
    "anchor_audit",
    "anchor_jobs",
    "assistance_jobs",
    "calendar_jobs",
    "drain_jobs",
    "duplicate_jobs",
    "hint_due_jobs",
    "import_jobs",
    "keep_up",
    "rights_jobs",
    "webhook_jobs",
]


@shared_task(name="portal.keep_up")
def keep_up() -> None:
    """Beat's round: the first one of a day queues what the calendar asks. Safe to run twice."""
    with acting(None, None):
        calendar.begin_day()


@shared_task(name="portal.anchor_audit")
def anchor_audit() -> None:
    """Beat's round: what was recorded since the last one goes into the anchors. Safe to run twice."""
    with acting(None, None):
        anchor()


@shared_task(name="portal.drain_jobs")
def drain_jobs() -> None:
    jobs.drain()


@shared_task(name="portal.hint_due_jobs")
def hint_due_jobs() -> None:
    """Beat's round: release what dead workers held, then do what is due. Safe to run twice."""
    jobs.release_dead()
    jobs.drain()
