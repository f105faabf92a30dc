"""The audit trail, written down a second time where whoever owns the database does not reach.

A chain shows what was changed in its middle. Its owner could cut its end, or compute it anew from some entry on: the
digests in the anchors then say so, and name the first entry that is another. Anchors are lines in files, a file a day. Each names
the hash of the line before it, so that none can be changed or left out either; the newest hash goes to the log as well.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal import audit
from portal.audit import Break

log = structlog.get_logger(__name__)

MOST_IN_A_LINE = 20_000
# Numbers are given before a transaction commits: an entry may come to light after later ones were anchored.
OVERLAP = dt.timedelta(hours=1)
BEGIN = "0" * 64
HEAD = re.compile(rb'\{"at": "([^"]+)", "number": (\d+), "previous": "([0-9a-f]{64})", "upto": (\d+), ')
ANCHORS = "anchors"

NEW = """
SELECT id, stream, seq, encode(digest, 'hex') FROM portal_auditentry WHERE id > %s ORDER BY id LIMIT %s"""
CHANGED = """
SELECT a.stream, min(a.seq) FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS a (stream, seq, digest)
LEFT JOIN portal_auditentry e ON e.stream = a.stream AND e.seq = a.seq
WHERE e.digest IS DISTINCT FROM decode(a.digest, 'hex') GROUP BY a.stream"""


@dataclass(frozen=True)
class Line:
    """`upto`: the highest number among its entries and those before it. `raw`: as it stands in the file."""

    at: dt.datetime
    number: int
    previous: str
    upto: int
    raw: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def entries(self) -> list[tuple[str, int, str]]:
        return [(stream, seq, digest) for stream, seq, digest in json.loads(self.raw)["entries"]]


def anchor() -> int:
    """Write down what was recorded since the last time; how many entries. One at a time, and twice does no harm."""
    with _alone():
        before, later = _since(timezone.now() - OVERLAP)
        last = later[-1] if later else before
        known = {digest for line in later for _stream, _seq, digest in line.entries}
        found, begin = 0, before.upto if before else 0
        while page := _recorded_after(begin):
            begin = page[-1][0]
            new = [(stream, seq, digest) for _id, stream, seq, digest in page if digest not in known]
            if new:
                last = _append(last, max(begin, last.upto if last else 0), new)
                found += len(new)
        if found and last is not None:
            log.info("audit anchored", entries=found, line=last.number, sha256=last.sha256)
        return found


def oldest_unanchored() -> dt.datetime | None:
    """Since when something waits to be anchored."""
    before, later = _since(timezone.now() - OVERLAP)
    last = later[-1] if later else before
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(at) FROM portal_auditentry WHERE id > %s", [last.upto if last else 0])
        return cursor.fetchone()[0]


def anchored_breaks() -> tuple[int, list[Break]]:
    """How many entries are anchored, and of each stream the first that is missing or another now; or the first bad anchor."""
    first: dict[str, int] = {}
    count, previous, number = 0, BEGIN, 0
    for line in _lines():
        if line is None or line.previous != previous or line.number != number + 1:
            return count, [Break(ANCHORS, number + 1, "anchor")]
        previous, number = line.sha256, line.number
        try:
            entries = line.entries
        except (ValueError, KeyError, TypeError):
            return count, [Break(ANCHORS, number, "anchor")]
        count += len(entries)
        with connection.cursor() as cursor:
            cursor.execute(CHANGED, [list(column) for column in zip(*entries, strict=True)])
            for stream, seq in cursor.fetchall():
                first[stream] = min(seq, first.get(stream, seq))
    return count, [Break(stream, seq, "anchor") for stream, seq in sorted(first.items())]


def all_breaks() -> tuple[int, list[Break]]:
    """Of each stream the first bad entry, by its chain or its anchors, whichever comes first."""
    count, anchored = anchored_breaks()
    first: dict[str, Break] = {}
    for found in [*audit.breaks(), *anchored]:
        known = first.get(found.stream)
        # 0: a personal value whose entry is gone. Its anchor knows which one that was.
        if known is None or not known.seq or 0 < found.seq < known.seq:
            first[found.stream] = found
    return count, [first[stream] for stream in sorted(first)]


def _recorded_after(number: int) -> list[tuple[int, str, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(NEW, [number, MOST_IN_A_LINE])
        return cursor.fetchall()


def _append(last: Line | None, upto: int, entries: list[tuple[str, int, str]]) -> Line:
    now = timezone.now()
    number, previous = (last.number + 1, last.sha256) if last else (1, BEGIN)
    values = {"at": now.isoformat(), "number": number, "previous": previous, "upto": upto, "entries": entries}
    raw = json.dumps(values).encode() + b"\n"
    with (_folder() / f"{timezone.localdate(now)}.jsonl").open("ab") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    return Line(now, number, previous, upto, raw)


def _since(moment: dt.datetime) -> tuple[Line | None, list[Line]]:
    """The newest line before the moment, and all after it: enough to go on from."""
    before, later = None, []
    # Of the last days that have any: an hour touches two at most.
    for line in _lines(_files()[-3:]):
        if line is None:
            raise RuntimeError("a line of the audit anchors cannot be read; manage.py verify_audit names it")
        if line.at < moment:
            before = line
        else:
            later.append(line)
    return before, later


def _lines(files: list[Path] | None = None) -> Iterator[Line | None]:
    """None stands for one that cannot be read. The end of one that was being written when the power failed is no line."""
    for path in _files() if files is None else files:
        with path.open("rb") as file:
            for raw in file:
                if raw.endswith(b"\n"):
                    yield _line(raw)


def _line(raw: bytes) -> Line | None:
    head = HEAD.match(raw)
    if head is None:
        return None
    at, number, previous, upto = (group.decode() for group in head.groups())
    return Line(dt.datetime.fromisoformat(at), int(number), previous, int(upto), raw)


def _files() -> list[Path]:
    return sorted(_folder().glob("????-??-??.jsonl"))


def _folder() -> Path:
    return Path(settings.AUDIT_ANCHORS)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time; and a line that was cut off by a crash goes, since its entries are anchored again."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in _files()[-1:]:
            data = path.read_bytes()
            if data and not data.endswith(b"\n"):
                os.truncate(path, data.rfind(b"\n") + 1)
        yield
