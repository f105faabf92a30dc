from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from portal import audit
from portal.enums import Role
from portal.models import AuditEntry, AuditPersonal, Organisation
from portal.models.audit import stream_of
from tests.factories.people import OrganisationFactory, person
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail() -> Organisation:
    organisation = OrganisationFactory()
    officer = person(Role.OFFICER, organisation)
    for number in range(5):
        audit.record(organisation, "note", by=officer, payload={"number": number}, personal={"name": f"Sari {number}"})
    return organisation


def tamper(sql: str, *params: object) -> None:
    """As somebody who holds the owner's password and switches the walls off."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE portal_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE portal_auditentry ENABLE TRIGGER USER")


def test_a_trail_verifies_from_its_first_entry(trail: Organisation) -> None:
    entries = AuditEntry.objects.of(trail).order_by("seq")
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert audit.first_break(stream_of(trail)) is None


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE portal_auditentry SET payload = '{\"number\": 9}' WHERE stream = %s AND seq = 3", 3, "hash"),
        ("UPDATE portal_auditentry SET actor_id = NULL WHERE stream = %s AND seq = 2", 2, "hash"),
        ("DELETE FROM portal_auditentry WHERE stream = %s AND seq = 2", 3, "gap"),
        ("DELETE FROM portal_auditentry WHERE stream = %s AND seq = 5", 5, "head"),
        ("DELETE FROM portal_auditentry WHERE stream = %s", 1, "head"),
        ('UPDATE portal_auditpersonal SET values = \'{"name": "Budi"}\' WHERE entry_stream = %s', 1, "personal"),
    ],
)
def test_the_first_bad_entry_is_named(trail: Organisation, sql: str, seq: int, why: str) -> None:
    tamper(sql, stream_of(trail))
    found = audit.first_break(stream_of(trail))
    assert found is not None
    assert (found.why, found.seq) == (why, seq) or (why == "personal" and found.why == why)


def test_the_command_names_the_first_bad_entry_of_each_broken_chain(trail: Organisation) -> None:
    """And says how much it looked at. A whole trail ends it well."""
    said = StringIO()
    call_command("verify_audit", stdout=said)
    total = AuditEntry.objects.count()
    assert said.getvalue() == f"audit: entries={total} anchored=0 broken=0\n"
    tamper("UPDATE portal_auditentry SET payload = '{}' WHERE stream = %s AND seq IN (3, 4)", stream_of(trail))
    said = StringIO()
    with pytest.raises(CommandError, match="does not verify"):
        call_command("verify_audit", stdout=said)
    assert said.getvalue().splitlines() == [
        f"{stream_of(trail)} entry 3: hash",
        f"audit: entries={total} anchored=0 broken=1",
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE portal_auditentry SET action = 'x'",
        "DELETE FROM portal_auditentry",
        "TRUNCATE portal_auditentry",
        "UPDATE portal_audithead SET seq = 0",
        "UPDATE portal_auditpersonal SET values = '{}'",
        "INSERT INTO portal_auditentry (stream, seq, action, payload, personal_digest) VALUES ('x', 7, 'x', '{}', '')",
    ],
)
def test_the_app_may_only_add(trail: Organisation, sql: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_erasing_a_personal_value_keeps_the_chain(trail: Organisation) -> None:
    AuditPersonal.objects.filter(entry_stream=stream_of(trail)).delete()
    assert audit.first_break(stream_of(trail)) is None


def test_entries_for_many_objects_go_on_with_the_chain_of_each(trail: Organisation) -> None:
    other, officer = OrganisationFactory(), person(Role.OFFICER, trail)
    audit.record_all(Organisation, "tell", {trail.pk: {"number": 9}, other.pk: {}}, by=officer)
    audit.record(other, "note", by=None)
    assert [(entry.seq, entry.action, entry.actor) for entry in AuditEntry.objects.of(trail)][-1] == (
        6,
        "tell",
        officer,
    )
    assert [entry.seq for entry in AuditEntry.objects.of(other)] == [1, 2]
    assert audit.breaks() == []
    tamper("UPDATE portal_auditentry SET payload = '{}' WHERE stream = %s AND seq = 6", stream_of(trail))
    assert [(found.seq, found.why) for found in audit.breaks()] == [(6, "hash")]


def test_nobody_but_the_database_numbers_an_entry() -> None:
    for column, value in (("seq", "7"), ("digest", "'x'"), ("at", "now()")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(
                f"INSERT INTO portal_auditentry (stream, action, payload, personal_digest, {column})"
                f" VALUES ('x:1', 'note', '{{}}', '', {value})"
            )
