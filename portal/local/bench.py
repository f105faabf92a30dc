"""`make bench-import`: services and the prepared data of the demo in a temporary folder, and one benchmark of tests/bench."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from portal.local import environment, project
from portal.local.environment import PYTHON
from portal.local.places import check_room
from portal.local.postgres import Postgres
from portal.local.processes import run_in_foreground
from portal.local.services import services
from portal.local.smoke import copy_prepared


def bench_import(arguments: Sequence[str]) -> int:
    """50,000 products by list, beside saving them one at a time; as the app role, as web and workers are."""
    environment.ensure(environment.RUNTIME)
    with tempfile.TemporaryDirectory(prefix="mitrapasok-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        check_room(folder)
        # Others may pass through, not look: as root, PostgreSQL runs as another user.
        folder.chmod(0o711)
        copy_prepared(folder)
        try:
            with services(folder) as running:
                quiet = {"EMAIL_URL": "dummymail://", "LOG_LEVEL": "WARNING"}
                env = project.settings_for(folder, running) | quiet
                return run_in_foreground([str(PYTHON), "-m", "tests.bench.importing", *arguments], env=env)
        finally:
            Postgres(folder, durable=False).remove()
