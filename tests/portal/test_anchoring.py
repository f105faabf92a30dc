"""The audit trail outside the database: what its owner changes, however cleverly, is found and named."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from portal import audit
from portal.anchor_jobs import unanchored
from portal.models import AuditEntry, Organisation
from portal.models.audit import stream_of
from portal.services import anchoring
from portal.services.anchoring import all_breaks, anchor
from portal.tasks import anchor_audit
from tests.factories.people import OrganisationFactory
from tests.roles import as_owner
from tests.tamper import trail as tamper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHORS = tmp_path / "anchors"
    return settings.AUDIT_ANCHORS


def recorded(entries: int = 5) -> Organisation:
    organisation = OrganisationFactory()
    for number in range(entries):
        audit.record(organisation, "note", by=None, payload={"number": number}, personal={"name": f"Sari {number}"})
    return organisation


def lines(folder: Path) -> list[bytes]:
    return [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines(keepends=True)]


def test_each_entry_is_anchored_once_and_the_task_may_run_twice() -> None:
    recorded()
    total = AuditEntry.objects.count()
    anchor_audit()
    assert anchor() == 0
    recorded(2)
    assert anchor() == 2
    assert all_breaks() == (total + 2, [])


@pytest.mark.parametrize("kind", tamper.KINDS)
@pytest.mark.parametrize("seq", [1, 3, 4])
def test_whatever_the_owner_changes_the_first_bad_entry_is_named(kind: str, seq: int) -> None:
    changed, other = recorded(), recorded()
    anchor()
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tamper._guards("DISABLE")
        tamper._change(kind, stream_of(changed), seq, 5)
        tamper._guards("ENABLE")
    found = all_breaks()[1]
    assert [(each.stream, each.seq) for each in found] == [(stream_of(changed), seq)]
    assert stream_of(other) not in str(found)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=said)
    assert f"{stream_of(changed)} entry {seq}: " in said.getvalue()


@pytest.mark.parametrize("kind", ["tail cut", "edited and computed anew", "inserted"])
def test_the_chain_alone_would_not_have_found_it(kind: str) -> None:
    """Why there are anchors."""
    changed = recorded()
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tamper._guards("DISABLE")
        tamper._change(kind, stream_of(changed), 3, 5)
        tamper._guards("ENABLE")
    assert audit.first_break(stream_of(changed)) is None


def test_an_entry_that_comes_to_light_after_later_ones_is_anchored_too() -> None:
    organisation = recorded(3)
    late = AuditEntry.objects.of(organisation).order_by("seq").values_list("pk", flat=True)[1]
    anchored = anchoring._recorded_after
    try:
        # Its transaction has not ended yet.
        anchoring._recorded_after = lambda number: [row for row in anchored(number) if row[0] != late]
        assert anchor() == AuditEntry.objects.count() - 1
    finally:
        anchoring._recorded_after = anchored
    assert anchor() == 1
    assert all_breaks() == (AuditEntry.objects.count(), [])


def test_days_follow_one_another(folder: Path) -> None:
    now = timezone.now()
    total = 0
    for day in range(3):
        with time_machine.travel(now + dt.timedelta(days=day), tick=False):
            recorded(2)
            total += anchor()
    assert len(list(folder.glob("*.jsonl"))) == 3
    assert all_breaks() == (total, [])
    assert total == AuditEntry.objects.count()


@pytest.mark.parametrize("change", ["edit", "leave out", "swap", "garbage"])
def test_an_anchor_that_was_changed_is_named_itself(change: str, folder: Path) -> None:
    for _time in range(4):
        recorded(2)
        anchor()
    kept = lines(folder)
    match change:
        case "edit":
            # Still a line to be read, of other entries.
            values = json.loads(kept[1])
            values["entries"] = values["entries"][:-1]
            kept[1] = json.dumps(values).encode() + b"\n"
        case "leave out":
            del kept[1]
        case "swap":
            kept[1], kept[2] = kept[2], kept[1]
        case "garbage":
            kept[1] = b"{}\n"
    [path] = folder.glob("*.jsonl")
    path.write_bytes(b"".join(kept))
    [found] = [each for each in all_breaks()[1] if each.stream == anchoring.ANCHORS]
    assert found.seq in (2, 3)


def test_a_line_cut_off_by_a_crash_is_written_again(folder: Path) -> None:
    recorded()
    anchor()
    [path] = folder.glob("*.jsonl")
    recorded(2)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at": "2026-')
    assert all_breaks()[1] == []
    assert anchor() == 2
    assert all_breaks() == (AuditEntry.objects.count(), [])


def test_the_operator_sees_what_waits_too_long() -> None:
    recorded()
    [reading] = unanchored()
    assert not reading.late
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        [reading] = unanchored()
        assert reading.late
        anchor()
        [reading] = unanchored()
        assert (reading.value, reading.late) == ("Terbaru", False) or not reading.late


def test_without_anchors_the_command_says_that_none_are_there() -> None:
    recorded()
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue() == f"audit: entries={AuditEntry.objects.count()} anchored=0 broken=0\n"
