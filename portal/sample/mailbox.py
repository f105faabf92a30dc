"""The demo sends no mail: what it would have sent lies in a folder, and this reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

BETWEEN = b"-" * 79


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    sent_at: dt.datetime | None


def newest(folder: Path, most: int) -> list[Mail]:
    """The newest first. File names begin with the moment of sending."""
    found: list[Mail] = []
    for file in sorted(folder.glob("*.log"), reverse=True):
        found += reversed(list(_messages(file)))
        if len(found) >= most:
            break
    return found[:most]


def _messages(file: Path) -> Iterator[Mail]:
    for raw in file.read_bytes().split(BETWEEN):
        if raw.strip():
            message = message_from_bytes(raw.lstrip(), policy=default)
            body = message.get_body(preferencelist=("plain",))
            sent = message["Date"]
            yield Mail(
                to=str(message["To"]),
                subject=str(message["Subject"]),
                text=body.get_content().strip() if body else "",
                sent_at=_moment(str(sent)) if sent else None,
            )


def _moment(header: str) -> dt.datetime:
    """A zone of -0000 is UTC's time, said of a place unknown (RFC 5322, 3.3); Python reads it as no zone at all."""
    read = parsedate_to_datetime(header)
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)
