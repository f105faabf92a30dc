"""What machines that watch are told, and what people read in the logs."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from portal.enums import JobState
from portal.models import Job

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def waiting(seconds: int, state: JobState = JobState.READY) -> None:
    Job.objects.create(
        kind="portal.kind", key="1", state=state, run_after=timezone.now() - dt.timedelta(seconds=seconds)
    )


def test_all_is_well() -> None:
    status, said = ready()
    assert (status, said["status"]) == (200, "ok")


def test_without_a_broker_it_is_not_ready(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, said = ready()
    assert (status, said["database"], said["broker"], said["jobs"]) == (503, True, False, True)
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("seconds", "state", "status"),
    [(290, JobState.READY, 200), (301, JobState.READY, 503), (-600, JobState.READY, 200), (301, JobState.PARKED, 200)],
)
def test_nor_when_due_work_has_waited_for_more_than_five_minutes(seconds: int, state: JobState, status: int) -> None:
    waiting(seconds, state)
    answered, said = ready()
    assert (answered, said["database"], said["broker"], said["jobs"]) == (status, True, True, status == 200)
    if status == 503:
        assert said["oldest_due_job_s"] >= seconds


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the process writes its log."""
    (handler,) = [
        each
        for each in logging.getLogger().handlers
        if isinstance(each, logging.StreamHandler) and isinstance(each.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    text = io.StringIO()
    before = handler.setStream(text)
    yield text
    handler.setStream(before)  # type: ignore[arg-type]


def lines(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_a_request_is_one_json_line_with_its_id(written: io.StringIO) -> None:
    answer = Client().get("/accessibility/")
    (line,) = [line for line in lines(written) if line["event"] == "request"]
    assert line["request_id"] == answer["X-Request-Id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/accessibility/", 200)
    assert {"level", "logger", "timestamp", "ms"} <= set(line)


def test_an_id_that_the_door_gave_is_passed_on_and_a_strange_one_is_not(written: io.StringIO) -> None:
    given = "gateway-1234567890"
    assert Client().get("/healthz", headers={"X-Request-Id": given})["X-Request-Id"] == given
    strange = Client().get("/healthz", headers={"X-Request-Id": 'a"} {"event":"x'})["X-Request-Id"]
    assert [line["request_id"] for line in lines(written)] == [given, strange]
    assert strange.isalnum()


def test_what_a_library_logs_inside_a_request_has_its_id_too(written: io.StringIO) -> None:
    answer = Client().get("/not-there/")
    said = [line for line in lines(written) if line["logger"] == "django.request"]
    assert [line["request_id"] for line in said] == [answer["X-Request-Id"]]


def test_the_rounds_of_beat_are_logged_only_where_they_fail() -> None:
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logger = logging.getLogger(name)
        assert not logger.isEnabledFor(logging.INFO)
        assert logger.isEnabledFor(logging.ERROR)
