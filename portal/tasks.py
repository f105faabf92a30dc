from celery import shared_task

from portal import import_jobs, jobs

__all__ = ["drain_jobs", "hint_due_jobs", "import_jobs"]


@shared_task(name="portal.drain_jobs")
def drain_jobs() -> None:
    jobs.drain()


@shared_task(name="portal.hint_due_jobs")
def hint_due_jobs() -> None:
    """Beat's round: release what dead workers held, then do what is due. Safe to run twice."""
    jobs.release_dead()
    jobs.drain()
