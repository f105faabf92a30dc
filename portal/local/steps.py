"""What has been done to a state folder, so that a warm start skips it: a digest of the inputs per step."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from portal.local.places import ROOT

APPS = ("portal", "curation", "partnerships")
# Neither decides what the database holds.
NOT_DATA = {"__pycache__", "templates", "static", "locale", "local"}


def digest(files: Iterable[Path], *more: str) -> str:
    """Of the files' contents and names; they are few megabytes, and times would mislead after a checkout."""
    sum_ = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        sum_.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return sum_.hexdigest()


def files_in(*patterns: str) -> list[Path]:
    return [p for pattern in patterns for p in ROOT.glob(pattern) if p.is_file() and "__pycache__" not in p.parts]


def of_migrations() -> str:
    return digest([*files_in(*(f"{app}/migrations/*.py" for app in APPS)), ROOT / "requirements.txt"])


def of_data() -> str:
    """Whatever a loader may read or run: the code and data files of the apps."""
    files = (p for app in APPS for p in files_in(f"{app}/**/*"))
    return digest(p for p in files if not NOT_DATA.intersection(p.relative_to(ROOT).parts))


def of_messages() -> str:
    return digest(files_in("locale/**/*.po"))


def of_static() -> str:
    """The packages' own files change with the lock."""
    return digest([*files_in("static/**/*", *(f"{app}/static/**/*" for app in APPS)), ROOT / "requirements.txt"])


class Done:
    """`database` names the database the steps were done on; an empty one is never taken to hold anything."""

    def __init__(self, folder: Path, database: str) -> None:
        self.file = folder / "done.json"
        self.database = database
        self.steps: dict[str, str] = json.loads(self.file.read_text()) if self.file.exists() else {}

    def holds(self, step: str, digest: str) -> bool:
        return self.steps.get(step) == digest

    def holds_in_database(self, step: str, digest: str) -> bool:
        return bool(self.database) and self.holds(step, f"{self.database} {digest}")

    def note(self, step: str, digest: str) -> None:
        self.steps[step] = digest
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.steps, indent=1))
        new.replace(self.file)

    def note_in_database(self, step: str, digest: str) -> None:
        self.note(step, f"{self.database} {digest}")
