from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal import jobs
from portal.enums import JobState
from portal.models import Job, Organisation
from tests.factories.people import OrganisationFactory
from tests.processes import python

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kinds():
    before = dict(jobs.HANDLERS)

    @jobs.handles("test.rename")
    def rename(job: Job) -> None:
        Organisation.objects.filter(pk=job.payload["pk"]).update(name="Done")

    @jobs.handles("test.fail")
    def fail(job: Job) -> None:
        Organisation.objects.filter(pk=job.payload["pk"]).update(name="Half done")
        raise ValueError("no")

    yield
    jobs.HANDLERS.clear()
    jobs.HANDLERS.update(before)


def test_a_job_is_written_with_its_cause_or_not_at_all() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue("test.rename", "1")
        raise RuntimeError
    assert not Job.objects.exists()


def test_the_same_key_is_one_job_while_it_is_open() -> None:
    organisation = OrganisationFactory()
    for _ in range(3):
        jobs.enqueue("test.rename", "1", payload={"pk": organisation.pk})
    assert Job.objects.count() == 1
    jobs.drain()
    jobs.enqueue("test.rename", "1", payload={"pk": organisation.pk})
    assert Job.objects.count() == 2


def test_a_failure_undoes_its_writes_waits_and_is_parked_in_the_end() -> None:
    organisation = OrganisationFactory(name="Before")
    jobs.enqueue("test.fail", "1", payload={"pk": organisation.pk})
    for attempt in range(jobs.MAX_ATTEMPTS):
        assert jobs.run_next(), attempt
        organisation.refresh_from_db()
        assert organisation.name == "Before"
        Job.objects.update(run_after=timezone.now())
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.PARKED, jobs.MAX_ATTEMPTS)
    assert "no" in job.error
    assert not jobs.run_next()


def test_a_claim_whose_lock_is_gone_is_given_back() -> None:
    """What a worker leaves that was killed in mid-work."""
    organisation = OrganisationFactory()
    jobs.enqueue("test.rename", "1", payload={"pk": organisation.pk})
    jobs._claim()
    assert jobs.release_dead() == 0, "a young claim may be between its commit and its lock"
    Job.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=1))
    assert jobs.release_dead() == 1
    job = Job.objects.get()
    assert (job.state, job.deaths, job.lone_deaths, job.alone) == (JobState.READY, 1, 0, True)
    jobs.drain()
    assert Organisation.objects.get(pk=organisation.pk).name == "Done"


def test_a_claim_whose_connection_is_gone_is_given_back_at_once() -> None:
    jobs.enqueue("test.rename", "1", payload={"pk": 0})
    process = python("from portal import jobs; jobs._claim()")
    assert process.wait(60) == 0
    # The server ends a connection's process a moment after the client has gone.
    deadline = timezone.now() + dt.timedelta(seconds=60)
    while Job.objects.get().backend in jobs._backends():
        assert timezone.now() < deadline
    assert jobs.release_dead() == 1
    assert (Job.objects.get().state, Job.objects.get().deaths) == (JobState.READY, 1)


def test_a_job_is_written_while_the_broker_is_away() -> None:
    """Who has saved something is not told that it failed because nobody could be woken."""
    code = (
        "from portal import jobs; jobs.enqueue('test.rename', '1'); jobs.enqueue_all('test.rename', {'2': {}, '3': {}})"
    )
    assert python(code, environment={"REDIS_URL": "redis://127.0.0.1:1/0"}).wait(60) == 0
    assert Job.objects.count() == 3


def test_a_running_job_is_not_taken_for_dead() -> None:
    jobs.enqueue("test.rename", "1", payload={"pk": 0})
    job = jobs._claim()
    Job.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=1))
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        other.cursor().execute("SELECT 1 FROM portal_job WHERE id = %s FOR UPDATE", [job.pk])
        assert jobs.release_dead() == 0
    finally:
        other.rollback()  # gives the lock back at once; closing alone does so a moment later
        other.close()
    assert jobs.release_dead() == 1


def test_one_that_dies_alone_three_times_is_parked_and_a_bystander_never() -> None:
    jobs.enqueue("test.rename", "poison", payload={"pk": 0})
    jobs.enqueue("test.rename", "healthy", payload={"pk": 0})
    jobs._claim()
    jobs._claim()
    for _ in range(1 + jobs.MAX_LONE_DEATHS):
        Job.objects.filter(state=JobState.RUNNING).update(claimed_at=timezone.now() - dt.timedelta(minutes=1))
        jobs.release_dead()
        Job.objects.filter(key="healthy").update(alone=False, state=JobState.DONE)
        claimed = jobs._claim()
    assert claimed is None
    assert Job.objects.get(key="poison").state == JobState.PARKED
    assert Job.objects.get(key="healthy").lone_deaths == 0


def test_what_died_once_runs_alone() -> None:
    for key in ("first", "second", "third"):
        jobs.enqueue("test.rename", key, payload={"pk": 0})
    Job.objects.filter(key="first").update(alone=True)
    first = jobs._claim()
    assert first.key == "first"
    assert jobs._claim() is None, "nothing starts beside it"
