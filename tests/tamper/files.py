"""A signed contract, changed in every way we know. Who still takes one for the contract has been deceived."""

from __future__ import annotations

import io
import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from partnerships.models import Revision
from partnerships.selectors.file_check import Verdict, check_file
from portal.uploads.refusals import Refused

CONTENTS = re.compile(rb"/Contents\s*<([0-9a-fA-F]+)>")
RANGES = re.compile(rb"/ByteRange\s*\[([0-9 ]+)\]")
TABLES = re.compile(rb"startxref\s+\d+|/Prev \d+|/XRef\b.{0,200}", re.DOTALL)
# Where a signature alone, and nothing of ours, would have been content.
CONTENT_WITH = frozenset({Verdict.UNKNOWN, Verdict.IN_FORCE})


@dataclass
class Found:
    """`by_kind`: how each kind of change was answered. `by_signatures_alone`: changes that no signature notices."""

    tried: int = 0
    accepted: int = 0
    by_signatures_alone: int = 0
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)


def tampered(text: Revision, number: int, roll: random.Random) -> Found:
    parts = [bytes(part.data) for part in text.parts.order_by("position")]
    changes = list(itertools.islice(_changes(parts, roll), number))
    found = Found(tried=len(changes))
    with ThreadPoolExecutor(2) as pool:
        for (kind, _data), answer in zip(changes, pool.map(_answer, [data for _kind, data in changes]), strict=True):
            found.by_kind.setdefault(kind, Counter())[answer] += 1
            found.accepted += answer == Verdict.IN_FORCE
            found.by_signatures_alone += answer in CONTENT_WITH
    return found


def _answer(data: bytes) -> str:
    try:
        return check_file(data).verdict
    except Refused as refused:
        return refused.code
    finally:
        connection.close()


def _changes(parts: list[bytes], roll: random.Random) -> Iterator[tuple[str, bytes]]:
    """First what is cut, put elsewhere or added, each once; then single bits, half of them where signatures and tables stand."""
    whole = b"".join(parts)
    for last in range(1, len(parts)):
        yield "last signatures removed", b"".join(parts[:last])
        yield (
            "one signature taken out",
            b"".join(parts[:last] + parts[last + 1 :]) if last + 1 < len(parts) else whole[:-1],
        )
        yield "one signature twice", b"".join(parts[: last + 1] + parts[last:])
    for one, other in itertools.combinations(range(1, len(parts)), 2):
        swapped = list(parts)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield "signatures swapped", b"".join(swapped)
    tail = whole[whole.rindex(b"startxref") :]
    for added in (b"\n", b" ", b"\0", b"%\n", tail, b"%x\n" + tail, parts[-1], parts[1]):
        yield "bytes appended", whole + added
    yield "a change appended", _turned(whole)
    for _time in range(20):
        yield "cut short", whole[: roll.randrange(len(parts[0]), len(whole) - 1)]
    places = {
        "a bit of a signature": [match.span(1) for match in CONTENTS.finditer(whole)],
        "a bit of a range": [match.span(1) for match in RANGES.finditer(whole)],
        "a bit of a table": [match.span() for match in TABLES.finditer(whole)],
        "a bit of the text": [(0, len(parts[0]))],
        "a bit anywhere": [(0, len(whole))],
    }
    for kind in itertools.cycle(places):
        begins, ends = roll.choice(places[kind])
        yield kind, _flipped(whole, roll.randrange(begins, ends), roll.randrange(8))


def _flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << bit
    return bytes(changed)


def _turned(data: bytes) -> bytes:
    """A page turned by whoever holds the file, as any program would save it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    pages = writer.root["/Pages"]["/Kids"]
    pages[0]["/Rotate"] = NumberObject(90)
    writer.mark_update(pages.raw_get(0))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
