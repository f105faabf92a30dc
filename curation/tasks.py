from __future__ import annotations

from celery import shared_task

from curation import alert_jobs, deadline_jobs, fitting_jobs, pool_jobs, scoring_jobs, search_jobs
from curation.enums import SearchOf
from curation.services.alerts import queue_alerts, queue_digests
from curation.services.confirmation import queue_need_confirmations
from curation.services.deadlines import queue_reminders_of_end, queue_what_is_due
from curation.services.pool import move_on, note_passing_of_time, queue_drops
from curation.services.rescoring import queue_rescoring
from curation.services.scoring import queue_due_runs
from curation.services.searching import note_passing_of_time as note_stale_search_rows
from curation.services.searching import queue_rebuild, queue_refresh
from portal.acting import acting
from portal.services.calendar import first_of_day

__all__ = [
    "alert_jobs",
    "deadline_jobs",
    "due_runs",
    "fitting_jobs",
    "pool_jobs",
    "refresh_search",
    "scoring_jobs",
    "search_jobs",
]


@shared_task(name="curation.due_runs")
def due_runs() -> None:
    """Beat's round every minute: close what is over, start what is due, end what ran out. Safe to run twice."""
    with acting(None, None):
        if first_of_day("curation.day"):
            queue_rescoring()
            note_passing_of_time()
            queue_drops()
            queue_reminders_of_end()
            note_stale_search_rows()
            queue_rebuild()
            queue_need_confirmations()
            queue_digests()
            # Whatever a round missed while it ran.
            for of in SearchOf:
                queue_alerts(of)
        queue_due_runs()
        queue_what_is_due()
        move_on()


@shared_task(name="curation.refresh_search")
def refresh_search() -> None:
    """Beat's round every few seconds: whatever changed can be found within a minute. Safe to run twice."""
    with acting(None, None):
        queue_refresh()
