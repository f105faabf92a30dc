"""`make bench-…`, `make faults`, `make replay`: one program on services and the prepared data of the demo, in a temporary folder."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from portal.local import environment, project
from portal.local.demo import FOLDER as DEMO
from portal.local.environment import PYTHON
from portal.local.manage import manage
from portal.local.places import check_room
from portal.local.postgres import Postgres
from portal.local.processes import run_in_foreground
from portal.local.services import services
from portal.local.smoke import copy_prepared

DEVELOPMENT = "partnerships.signatures.development.DevelopmentProvider"
# Models can be imported only after the set-up.
MAIN = "import sys, django; django.setup(); from {module} import main; sys.exit(main())"


def bench_import(arguments: Sequence[str]) -> int:
    """50,000 products by list, beside saving them one at a time; as the app role, as web and workers are."""
    return _measure("tests.bench.importing", arguments, durable=False)


def bench_scoring(arguments: Sequence[str]) -> int:
    """A pool run through Celery, beside a COPY of what it writes: both on a database that survives a power cut."""
    return _measure("tests.bench.scoring", arguments, durable=True)


def bench_official(arguments: Sequence[str]) -> int:
    """100,000 applications in one official run."""
    return _measure("tests.bench.official", arguments, durable=True)


def bench_whatif(arguments: Sequence[str]) -> int:
    """A draft's what-if over a million enterprises, beside the sum of the same points."""
    return _measure("tests.bench.whatif", arguments, durable=False)


def bench_consortium(arguments: Sequence[str]) -> int:
    """Consortia against the optimum: numbers alone, no database."""
    environment.ensure(environment.RUNTIME)
    return run_in_foreground([str(PYTHON), "-m", "tests.bench.consortium", *arguments], env=os.environ)


def bench_matching(arguments: Sequence[str]) -> int:
    """The search over synthetic products, beside another engine; as the app role, as pages ask."""
    return _measure("tests.bench.matching", arguments, durable=False)


def bench_signoff(arguments: Sequence[str]) -> int:
    """Contracts signed by many hands at once, with keys of a demo."""
    return _measure("tests.bench.signoff", arguments, durable=False, SIGNATURE_PROVIDER=DEVELOPMENT)


def tamper(arguments: Sequence[str]) -> int:
    """What was signed and what was recorded, changed in every way we know."""
    return _measure("tests.tamper.drill", arguments, durable=False, SIGNATURE_PROVIDER=DEVELOPMENT)


def ocds(arguments: Sequence[str]) -> int:
    """Open contracting data of many partnerships, checked with the standard's own tools."""
    return _measure(
        "tests.ocds.drill", arguments, durable=False, SIGNATURE_PROVIDER=DEVELOPMENT, API_RATE_ANON="1000/min"
    )


def faults(arguments: Sequence[str]) -> int:
    """Everybody scored in ranges of 500 while programs are killed."""
    ranges = os.environ.get("SCORING_RANGE_SIZE", "500")
    return _measure("tests.faults.drill", arguments, durable=True, SCORING_RANGE_SIZE=ranges)


def replay(arguments: Sequence[str]) -> int:
    """Every stored score again: of the demo where there is one, else of the sample data."""
    environment.ensure(environment.RUNTIME)
    if os.environ.get("DATABASE_URL") or (DEMO.exists() and Postgres(DEMO, durable=True).exists):
        return manage(["replay_scores", *arguments])
    return _run([str(PYTHON), "manage.py", "replay_scores", *arguments], durable=False)


def _measure(module: str, arguments: Sequence[str], *, durable: bool, **settings: str) -> int:
    environment.ensure(environment.RUNTIME, environment.DEVELOPMENT)
    return _run([str(PYTHON), "-c", MAIN.format(module=module), *arguments], durable=durable, **settings)


def _run(argv: Sequence[str], *, durable: bool, **settings: str) -> int:
    with tempfile.TemporaryDirectory(prefix="mitrapasok-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        check_room(folder)
        # Others may pass through, not look: as root, PostgreSQL runs as another user.
        folder.chmod(0o711)
        copy_prepared(folder)
        try:
            with services(folder, durable=durable) as running:
                quiet = {"EMAIL_URL": "dummymail://", "LOG_LEVEL": "WARNING"}
                env = project.settings_for(folder, running) | quiet | settings
                return run_in_foreground(argv, env=env)
        finally:
            Postgres(folder, durable=durable).remove()
