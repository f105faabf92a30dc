"""Many workers, killed workers, two clicks: nothing lost, nothing twice, no quota exceeded."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, RunState
from curation.models import Application, Curation, Programme, Score, ScoringRange, ScoringRun
from curation.services.certificate import revoke_curation
from curation.services.marking import mark
from curation.services.review import decide
from curation.services.scoring import RANGE_JOB, score_range, start_official_run
from portal import jobs
from portal.enums import JobState
from portal.flow import MoveNotAllowed
from portal.models import Job
from tests.factories import curation as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_ranges(settings: Any) -> None:
    settings.SCORING_RANGE_SIZE = 5


@pytest.fixture
def programme() -> Programme:
    made = make.programme(quota=3)
    make.snapshots([{"nib": True, "workforce": 15 + n % 6, "annual_sales": 10**9} for n in range(23)], made)
    return make.close(made)


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """The same thing from so many threads, each with its own connection, begun at once. Exceptions are results."""
    ready = threading.Barrier(count)

    def one(number: int) -> Any:
        ready.wait()
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def the_run_is_exact(run: ScoringRun, programme: Programme) -> None:
    run.refresh_from_db()
    programme.refresh_from_db()
    assert (run.state, run.ranges_done, run.ranges_total) == (RunState.DONE, 5, 5)
    assert Score.objects.filter(run=run).count() == Score.objects.values("application").distinct().count() == 23
    assert (run.curated, programme.curated_count, Curation.objects.count()) == (3, 3, 3)
    assert run.curated + run.waitlisted + run.in_review + run.declined == 23
    assert not Application.objects.filter(status=A.SUBMITTED).exists()


def test_workers_side_by_side_score_each_application_once(programme: Programme) -> None:
    run = start_official_run(programme, by=None)

    def work(number: int) -> None:
        while jobs.run_next():
            pass

    assert together(3, work) == [None] * 3
    jobs.drain()
    the_run_is_exact(run, programme)
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_a_worker_killed_in_the_middle_of_a_range_loses_and_doubles_nothing(programme: Programme) -> None:
    run = start_official_run(programme, by=None)
    jobs.run_next()
    claimed = jobs._claim()
    assert claimed.kind == RANGE_JOB

    class Killed(Exception):
        pass

    with pytest.raises(Killed), transaction.atomic():
        assert score_range(ScoringRange.objects.get(pk=claimed.payload["range"])) == 5
        raise Killed  # what a SIGKILL leaves: a claim, and a transaction that never committed
    run.refresh_from_db()
    assert (run.ranges_done, Score.objects.count()) == (1, 5)
    jobs.drain()
    run.refresh_from_db()
    assert (run.ranges_done, run.state) == (4, RunState.SCORING), "not marked while a range is missing"
    Job.objects.filter(state=JobState.RUNNING).update(claimed_at=timezone.now() - dt.timedelta(minutes=1))
    assert jobs.release_dead() == 1
    jobs.drain()
    the_run_is_exact(run, programme)


def test_two_clicks_start_one_run(programme: Programme) -> None:
    results = together(2, lambda number: start_official_run(Programme.objects.get(pk=programme.pk), by=None))
    assert sum(isinstance(result, ScoringRun) for result in results) == 1
    (refused,) = (result for result in results if not isinstance(result, ScoringRun))
    assert isinstance(refused, MoveNotAllowed)
    assert ScoringRun.objects.count() == 1


def test_two_workers_that_mark_at_once_mark_once(programme: Programme) -> None:
    run = start_official_run(programme, by=None)
    for scoring_range in ScoringRange.objects.all():
        score_range(scoring_range)
    results = together(2, lambda number: mark(ScoringRun.objects.get(pk=run.pk)))
    assert all(isinstance(result, ScoringRun) for result in results), results
    the_run_is_exact(run, programme)


def test_a_quota_is_never_exceeded_by_many_at_once(programme: Programme) -> None:
    """Eight officers curate eight enterprises in the same moment, for three places."""
    officers = [make.officer(programme.buyer) for _number in range(8)]
    chosen = list(programme.applications.order_by("pk")[:8])
    programme.applications.update(status=A.IN_REVIEW)
    decided = together(
        8, lambda number: decide(chosen[number], Outcome.CURATED, by=officers[number], reason="Dilihat di tempat.")
    )
    assert sorted(decision.outcome for decision in decided) == [A.CURATED] * 3 + [A.WAITLISTED] * 5
    programme.refresh_from_db()
    assert (programme.curated_count, Curation.objects.count()) == (3, 3)


def test_places_that_free_at_once_go_to_different_ones(programme: Programme) -> None:
    run = start_official_run(programme, by=None)
    jobs.drain()
    waiting = list(Application.objects.filter(status=A.WAITLISTED).order_by("waiting_place")[:3])
    marks = list(Curation.objects.all())
    officers = [make.officer(programme.buyer) for _mark in marks]
    assert together(3, lambda n: revoke_curation(marks[n], reason="Izin dicabut.", by=officers[n])) == [None] * 3
    assert not Application.objects.filter(pk__in=[each.pk for each in waiting]).exclude(status=A.CURATED).exists()
    run.refresh_from_db()
    programme.refresh_from_db()
    assert (programme.curated_count, Curation.objects.count()) == (3, 6)
