"""What a file is by its first bytes: names and the browser's word are not believed."""

from __future__ import annotations

from enum import StrEnum


class FileKind(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    ZIP = "zip"
    OLE = "ole"
    OTHER = "other"


BEGINNINGS = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"%PDF-", FileKind.PDF),
    (b"PK\x03\x04", FileKind.ZIP),
    # Excel 97, and every XLSX that is locked with a password.
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OLE),
)


def kind_of(head: bytes) -> FileKind:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    return next((kind for beginning, kind in BEGINNINGS if head.startswith(beginning)), FileKind.OTHER)
