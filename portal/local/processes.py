"""Child processes that never outlive the supervisor.

Three nets, each for what slips through the one before: an ordered stop; on Linux a signal the kernel sends a child
when its parent dies, even by SIGKILL; and pid files that the next start looks through. A child inherits the lock on
its pid file, so "locked" means that it or one of its own children still lives, and a pid used anew by a stranger is
never mistaken for ours.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.local.places import ROOT
from portal.local.problems import Interrupted, from_output
from portal.local.signals import bell

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
LOG_LIMIT = 10 * 1024 * 1024
# The order of an ordinary stop: who takes work first, who keeps it last.
ORDER = ("web", "beat", "worker", "valkey", "postgres")


@dataclass(frozen=True)
class Account:
    """Another user to run as; None anywhere below means this one."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to start, and how to end it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ends_on: signal.Signals = signal.SIGTERM
    # Sent by the kernel when the supervisor dies; there is nobody left to wait for a slow farewell.
    dies_with: signal.Signals = signal.SIGTERM
    patience: float = 15
    account: Account | None = None
    cwd: Path = ROOT


class Child:
    def __init__(self, program: Program, process: subprocess.Popen[bytes], pid_file: Path, log_began: int) -> None:
        self.program = program
        self.process = process
        self.pid_file = pid_file
        self.started = time.monotonic()
        self.log_began = log_began

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def status(self) -> int | None:
        return self.process.returncode

    def said(self) -> str:
        """What it wrote since this start."""
        return self.program.log.read_bytes()[self.log_began :].decode(errors="replace")

    def stop(self) -> None:
        """Ask, wait, then insist; the whole group, for a server's own children."""
        if self.alive:
            _signal_group(self.process.pid, self.program.ends_on, leader_only=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.program.patience)
        if not _family_gone(self.pid_file, 2):
            _signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def start(program: Program, *, pids: Path) -> Child:
    bell.check()
    pids.mkdir(parents=True, exist_ok=True)
    pid_file = pids / program.name
    _rotate(program.log)
    with open(pid_file, "w") as held, open(program.log, "ab") as log:
        log_began = log.tell()
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(
            list(program.argv),
            env=dict(program.env),
            cwd=program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone, which then keeps the order
            pass_fds=[held.fileno()],
            preexec_fn=_tie(program.dies_with, held.fileno(), f" {int(program.ends_on)}\n"),
            **_as(program.account),
        )
    return Child(program, process, pid_file, log_began)


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    doing: str,
    output: Path,
    account: Account | None = None,
    cwd: Path = ROOT,
    stdin: IO[str] | None = None,
) -> str:
    """Run a step to its end and return what it said; a failure becomes a Problem named after what was being done."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with open(output, "w+b") as said:
        process = subprocess.Popen(
            list(argv),
            env=dict(env),
            cwd=cwd,
            stdin=stdin or subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tie(signal.SIGTERM),
            **_as(account),
        )
        try:
            while process.poll() is None:
                bell.sleep(0.02)
        except Interrupted:
            _signal_group(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
            raise
        said.seek(0)
        text = said.read().decode(errors="replace")
    if process.returncode:
        raise from_output(f"{doing} failed", text, log=output)
    return text


def run_in_foreground(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path = ROOT) -> int:
    """Hand the terminal over (pytest, a shell). It gets Ctrl-C from the terminal itself; other ends are passed on."""
    bell.check()
    process = subprocess.Popen(list(argv), env=dict(env), cwd=cwd, preexec_fn=_tie(signal.SIGTERM))
    passed_on = False
    while process.poll() is None:
        time.sleep(0.05)
        if bell.rung and not passed_on and not (bell.rung is signal.SIGINT and sys.stdin.isatty()):
            process.send_signal(bell.rung)
            passed_on = True
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def stop_leftovers(pids: Path, *, patience: float = 15) -> list[str]:
    """End what an earlier supervisor left behind, and say what that was."""
    ended = []
    left = {p.name: p for p in pids.iterdir()} if pids.is_dir() else {}
    for name in sorted(left, key=lambda n: ORDER.index(n) if n in ORDER else -1):
        if not _family_gone(left[name], 0):
            pid, _, ends_on = left[name].read_text().partition(" ")
            _signal_group(int(pid), signal.Signals(int(ends_on)), leader_only=True)
            if not _family_gone(left[name], patience):
                _signal_group(int(pid), signal.SIGKILL)
                _family_gone(left[name], patience)
            ended.append(name)
        left[name].unlink(missing_ok=True)
    return ended


def _tie(number: signal.Signals, pid_file: int | None = None, note: str = "") -> Callable[[], None]:
    """For the child, between fork and exec: note its pid, and die with its parent.

    It runs after the change of user, which would undo the tie, and notes the pid itself, so that there is no moment
    when a child runs that no file knows of.
    """
    parent = os.getpid()

    def tie() -> None:
        if pid_file is not None:
            os.write(pid_file, f"{os.getpid()}{note}".encode())
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return tie


def _rotate(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))


def _as(account: Account | None) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _signal_group(pid: int, number: signal.Signals, *, leader_only: bool = False) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number) if leader_only else os.killpg(pid, number)


def _family_gone(pid_file: Path, patience: float) -> bool:
    """Whether nobody holds the lock that a child and its children inherited, waiting up to `patience` seconds."""
    until = time.monotonic() + patience
    with open(pid_file) as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.02)
            else:
                return True
