"""Workers that are processes of their own and die by SIGKILL with their transaction open."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connection
from django.utils import timezone

from portal import jobs
from portal.enums import JobState
from portal.models import Job
from tests.processes import python

WORK = "from portal import jobs; jobs.release_dead(); jobs.drain()"
PATIENCE = 60


def worker(before: str = "") -> subprocess.Popen[str]:
    """`before`: code that runs first."""
    return python(before + WORK, name="killed")


@contextmanager
def onlooker() -> Iterator[Any]:
    """A connection of the owner, who sees what others wait for, and may lock what the app role only reads."""
    parameters = connection.get_connection_params()
    other = psycopg2.connect(**{key: value for key, value in parameters.items() if key != "cursor_factory"})
    try:
        yield other
    finally:
        other.close()


def backends(onlooker: Any, *, waiting: bool) -> list[int]:
    condition = "wait_event_type = 'Lock'" if waiting else "true"
    with onlooker.cursor() as cursor:
        # What the server says of its activity stands still within a transaction unless it is asked anew.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(f"SELECT pid FROM pg_stat_activity WHERE application_name = 'killed' AND {condition}")
        return [pid for (pid,) in cursor.fetchall()]


def until(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = timezone.now() + dt.timedelta(seconds=PATIENCE)
    while not what():
        assert timezone.now() < deadline, "it never came to that"
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue


def killed_while_waiting_for(onlooker: Any, sql: str, *params: object, before: str = "") -> None:
    """Rows that the worker needs at the end of its transaction are locked by somebody else, and then it dies."""
    with onlooker.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.fetchall()
    process = worker(before)
    until(lambda: backends(onlooker, waiting=True), process)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE) == -signal.SIGKILL
    onlooker.rollback()
    # The server notices when it wants to answer, and rolls back.
    until(lambda: not backends(onlooker, waiting=False), process)
    onlooker.rollback()
    Job.objects.filter(state=JobState.RUNNING).update(claimed_at=timezone.now() - 2 * jobs.CLAIM_GRACE)
