"""The worker of an official run is a process of its own here, and dies by SIGKILL with its transaction open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from curation.enums import ApplicationStatus as A
from curation.models import Application, Curation, Decision, Programme, Score, ScoringRun
from curation.services.scoring import MARK_JOB, RANGE_JOB, start_official_run
from portal import audit
from portal.enums import JobState
from portal.models import AuditEntry, Job
from portal.models.audit import stream_of
from tests.curation.test_scoring_races import the_run_is_exact
from tests.factories import curation as make
from tests.killing import PATIENCE, killed_while_waiting_for, onlooker, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(settings: Any) -> ScoringRun:
    """Of 23 applications in five ranges, with three places."""
    settings.SCORING_RANGE_SIZE = 5
    programme = make.programme(quota=3)
    make.snapshots([{"nib": True, "workforce": 15 + n % 6, "annual_sales": 10**9} for n in range(23)], programme)
    return start_official_run(make.close(programme), by=None)


@pytest.fixture
def watching() -> Iterator[Any]:
    with onlooker() as connected:
        yield connected


def test_a_killed_process_loses_and_doubles_nothing(run: ScoringRun, watching: Any) -> None:
    """Once in the middle of a range, once when every mark was written and only the last line of the trail was missing."""
    killed_while_waiting_for(watching, "SELECT id FROM curation_scoringrun WHERE id = %s FOR UPDATE", run.pk)
    assert (Job.objects.get(state=JobState.RUNNING).kind, Score.objects.count()) == (RANGE_JOB, 0)

    killed_while_waiting_for(
        watching, "SELECT stream FROM portal_audithead WHERE stream = %s FOR UPDATE", stream_of(run.programme)
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
