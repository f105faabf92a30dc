"""The worker of an official run is a process of its own here, and dies by SIGKILL with its transaction open."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.models import Application, Curation, Decision, Programme, Score, ScoringRun
from curation.services.scoring import MARK_JOB, RANGE_JOB, start_official_run
from portal import audit, jobs
from portal.enums import JobState
from portal.models import AuditEntry, Job
from portal.models.audit import stream_of
from tests.curation.test_scoring_races import the_run_is_exact
from tests.factories import curation as make
from tests.processes import python

pytestmark = pytest.mark.django_db(transaction=True)

WORK = "from portal import jobs; jobs.release_dead(); jobs.drain()"
PATIENCE = 60


@pytest.fixture
def run(settings: Any) -> ScoringRun:
    """Of 23 applications in five ranges, with three places."""
    settings.SCORING_RANGE_SIZE = 5
    programme = make.programme(quota=3)
    make.snapshots([{"nib": True, "workforce": 15 + n % 6, "annual_sales": 10**9} for n in range(23)], programme)
    return start_official_run(make.close(programme), by=None)


def worker() -> subprocess.Popen[str]:
    return python(WORK, name="killed")


@pytest.fixture
def onlooker() -> Iterator[Any]:
    """A connection of the owner, who sees what others wait for, and may lock what the app role only reads."""
    parameters = connection.get_connection_params()
    other = psycopg2.connect(**{key: value for key, value in parameters.items() if key != "cursor_factory"})
    yield other
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


def killed_while_waiting_for(onlooker: Any, sql: str, *params: object) -> None:
    """Rows that the worker needs at the end of its transaction are locked by somebody else, and then it dies."""
    with onlooker.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.fetchall()
    process = worker()
    until(lambda: backends(onlooker, waiting=True), process)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE) == -signal.SIGKILL
    onlooker.rollback()
    # The server notices when it wants to answer, and rolls back.
    until(lambda: not backends(onlooker, waiting=False), process)
    onlooker.rollback()
    Job.objects.filter(state=JobState.RUNNING).update(claimed_at=timezone.now() - 2 * jobs.CLAIM_GRACE)


def test_a_killed_process_loses_and_doubles_nothing(run: ScoringRun, onlooker: Any) -> None:
    """Once in the middle of a range, once when every mark was written and only the last line of the trail was missing."""
    killed_while_waiting_for(onlooker, "SELECT id FROM curation_scoringrun WHERE id = %s FOR UPDATE", run.pk)
    assert (Job.objects.get(state=JobState.RUNNING).kind, Score.objects.count()) == (RANGE_JOB, 0)

    killed_while_waiting_for(
        onlooker, "SELECT stream FROM portal_audithead WHERE stream = %s FOR UPDATE", stream_of(run.programme)
    )
    assert Job.objects.get(state=JobState.RUNNING).kind == MARK_JOB
    assert Score.objects.count() == 23
    assert set(Application.objects.values_list("status", flat=True)) == {A.SUBMITTED}
    assert not Decision.objects.exists()
    assert not Curation.objects.exists()

    assert worker().wait(PATIENCE) == 0
    the_run_is_exact(run, Programme.objects.get())
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert AuditEntry.objects.filter(action="finish_scoring").count() == 1
    assert audit.breaks() == []
