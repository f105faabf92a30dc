"""`make smoke`: the demo's stack on free ports in a temporary folder, driven over HTTP by tests/smoke."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from portal.local import environment
from portal.local.environment import PYTHON
from portal.local.places import check_room
from portal.local.postgres import Postgres, free_port
from portal.local.processes import run_in_foreground
from portal.local.stack import stack

HOST = "127.0.0.1"


def smoke(arguments: Sequence[str]) -> int:
    environment.ensure(environment.RUNTIME)
    with tempfile.TemporaryDirectory(prefix="mitrapasok-smoke-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        check_room(folder)
        # Others may pass through, not look: as root, PostgreSQL runs as another user.
        folder.chmod(0o711)
        try:
            with stack(folder, host=HOST, port=free_port(), durable=False) as up:
                return run_in_foreground([str(PYTHON), "-m", "tests.smoke", up.address, *arguments], env=up.env)
        finally:
            Postgres(folder, durable=False).remove()
