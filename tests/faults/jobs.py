"""A job that kills its worker, and whoever works beside it, as memory that runs out does."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from portal.jobs import handles
from portal.models import Job

POISON_JOB = "faults.poison"


@handles(POISON_JOB)
def kill_the_worker(job: Job) -> None:
    me = os.getpid()
    for neighbour in [each for each in _siblings() if each != me]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(neighbour, signal.SIGKILL)
    os.kill(me, signal.SIGKILL)


def _siblings() -> list[int]:
    """The worker's processes; where the system does not tell, none."""
    parent = os.getppid()
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []
