"""The commands, by name."""

import sys
from collections.abc import Callable, Sequence

from portal.local import bench, checks, demo, hold, manage, smoke
from portal.local.problems import Interrupted, Problem, explain
from portal.local.signals import bell

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": lambda arguments: demo.demo(),
    "test": checks.test,
    "test-pg15": checks.test_pg15,
    "smoke": smoke.smoke,
    "pages": smoke.pages,
    "bench-import": bench.bench_import,
    "bench-scoring": bench.bench_scoring,
    "bench-official": bench.bench_official,
    "bench-whatif": bench.bench_whatif,
    "bench-matching": bench.bench_matching,
    "bench-consortium": bench.bench_consortium,
    "bench-signoff": bench.bench_signoff,
    "ocds": bench.ocds,
    "faults": bench.faults,
    "tamper": bench.tamper,
    "replay": bench.replay,
    "manage": manage.manage,
    "shell": lambda arguments: manage.manage(["shell", *arguments]),
    "services": lambda arguments: hold.hold(),
}


def main(arguments: Sequence[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if not command:
        print(f"Usage: python3 portal/local {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    bell.listen()
    try:
        return command(arguments[1:])
    except Interrupted:
        print("\nStopped.", flush=True)
        return 0 if arguments[0] in ("demo", "services") else 130
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        print(explain(error), file=sys.stderr)
    return 1
