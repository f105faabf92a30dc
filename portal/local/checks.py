"""`make test`: every check in its turn, all of them even when one fails, pytest and its summary last."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from portal.local import environment, project
from portal.local.environment import PYTHON
from portal.local.places import STATE, VENV
from portal.local.problems import Problem
from portal.local.processes import run, run_in_foreground
from portal.local.services import services
from portal.local.state import held

# A production-like place, for `check --deploy`.
DEPLOYED = {
    "HTTPS": "1",
    "DEBUG": "0",
    "DEMO": "0",
    "SITE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
}


def test(arguments: Sequence[str], *, folder: Path = STATE / "test") -> int:
    """With arguments: pytest alone, with those."""
    environment.ensure(environment.RUNTIME, environment.DEVELOPMENT)
    with held(folder, "make test"), services(folder, development=True) as running:
        env = project.settings_for(folder, running, role="owner", site="http://testserver")
        failed = [name for name, argv, more in _checks(arguments) if not _passes(name, argv, env | more, folder)]
        if arguments:
            return _pytest(arguments, env)
        print(f"before pytest: {'FAILED ' + ', '.join(failed) if failed else 'all passed'}\n", flush=True)
        # The slow ones, with a browser or real threads, come last in a lump: who is done takes of the other's share.
        status = _pytest(["-n", str(max(2, project.cores())), "--dist", "worksteal"], env)
        return status or (1 if failed else 0)


def test_pg15(arguments: Sequence[str]) -> int:
    """The suite on the oldest PostgreSQL we promise; the data folder is its own, since versions cannot share one."""
    os.environ.setdefault("MITRAPASOK_POSTGRES", "/usr/lib/postgresql/15/bin")
    return test(arguments, folder=STATE / "test-pg15")


def _checks(arguments: Sequence[str]) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    tools, manage = VENV / "bin", [str(PYTHON), "manage.py"]
    yield "translations", [*manage, "messages", "compile"], {}
    if arguments:
        return
    yield "ruff check", [str(tools / "ruff"), "check", "."], {}
    yield "ruff format", [str(tools / "ruff"), "format", "--check", "."], {}
    yield "mypy", [str(tools / "mypy")], {}
    yield "lint-imports", [str(tools / "lint-imports")], {}
    yield "migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}
    yield "check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], DEPLOYED


def _passes(name: str, argv: Sequence[str], env: Mapping[str, str], folder: Path) -> bool:
    begun = time.monotonic()
    try:
        run(argv, env=env, doing=name, output=folder / "logs" / f"{name.replace(' ', '-')}.log")
    except Problem as problem:
        print(f"FAILED  {problem}", flush=True)
        return False
    print(f"ok      {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    return True


def _pytest(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    return run_in_foreground([str(PYTHON), "-m", "pytest", *arguments], env=env)
