"""Supervisors of their own, in a process of their own, to be killed by the tests."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Starts one child under the supervisor's rules, says its pid, and waits for its end.
SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from portal.local.processes import Program, start
folder, dies_with, then, *argv = sys.argv[1:]
program = Program(
    name="fake", argv=argv, env=os.environ, log=Path(folder, "fake.log"), dies_with=signal.Signals(int(dies_with))
)
child = start(program, pids=Path(folder, "pids"))
print(child.process.pid, flush=True)
if then == "leave":
    os._exit(0)
child.process.wait()
"""
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# Takes no hint, and has a child that takes none either.
STUBBORN = [
    sys.executable,
    "-c",
    "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork();"
    " print('deaf', flush=True); time.sleep(600)",
]


def supervise(
    folder: Path, argv: list[str], *, dies_with: int, then: str = "wait"
) -> tuple[subprocess.Popen[str], int]:
    """A supervisor and the pid of its child. then="leave": it ends at once, without a farewell."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(folder), str(dies_with), then, *argv],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert supervisor.stdout
    return supervisor, int(supervisor.stdout.readline())


def until(condition, seconds: float = 20) -> bool:
    """Whether it came true in time; for what another process or the kernel does."""
    end = time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < end:
        os.sched_yield()
    return bool(true)
