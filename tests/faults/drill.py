"""`make faults`: everybody scored in small ranges while workers, broker and scheduler are killed and jobs kill their workers.

200 jobs read and score the evidence of 100,000 enterprises. Among the first hundred stand 50 that kill their worker and what
works beside it. Meanwhile the whole worker is killed 20 times, each time in the middle of a statement that writes, and the
broker twice, with all it knew: once beside a worker and a scheduler that go on, once in an outage of everything. The outage
lasts half an hour by the clock of the jobs; what it left open must be begun again within two minutes of the scheduler's return.
ENTERPRISES, KILLS and POISON set the size.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.db.models import F

from curation.models import PoolRun
from curation.services.pool import RANGE_JOB, start_pool_run
from portal.acting import acting
from portal.enums import JobState
from portal.jobs import enqueue_all
from portal.models import Enterprise, Job
from tests.bench import crowd, world
from tests.faults import ledger
from tests.faults.jobs import POISON_JOB
from tests.faults.programs import Programs
from tests.workers import WORKER

ENTERPRISES = int(os.environ.get("ENTERPRISES", "100000"))
KILLS, POISON = int(os.environ.get("KILLS", "20")), int(os.environ.get("POISON", "50"))
OUTAGE, RESUMED_WITHIN = dt.timedelta(minutes=30), 120
# The last of the ranges are left for the outage.
BEFORE_OUTAGE = 0.7
LOOKED_EVERY, PATIENCE = 0.005, 660


def main() -> int:
    crowd.as_owner(f"crowd.pool_of({ENTERPRISES})")
    enterprises = Enterprise.objects.verified().count()
    run = begin()
    with tempfile.TemporaryDirectory(prefix="mitrapasok-faults-") as name:
        programs = Programs(Path(name))
        try:
            drill = Drill(run, programs)
            resumed = drill.play()
        finally:
            programs.stop()
    run.refresh_from_db()
    found = ledger.read(run, enterprises)
    print(
        f"faults: enterprises={enterprises} jobs={run.ranges_total} worker_kills={drill.worker_kills}"
        f" broker_kills={drill.broker_kills} lost={found.lost} double={found.double}"
        f" healthy_parked={found.healthy_parked} poison_parked={found.poison_parked} of={POISON} resumed_s={resumed:.1f}"
    )
    kept = (found.lost, found.double, found.healthy_parked, found.poison_parked) == (0, 0, 0, POISON)
    return 0 if kept and resumed <= RESUMED_WITHIN else 1


def begin() -> PoolRun:
    """The run and the poison, before any worker is there."""
    world.alone()
    with acting(None, None):
        run = start_pool_run(world.programme(), by=None)
        enqueue_all(POISON_JOB, {str(number): {} for number in range(POISON)})
        # After each second range a job that kills, for as long as there are some.
        for kind, step in ((RANGE_JOB, 2), (POISON_JOB, 4)):
            for place, job in enumerate(Job.objects.filter(kind=kind).order_by("pk")):
                Job.objects.filter(pk=job.pk).update(
                    run_after=job.run_after - OUTAGE + dt.timedelta(milliseconds=step * place)
                )
    ledger.keep(run)
    return run


class Drill:
    def __init__(self, run: PoolRun, programs: Programs) -> None:
        self.run, self.programs = run, programs
        self.worker_kills = self.broker_kills = 0
        self.gives_up = time.monotonic() + PATIENCE

    def play(self) -> float:
        """How many seconds after the scheduler's return all that was open had been begun again."""
        before = int(self.run.ranges_total * BEFORE_OUTAGE)
        for kill in range(1, KILLS):
            # Apart by some ranges: who dies by the same hand three times in a row is not healthy.
            self._until(lambda least=before * kill // KILLS: self._ranges_done() >= least)
            if kill == KILLS // 2:
                self._kill_broker()
            self._kill_worker()
        self._until(lambda: self._ranges_done() >= before and not self._open(POISON_JOB))
        self._kill_worker(again=False)
        resumed = self._outage()
        self._until(lambda: not self._open(RANGE_JOB))
        return resumed

    def _outage(self) -> float:
        self.programs.kill_beat()
        left = self._open(RANGE_JOB)
        Job.objects.filter(pk__in=left).update(
            run_after=F("run_after") - OUTAGE, claimed_at=F("claimed_at") - OUTAGE, created_at=F("created_at") - OUTAGE
        )
        self._kill_broker()
        self.programs.start_worker()
        began = time.monotonic()
        self.programs.start_beat()
        self._until(lambda: all(attempts > left[job] for job, attempts in self._open(RANGE_JOB).items()))
        return time.monotonic() - began

    def _kill_worker(self, *, again: bool = True) -> None:
        self._until(self._is_writing)
        self.programs.kill_worker(again=again)
        self.worker_kills += 1
        self._say(f"worker killed ({self.worker_kills})")

    def _kill_broker(self) -> None:
        self.programs.kill_broker()
        self.broker_kills += 1
        self._say(f"broker killed ({self.broker_kills})")

    def _is_writing(self) -> bool:
        """Whether a worker's statement that writes evidence or scores of a range is under way."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_stat_activity WHERE application_name = %s AND state = 'active' AND query LIKE 'INSERT INTO curation_pool%%'",
                [WORKER],
            )
            return bool(cursor.rowcount)

    def _until(self, what: Callable[[], bool]) -> None:
        while not what():
            self.programs.look()
            if time.monotonic() > self.gives_up:
                raise SystemExit("faults: not over in time; see the worker's log")
            time.sleep(LOOKED_EVERY)

    def _ranges_done(self) -> int:
        return Job.objects.filter(kind=RANGE_JOB, state=JobState.DONE).count()

    def _open(self, kind: str) -> dict[int, int]:
        """Jobs, with how often they were begun."""
        found = Job.objects.filter(kind=kind, state__in=(JobState.READY, JobState.RUNNING))
        return dict(found.values_list("pk", "attempts"))

    def _say(self, what: str) -> None:
        parked = Job.objects.filter(kind=POISON_JOB, state=JobState.PARKED).count()
        print(f"{what}; ranges done {self._ranges_done()}, poison parked {parked}", flush=True)
