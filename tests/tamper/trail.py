"""The audit trail, changed by somebody who owns the database, knows how it is computed, and leaves no end hanging."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from portal.models import AuditHead
from portal.services.anchoring import all_breaks, anchor

KINDS = ("edited", "deleted", "inserted", "tail cut", "edited and computed anew")
AT_ONCE = 200
SHORTEST = 3

LINK = """
UPDATE portal_auditentry e SET previous = coalesce(b.digest, decode(repeat('00', 32), 'hex')), digest = audit_digest(
  coalesce(b.digest, decode(repeat('00', 32), 'hex')), e.stream, e.seq, e.at, e.actor_id, e.organisation_id, e.action, e.payload, e.personal_digest)
FROM (SELECT 1) AS one LEFT JOIN portal_auditentry b ON b.stream = %(stream)s AND b.seq = %(seq)s - 1
WHERE e.stream = %(stream)s AND e.seq = %(seq)s"""
END = """
UPDATE portal_audithead h SET seq = last.seq, digest = last.digest
FROM (SELECT seq, digest FROM portal_auditentry WHERE stream = %(stream)s ORDER BY seq DESC LIMIT 1) AS last WHERE h.stream = %(stream)s"""
COPY = """
INSERT INTO portal_auditentry (stream, seq, at, actor_id, organisation_id, action, payload, personal_digest, previous, digest)
SELECT stream, seq - 1, at, actor_id, organisation_id, 'inserted', '{}', '', previous, decode(repeat('00', 32), 'hex') FROM portal_auditentry
WHERE stream = %(stream)s AND seq = %(seq)s + 1"""


def tampered(number: int) -> dict[str, Any]:
    """Every change is taken back: each round begins with the trail as it was recorded."""
    anchored, roll = anchor(), random.Random("tamper")
    began = time.perf_counter()
    anchor()
    window = settings.CELERY_BEAT_SCHEDULE["anchors"]["schedule"] + time.perf_counter() - began
    assert all_breaks()[1] == []
    long_enough = list(AuditHead.objects.filter(seq__gte=SHORTEST).order_by("stream").values_list("stream", "seq"))
    assert len(long_enough) >= AT_ONCE, "the sample data have too few chains"
    found, named, by_kind = 0, 0, Counter()
    for begin in range(0, number, AT_ONCE):
        with transaction.atomic():
            changes = roll.sample(long_enough, min(AT_ONCE, number - begin))
            _guards("DISABLE")
            wanted = {}
            for place, (stream, length) in enumerate(changes):
                kind = KINDS[place % len(KINDS)]
                seq = roll.randint(1, length if kind not in ("deleted", "inserted") else length - 1)
                _change(kind, stream, seq, length)
                wanted[stream] = seq, kind
            first = {each.stream: each.seq for each in all_breaks()[1]}
            for stream, (seq, kind) in wanted.items():
                found += stream in first
                named += first.get(stream) == seq
                by_kind[
                    f"{kind}: {'named' if first.get(stream) == seq else 'found' if stream in first else 'missed'}"
                ] += 1
            assert set(first) == set(wanted), "a chain that nobody changed is called broken"
            transaction.set_rollback(True)
    return {"anchored": anchored, "tried": number, "found": found, "named": named, "window": window, "kinds": by_kind}


def _change(kind: str, stream: str, seq: int, length: int) -> None:
    at = {"stream": stream, "seq": seq}
    if kind.startswith("edited"):
        _run(
            "UPDATE portal_auditentry SET payload = payload || '{\"changed\": true}' WHERE stream = %(stream)s AND seq = %(seq)s",
            at,
        )
        if kind == "edited":
            return
    elif kind == "deleted":
        _without_values("seq = %(seq)s", at)
        _run("DELETE FROM portal_auditentry WHERE stream = %(stream)s AND seq = %(seq)s", at)
        return
    elif kind == "inserted":
        # From the end on, since no two may have one number for a moment.
        for later in range(length, seq - 1, -1):
            _run(
                "UPDATE portal_auditentry SET seq = seq + 1 WHERE stream = %(stream)s AND seq = %(seq)s",
                {**at, "seq": later},
            )
        _run(COPY, at)
        length += 1
    else:
        _without_values("seq >= %(seq)s", at)
        _run("DELETE FROM portal_auditentry WHERE stream = %(stream)s AND seq >= %(seq)s", at)
        length = seq - 1
    for later in range(seq, length + 1):
        _run(LINK, {**at, "seq": later})
    _run(END if length else "DELETE FROM portal_audithead WHERE stream = %(stream)s", at)


def _without_values(which: str, at: dict[str, Any]) -> None:
    """What stood beside an entry would be left over."""
    _run(
        "DELETE FROM portal_auditpersonal WHERE entry_stream = %(stream)s AND digest IN ("
        f"SELECT personal_digest FROM portal_auditentry WHERE stream = %(stream)s AND {which})",
        at,
    )


def _guards(word: str) -> None:
    for table in ("portal_auditentry", "portal_auditpersonal", "portal_audithead"):
        _run(f"ALTER TABLE {table} {word} TRIGGER USER", {})


def _run(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
