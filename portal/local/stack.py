"""The whole portal on this machine: services, a prepared database, web, worker and beat, and the watch over them."""

import contextlib
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from portal.local import project
from portal.local.environment import PYTHON
from portal.local.preparation import prepare
from portal.local.problems import Problem, from_output
from portal.local.processes import Child, Program, run, start
from portal.local.services import Services, services
from portal.local.signals import bell
from portal.local.state import note_running

READY_WITHIN = 90
# Named, so that a ping need not wait for what else may answer.
WORKER = "worker@demo"
GUNICORN = ("--workers", "2", "--threads", "4", "--graceful-timeout", "10", "--preload", "--no-control-socket")
# It looks for no peers when it starts, which would take a second.
LONELY = ("--without-mingle", "--without-gossip")
RESTARTS = 4
# A program that ran this long before it crashed starts anew with a clean record.
STEADY = 60


@dataclass
class Watched:
    """A program of ours that is started again when it crashes, later each time."""

    program: Program
    pids: Path
    child: Child
    crashes: int = 0
    again_at: float | None = None

    def stop(self) -> None:
        """Whichever child it is by now."""
        self.child.stop()

    def look(self, now: float) -> None:
        if self.again_at is not None:
            if now >= self.again_at:
                self.again_at, self.child = None, start(self.program, pids=self.pids)
        elif not self.child.alive:
            self.crashes = 1 if now - self.child.started > STEADY else self.crashes + 1
            if self.crashes > RESTARTS:
                raise from_output(
                    f"The {self.program.name} crashed {self.crashes} times", self.child.said(), log=self.program.log
                )
            pause = 2 ** (self.crashes - 1)
            print(
                f"The {self.program.name} ended by itself (status {self.child.status}); starting it again in {pause} s.",
                flush=True,
            )
            self.again_at = now + pause


@dataclass
class Stack:
    address: str
    env: dict[str, str]
    services: Services
    watched: list[Watched] = field(default_factory=list)

    def watch(self) -> None:
        """Until something gives up or the bell rings."""
        while True:
            self.look()
            bell.sleep(0.3)

    def read(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=READY_WITHIN) as answer:
            return answer.read().decode()

    def _probes(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "/healthz", lambda: _get(f"{self.address}/healthz")
        yield "/readyz", lambda: _get(f"{self.address}/readyz")
        yield "The worker", self._ping_worker

    def _ping_worker(self) -> str:
        """A worker that lives need not listen: ask it through the broker."""
        ping = [str(PYTHON), "-m", "celery", "-A", "portal.config", "inspect", "ping", "--destination", WORKER]
        try:
            run(ping, env=self.env, doing="Asking the worker", output=self.watched[0].program.log.parent / "ping.log")
        except Problem as problem:
            return str(problem)
        return "ok"

    def look(self) -> None:
        for child in self.services.children:
            if not child.alive:
                raise from_output(
                    f"The {child.program.name} server ended by itself", child.said(), log=child.program.log
                )
        for each in self.watched:
            each.look(time.monotonic())

    def wait_until_ready(self) -> None:
        """Until web, database, broker and worker have each answered."""
        until = time.monotonic() + READY_WITHIN
        for name, probe in self._probes():
            while (answer := probe()) != "ok":
                for each in self.watched:
                    if not each.child.alive:
                        raise from_output(
                            f"The {each.program.name} did not start", each.child.said(), log=each.program.log
                        )
                if time.monotonic() > until:
                    logs = self.watched[0].program.log.parent
                    raise Problem(f"{name} did not answer within {READY_WITHIN} s (last: {answer}); see {logs}.")
                bell.sleep(0.1)


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Problem(f"Port {port} needs root: choose one above 1023 (make demo PORT=8000).") from None
        except OSError:
            raise Problem(
                f"Port {port} is busy: stop what uses it, or choose another (make demo PORT={port + 1})."
            ) from None


@contextlib.contextmanager
def stack(folder: Path, *, host: str, port: int, durable: bool) -> Iterator[Stack]:
    everywhere = host == "0.0.0.0"
    address = f"http://{'127.0.0.1' if everywhere else host}:{port}"
    with services(folder, durable=durable) as running:
        env = project.settings_for(folder, running, site=address, demo=True)
        if everywhere and "ALLOWED_HOSTS" not in os.environ:
            env["ALLOWED_HOSTS"] = "*"  # reached under names we cannot know
        prepare(folder, running, env)
        with contextlib.ExitStack() as exits:
            up = Stack(address, env, running)
            # What is started last stops first.
            for program in _programs(folder, env, host, port):
                watched = Watched(program, folder / "pids", start(program, pids=folder / "pids"))
                exits.callback(watched.stop)
                up.watched.append(watched)
            note_running(folder, env)
            exits.callback(note_running, folder, None)
            up.wait_until_ready()
            yield up


def _programs(folder: Path, env: dict[str, str], host: str, port: int) -> list[Program]:
    logs, python = folder / "logs", str(PYTHON)
    celery = [python, "-m", "celery", "-A", "portal.config"]
    unchecked = env | {"CELERY_SKIP_CHECKS": "1"}  # the migration has checked the same code
    return [
        Program(
            name="worker",
            argv=[*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--hostname", WORKER, *LONELY],
            env=unchecked,
            log=logs / "worker.log",
            dies_with=signal.SIGQUIT,  # without waiting for the task: the job table gives it to the next worker
        ),
        Program(
            name="beat",
            argv=[*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(folder / "beat-schedule")],
            env=unchecked,
            log=logs / "beat.log",
        ),
        Program(
            name="web",
            argv=[python, "-m", "gunicorn", "portal.config.wsgi:application", "--bind", f"{host}:{port}", *GUNICORN],
            env=env,
            log=logs / "web.log",
        ),
    ]


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return "ok" if answer.status == 200 else str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return str(error)
