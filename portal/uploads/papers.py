"""Documents: PDF, or a photo or scan of the paper. A PDF that could do something is not taken."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from portal.uploads.images import PAPER_SIDE, open_image
from portal.uploads.refusals import MEGABYTE, Refused, check_size
from portal.uploads.signatures import FileKind, kind_of

PAPER_LIMIT = 5 * MEGABYTE
MOST_INFLATED = 48 * MEGABYTE

ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
# Long names only: four random bytes of a compressed picture may well read "/JS". A script action names itself /JavaScript.
ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Rendition)(?![0-9A-Za-z])")
FORMS = re.compile(rb"/XFA(?![0-9A-Za-z])")
LOCKED = re.compile(rb"/Encrypt(?![0-9A-Za-z])")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
OBJECT_STREAM = re.compile(rb"/ObjStm(?![0-9A-Za-z])")
ONLY_FLATE = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])(?!\s*/)")
NEAR = 2000


@dataclass(frozen=True)
class Paper:
    """A document as we keep it, with the suffix that says what it is."""

    data: bytes
    suffix: str
    sha256: str


def read_paper(file: BinaryIO, size: int) -> Paper:
    check_size(size, PAPER_LIMIT)
    data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    if kind_of(data) is FileKind.PDF:
        check_pdf(data)
        return Paper(data, ".pdf", digest)
    image = open_image(data, PAPER_SIDE, frozenset({FileKind.JPEG, FileKind.PNG}), "not_a_paper")
    image.thumbnail((PAPER_SIDE, PAPER_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return Paper(out.getvalue(), ".jpg", digest)


def read_pdf(file: BinaryIO, size: int) -> bytes:
    """Its bytes as they are, when it is a PDF at all: what is in it was not looked at yet."""
    check_size(size, PAPER_LIMIT)
    data = file.read()
    if kind_of(data) is not FileKind.PDF:
        raise Refused("not_a_pdf")
    return data


def check_pdf(data: bytes) -> None:
    """No scripts, no programs to launch, no attached files, no password. Looks into compressed parts too."""
    if b"%%EOF" not in data[-NEAR:] or b"startxref" not in data[-NEAR:]:
        raise Refused("pdf_damaged")
    plain = _unescaped(data)
    if LOCKED.search(STREAM.sub(b"", plain)):
        raise Refused("pdf_locked")
    if ACTIVE.search(plain) or FORMS.search(STREAM.sub(b"", plain)):
        raise Refused("pdf_active")
    for part in _inflated(data):
        if ACTIVE.search(_unescaped(part)):
            raise Refused("pdf_active")


def _inflated(data: bytes) -> Iterator[bytes]:
    """The parts that unpack. Objects in a part we cannot unpack could be anything: not taken."""
    left = MOST_INFLATED
    for match in STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(match[1], left)
        except zlib.error:
            part = b""
        dictionary = _unescaped(data[max(0, match.start() - NEAR) : match.start()]).rpartition(b"obj")[2]
        if OBJECT_STREAM.search(dictionary) and not (part and ONLY_FLATE.search(dictionary)):
            raise Refused("pdf_active")
        left -= len(part)
        if left <= 0:
            raise Refused("pdf_active")
        yield part


def _unescaped(data: bytes) -> bytes:
    """/J#61vaScript is /JavaScript."""
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)
