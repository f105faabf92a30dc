"""A copy of everything held about a person: a ZIP of JSON and of the files, written part by part so that any size fits."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.models import User
from portal.personal_data import FILES, ROWS, Subject
from portal.presentation.dates import waktu

CHUNK = 1024 * 1024


def write_copy(subject: Subject) -> IO[bytes]:
    """An open temporary file, at its beginning."""
    out = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 – the caller reads and closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        counts = {name: _write_rows(archive, f"data/{name}.json", part(subject)) for name, part in ROWS.items()}
        files = _write_files(archive, subject)
        archive.writestr("BACA-SAYA.txt", _read_me(subject.person, counts, files))
    out.seek(0)
    return out


def _write_rows(archive: zipfile.ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with archive.open(name, "w") as file:
        file.write(b"[")
        for row in rows:
            text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
            file.write((",\n" if count else "\n").encode() + text.encode())
            count += 1
        file.write(b"\n]\n")
    return count


def _write_files(archive: zipfile.ZipFile, subject: Subject) -> int:
    count = 0
    for part in FILES:
        for name, stored in part(subject):
            if not stored.storage.exists(str(stored.name)):
                continue
            # Photos and PDFs are packed already.
            info = zipfile.ZipInfo(f"files/{name}{PurePath(str(stored.name)).suffix}", timezone.now().timetuple()[:6])
            with stored.storage.open(str(stored.name), "rb") as source, archive.open(info, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
            count += 1
    return count


def _read_me(person: User, counts: dict[str, int], files: int) -> str:
    parts = []
    for language in ("id", "en"):
        with translation.override(language):
            lines = [
                _("Everything that MitraPasok holds about %(name)s (%(email)s), as of %(time)s.")
                % {"name": person, "email": person.email, "time": waktu(timezone.now())},
                _("Each file in “data” is a list in JSON, by the names of the columns. Uploads are in “files”."),
                _("Not in it: passwords, secret keys, and what others keep to themselves about their own decisions."),
                "",
                *(f"data/{name}.json: {count}" for name, count in counts.items()),
                f"files/: {files}",
            ]
            parts.append("\n".join(lines))
    return "\n\n---\n\n".join(parts) + "\n"
