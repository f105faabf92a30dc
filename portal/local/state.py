"""A state folder: one supervisor at a time, and the secrets made for it once."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from portal.local.places import STATE, check_room
from portal.local.problems import Problem

# What settings.py needs told; the rest of the environment is the caller's own.
SETTINGS = (
    "DATABASE_URL",
    "OWNER_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEY",
    "FIELD_HASH_KEY",
    "CERTIFICATE_KEY",
    "DEBUG",
    "DEMO",
    "HTTPS",
    "SITE_URL",
    "STATE_DIR",
)
SECRETS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "FIELD_HASH_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "CERTIFICATE_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "MITRAPASOK_OWNER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "MITRAPASOK_APP_PASSWORD": lambda: secrets.token_urlsafe(24),
    "MITRAPASOK_BACKUP_PASSWORD": lambda: secrets.token_urlsafe(24),
    "VALKEY_PASSWORD": lambda: secrets.token_urlsafe(24),
}


@contextlib.contextmanager
def held(folder: Path, what: str) -> Iterator[Path]:
    """Hold the folder for one supervisor. The kernel lets go of the lock with the process, however that ends."""
    check_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().strip() or "another command"
            raise Problem(f"Already running: {who}. Stop that one first (Ctrl-C in its window).") from None
        lock.truncate(0)
        lock.write(f"{what}, process {os.getpid()}, in {folder}\n")
        lock.flush()
        yield folder


def is_held(folder: Path) -> bool:
    with contextlib.suppress(FileNotFoundError), open(folder / "lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def keep_secret(path: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(new, path)


def note_running(folder: Path, env: dict[str, str] | None) -> None:
    """For commands in another terminal: how what runs here is reached. None: it no longer runs."""
    file = folder / "running.json"
    if env is None:
        file.unlink(missing_ok=True)
    else:
        keep_secret(file, json.dumps({name: env[name] for name in SETTINGS}))


def running_environment(folder: Path) -> dict[str, str]:
    with contextlib.suppress(FileNotFoundError):
        if is_held(folder):
            return dict(json.loads((folder / "running.json").read_text()))
    return {}


def generated_secrets(path: Path = STATE / "secrets.json") -> dict[str, str]:
    """Made once for this copy of the project and shared by demo and tests, which may share a PostgreSQL server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(path.read_text()) if path.exists() else {}
        missing = SECRETS.keys() - known.keys()
        if missing:
            known |= {name: SECRETS[name]() for name in missing}
            keep_secret(path, json.dumps(known, indent=1))
    return {name: os.environ.get(name) or known[name] for name in SECRETS}
