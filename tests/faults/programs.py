"""Worker, scheduler and broker of a drill: killed without warning, and started again as a supervisor would."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

from portal.config.celery import app
from portal.local import broker
from portal.local.broker import Broker
from portal.local.processes import Child, start
from tests.workers import beat, worker

PATIENCE = 30


class Programs:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # It writes down what it is told, so that there is something to lose.
        self.broker = Broker(folder, password="drill", durable=True)
        self.broker.start()
        app.conf.broker_url = self.broker.address
        environment = {"REDIS_URL": self.broker.address}
        self.worker = worker(folder, include="tests.faults.jobs", environment=environment)
        self.beat = beat(folder, environment=environment)

    def kill_worker(self, *, again: bool = True) -> None:
        self.worker = self._killed(self.worker, again)

    def kill_beat(self) -> None:
        self._killed(self.beat, again=False)

    def start_worker(self) -> None:
        self.worker = self._started(self.worker)

    def start_beat(self) -> None:
        self.beat = self._started(self.beat)

    def kill_broker(self) -> None:
        """With everything that it knew."""
        child = self.broker.child
        assert child is not None
        self._killed(child, again=False)
        shutil.rmtree(self.folder / "valkey" / "appendonlydir")
        self.broker.child = self._started(child)
        gives_up = time.monotonic() + PATIENCE
        while not broker.answers("127.0.0.1", self.broker.port):
            if time.monotonic() > gives_up:
                raise SystemExit("the broker does not come back")
            time.sleep(0.05)

    def look(self) -> None:
        """What ended by itself is started again."""
        if not self.worker.alive:
            self.worker = self._started(self.worker)
        if not self.beat.alive:
            self.beat = self._started(self.beat)

    def stop(self) -> None:
        for child in (self.beat, self.worker):
            child.stop()
        self.broker.stop()

    def _killed(self, child: Child, again: bool) -> Child:
        os.killpg(child.process.pid, signal.SIGKILL)
        child.stop()  # has nothing left to ask, and waits for the last of the family
        return self._started(child) if again else child

    def _started(self, child: Child) -> Child:
        return start(child.program, pids=self.folder / "pids")
