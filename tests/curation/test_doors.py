"""Every door to "not selected" – page, API, admin, job –, each tried without a reason: nobody is declined in silence.

The doors are read from the URLconf, the flow and the table of job handlers, so that a new one is tried, too.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import curation
from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus
from curation.flow import APPLICATION
from curation.models import Application, Curation, Programme, Renewal
from curation.services.application import appeal
from curation.services.deadlines import queue_reminders_of_end, queue_what_is_due
from curation.services.recognition import ask_for_recognition
from curation.services.review import Finding, decide
from curation.services.scoring import queue_due_runs, start_official_run
from portal import jobs
from portal.models import AuditEntry, User
from tests.access.endpoints import Endpoint, our_endpoints
from tests.access.registry import Reach, reach_of
from tests.factories import curation as make
from tests.factories.enterprises import owner_of
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

# Where several are decided on at once.
TOGETHER = {"decide_on_several", "api_decisions"}
TOLD = [Finding(text="Tambah kapasitas.")]
# What somebody sends who would decline without saying why.
SILENT: dict[str, Any] = {
    "outcome": "declined",
    "reason": "  ",
    "reasons": [],
    "criteria": [],
    "findings": [],
    "other": False,
    "text": "",
    "status": "declined",
    "state": "declined",
    "decision": "declined",
    "move": "decline",
}


def every_state(user: User) -> list[Application]:
    """One programme with an application in each state that a person or time can still move; drafts and sent ones besides."""
    programme = make.programme(by=user, quota=1)
    band = [make.applicant(programme, workforce=10) for _n in range(3)]
    curated, waiting, low = (make.applicant(programme, workforce=n) for n in (20, 19, 1))
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    made = {each.pk: Application.objects.get(pk=each.pk) for each in (*band, curated, waiting, low)}
    asked, declined, in_review = (made[each.pk] for each in band)
    decide(asked, Outcome.CHANGES_REQUESTED, by=user, reason="Lengkapi.", findings=TOLD)
    decide(declined, Outcome.DECLINED, by=user, reason="Kurang.", findings=TOLD)
    declined.refresh_from_db()
    appeal(declined, text="Terlewat.", by=owner_of(declined.enterprise))
    running = make.programme(by=user)
    sent, draft = make.applicant(running), make.draft_application(running)
    Renewal.objects.create(curation=Curation.objects.get(), snapshot_revision=1, asked_by=curated.created_by)
    # Done here once: behind each knock, whose work is undone, everything still waiting would be done again.
    jobs.drain()
    return [Application.objects.get(pk=each.pk) for each in (asked, declined, in_review, waiting, sent, draft)]


def silent() -> list[str]:
    """Declined applications whose newest decision says nothing."""
    return [
        f"{application.number} after {AuditEntry.objects.of(application).last().action}"
        for application in Application.objects.filter(status=A.DECLINED)
        if (decision := application.decisions.first()) is None
        or decision.outcome != A.DECLINED
        or not decision.feedback.exists()
        or not all(row.text.strip() for row in decision.feedback.all())
    ]


def doors() -> list[Endpoint]:
    found = [each for each in our_endpoints() if each.view.__module__.startswith("curation.")]
    return [each for each in found if set(each.policies) - {"GET"}]


def address_of(door: Endpoint, method: str, application: Application) -> str:
    """Where this door stands for this application: by its own row, its programme's, its mark's; nowhere for other rows."""
    if not door.kwargs:
        return reverse(door.name)
    reach = reach_of(door.name, method)
    row = next((row for row in rows_of(application) if isinstance(reach, Reach) and isinstance(row, reach.model)), None)
    return reverse(door.name, kwargs=reach.kwargs(row)) if isinstance(reach, Reach) and row is not None else ""


def rows_of(application: Application) -> list[Any]:
    programme = application.programme
    marks = list(programme.curations.all())
    return [application, programme, *marks, *Renewal.objects.filter(curation__in=marks), *programme.runs.all()]


def silent_body(application: Application) -> dict[str, Any]:
    """Also as a list names its rows."""
    named = {"application": application.pk, "programme": application.programme_id}
    listed = {name: [application.pk] for name in ("applications", "selected", "chosen", "compare", "ids")}
    several = {f"reason_{application.pk}": "  "}
    row = {"application": application.pk, "outcome": "declined", "reason": "  "}
    return {**named, **listed, **SILENT, **several, "rows": [row]}


def test_the_ways_there_are_those_of_the_flow() -> None:
    """Whoever adds a way adds it to test_reasons, where each publishes its reason."""
    ways = {move.name for move in APPLICATION.moves if move.to == A.DECLINED}
    assert ways == {"mark_declined", "end_waiting", "decline", "lapse", "reject_appeal"}


def test_no_page_and_no_api_declines_in_silence() -> None:
    user = make.officer()
    second = make.officer(user.organisation)
    applications = every_state(user)
    in_review = next(each for each in applications if each.status == A.IN_REVIEW)
    clients: dict[User, Client] = {}
    tried = set()
    for door in doors():
        about_one = door.name.startswith(("application_", "api_application"))
        # Where something else is moved, one application of each programme is enough to find it; several are decided on
        # together where they are in review.
        some = (applications[0], applications[-1], *([in_review] if door.name in TOGETHER else []))
        for application in applications if about_one else some:
            decider = second if application.status == A.APPEALED else user
            owner = owner_of(application.enterprise)
            for method in set(door.policies) - {"GET"}:
                rule, address = door.policies[method], address_of(door, method, application)
                person = next((each for each in (decider, owner) if rule is not None and rule.admits(each)), None)
                if address and person is not None:
                    tried.add(door.name)
                    if person not in clients:
                        clients[person] = signed_in(person)
                    said = knock(clients[person], door, method, address, silent_body(application))
                    assert door.name not in TOGETHER or said in (207, 422), "the row was read, and refused"
    assert {"application_review", "api_application-decide", "programme_archive", "curation_revoke", "renewal"} <= tried
    assert tried >= TOGETHER


def knock(client: Client, door: Endpoint, method: str, address: str, body: dict[str, Any]) -> int:
    cache.clear()
    kind = "application/json" if door.api else "application/x-www-form-urlencoded"
    with transaction.atomic():
        answer = client.generic(method, address, json.dumps(body) if door.api else encoded(body), content_type=kind)
        assert answer.status_code < 500, (address, body)
        jobs.drain()
        assert silent() == [], (method, address, body)
        asked_at_the_commit()
        transaction.set_rollback(True)
    return answer.status_code


def encoded(body: dict[str, Any]) -> str:
    pairs = [
        (name, each)
        for name, value in body.items()
        for each in (value if isinstance(value, list) else [value])
        if not isinstance(each, dict)
    ]
    return "&".join(f"{name}={each}" for name, each in pairs)


def asked_at_the_commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("days", [8, 800])
def test_no_job_declines_in_silence_however_much_time_passes(days: int) -> None:
    """All that beat starts, on a later day: runs, terms, ends of rounds."""
    user = make.officer()
    every_state(user)
    declined = Application.objects.filter(status=A.DECLINED).count()
    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
        for _round in range(3):
            queue_due_runs()
            queue_what_is_due()
            queue_reminders_of_end()
            jobs.drain()
        assert silent() == []
        asked_at_the_commit()
    assert Application.objects.filter(status=A.DECLINED).count() > declined, "time did decline somebody"


def test_every_job_of_curation_twice_and_out_of_turn_declines_nobody_in_silence() -> None:
    user = make.officer()
    every_state(user)
    done = list(jobs_of_curation())
    for job in done:
        with transaction.atomic():
            jobs.HANDLERS[job.kind](job)
    assert done, "jobs were done and can be done again"
    assert silent() == []
    asked_at_the_commit()


def jobs_of_curation() -> Iterator[Any]:
    ours = [kind for kind, handler in jobs.HANDLERS.items() if handler.__module__.startswith("curation.")]
    assert ours
    yield from jobs.Job.objects.filter(kind__in=ours).order_by("pk")


def test_the_repair_desk_has_no_way_to_an_application() -> None:
    """Admin: neither applications, decisions, reasons nor marks are there to be changed."""
    assert [model for model in admin.site._registry if model._meta.app_label == "curation"] == []


def test_nothing_else_writes_the_state() -> None:
    """No code of the app assigns a status or updates one; the flow alone does."""
    writes = []
    for path in Path(curation.__file__).parent.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Attribute) and target.attr == "status" for target in node.targets
            ):
                writes.append(f"{path.name}:{node.lineno}")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("update", "bulk_update")
                and any(keyword.arg == "status" for keyword in node.keywords)
            ):
                writes.append(f"{path.name}:{node.lineno}")
    assert writes == []


def test_a_recognition_and_an_archived_round_decline_nobody_in_silence() -> None:
    """A draft on another buyer's mark has no decision: it stays a draft when the round ends."""
    user = make.officer()
    every_state(user)
    mark = Curation.objects.get()
    mine = make.programme()
    draft = ask_for_recognition(mark, mine, by=mine.created_by.act_as(mine.created_by.memberships.get()))
    with time_machine.travel(timezone.now() + dt.timedelta(days=900), tick=False):
        for _round in range(3):
            queue_due_runs()
            queue_what_is_due()
            jobs.drain()
        draft.refresh_from_db()
        assert Programme.objects.get(pk=mine.pk).status == ProgrammeStatus.ARCHIVED
        assert draft.status == A.DRAFT
        assert silent() == []
