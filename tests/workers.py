"""Celery programs as production starts them, for what is measured or killed. They end with the process that started them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from portal.local.processes import Child, Program, start

CELERY = (sys.executable, "-m", "celery", "-A", "portal.config")
# It looks for no peers when it starts, which would take a second.
LONELY = ("--without-mingle", "--without-gossip")
# What the server calls their connections.
WORKER = "mitrapasok-worker"


def worker(
    folder: Path, *, include: str = "", processes: int = 2, environment: Mapping[str, str] | None = None
) -> Child:
    """`include`: a module with handlers of jobs that production does not know."""
    more = ("--include", include) if include else ()
    return _started(
        folder, "worker", ["worker", "--concurrency", str(processes), *LONELY, *more], environment, PGAPPNAME=WORKER
    )


def beat(folder: Path, *, environment: Mapping[str, str] | None = None) -> Child:
    schedule = folder / "beat-schedule"
    return _started(folder, "beat", ["beat", "--pidfile", "", "--schedule", str(schedule)], environment)


def _started(
    folder: Path, name: str, arguments: list[str], environment: Mapping[str, str] | None, **variables: str
) -> Child:
    program = Program(
        name=name,
        argv=[*CELERY, *arguments, "--loglevel", "WARNING"],
        env=os.environ | (environment or {}) | variables,
        log=folder / "logs" / f"{name}.log",
        dies_with=signal.SIGQUIT,
    )
    return start(program, pids=folder / "pids")
