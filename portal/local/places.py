"""Where things lie, and whether they may be used: the project's folder, the state folders, the room on the disk."""

import os
import shutil
from pathlib import Path

from portal.local.problems import disk_full

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".local"
VENV = ROOT / ".venv"
# A fresh demo takes about 400 MB (environment, database, collected files) and wants as much again while it works.
ROOM_NEEDED = 1024**3


def check_room(folder: Path, needed: int = ROOM_NEEDED) -> None:
    while not folder.exists():
        folder = folder.parent
    if shutil.disk_usage(folder).free < needed:
        raise disk_full(folder)


def reachable_by_others(path: Path) -> bool:
    """Whether an unprivileged account can read and run this file: PostgreSQL refuses to run as root."""
    path = path.resolve()
    return bool(path.stat().st_mode & 0o005 == 0o005) and all(p.stat().st_mode & 0o001 for p in path.parents)


def running_as_root() -> bool:
    return os.geteuid() == 0
