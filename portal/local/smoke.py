"""`make smoke`, `make pages`: the demo's stack on free ports in a temporary folder, driven from outside by tests/."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from portal.local import environment, project
from portal.local.environment import PYTHON
from portal.local.places import STATE, check_room
from portal.local.postgres import Postgres, free_port
from portal.local.preparation import is_prepared, prepare, reset
from portal.local.processes import run_in_foreground, stop_leftovers
from portal.local.services import services
from portal.local.stack import stack
from portal.local.state import held

HOST = "127.0.0.1"
PREPARED = STATE / "prepared"


def smoke(arguments: Sequence[str]) -> int:
    """The main job over HTTP."""
    environment.ensure(environment.RUNTIME)
    return _drive("tests.smoke", arguments)


def pages(arguments: Sequence[str]) -> int:
    """Every page as every role in a browser."""
    environment.ensure(environment.RUNTIME, environment.DEVELOPMENT)
    return _drive("tests.pages", arguments)


def _drive(module: str, arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="mitrapasok-smoke-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        check_room(folder)
        # Others may pass through, not look: as root, PostgreSQL runs as another user.
        folder.chmod(0o711)
        if not os.environ.get("DATABASE_URL"):
            copy_prepared(folder)
        try:
            with stack(folder, host=HOST, port=free_port(), durable=False) as up:
                return run_in_foreground([str(PYTHON), "-m", module, up.address, *arguments], env=up.env)
        finally:
            Postgres(folder, durable=False).remove()


def copy_prepared(folder: Path) -> None:
    """Migrating and loading take longer than the walk itself: done once per version of the code, then copied."""
    with held(PREPARED, "make smoke, preparing its data"):
        if not is_prepared(PREPARED):
            stop_leftovers(PREPARED / "pids")
            reset(PREPARED)
            with services(PREPARED) as running:
                prepare(PREPARED, running, project.settings_for(PREPARED, running, demo=True))
        Postgres(PREPARED, durable=False).copy_to(Postgres(folder, durable=False))
        for path in PREPARED.iterdir():
            if path.name in ("media", "mail"):
                shutil.copytree(path, folder / path.name)
        shutil.copy(PREPARED / "done.json", folder)
