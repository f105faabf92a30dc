"""`make bench-scoring`: a pool run end to end through Celery with two workers, beside one COPY of what it writes.

Turn by turn, each on an empty table of the same definition, all durable and as the app role: the COPY of a file made
beforehand, in order of the key; a run of production, from the click to its end, over evidence already read; the same rows
scored again in place through the same job table; `bulk_create` of a sample of ready rows, scaled; and one enterprise in a
hundred changed, from the scheduler's next round to the last score, there and back. Medians over the turns.

A change is read again for every programme that asks "who would pass?", and too many changes have its run begun anew. The sample
data's programmes ask, too: they stop first, so that what changed for one programme stands beside a run of that one.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from statistics import median

from django.db.models import F

from curation.models import PoolEvidence, PoolRun, Programme
from curation.services.pool import start_pool_run
from portal.acting import acting
from portal.jobs import enqueue_all
from portal.models import Enterprise
from tests.bench import crowd, world, written
from tests.bench.bounds import Promise, all_kept
from tests.bench.jobs import RESCORE_JOB
from tests.bench.waiting import until_done, until_idle, until_settled
from tests.workers import worker

# Every small and medium industrial firm of the country: more than fits in memory, and promised a little less.
COUNTRY = 4_410_000
ROWS, TURNS = int(os.environ.get("ROWS", "1000000")), int(os.environ.get("TURNS", "3"))
ORM_SAMPLE, PYTHON_SAMPLE, CHECKED = min(ROWS, 50_000), min(ROWS, 5_000), min(ROWS // 100, 1_000)
CRITERIA = len(world.LINES) - len(written.GATES)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="mitrapasok-bench-") as name:
        celery = worker(Path(name), include="tests.bench.jobs")
        try:
            bench = Bench(Path(name) / "rows")
            for _turn in range(TURNS):
                bench.turn()
            return bench.say()
        finally:
            celery.stop()


class Bench:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.chance = random.Random("bench-scoring")
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.mismatches = 0
        until_settled()
        world.alone()
        with self._timing("enterprises made"):
            self.made = range(*crowd.as_owner(f"crowd.enterprises_for({ROWS})"))
        self.programme: Programme = world.programme()
        with self._timing("their evidence read"):
            self._run()
        with self._timing("evidence drawn around them"):
            crowd.as_owner(f"crowd.crowd_in({self.programme.pk}, {self.made}, {ROWS})")
        self.last = self._run()
        written.serialise(self.last, self.file)

    def turn(self) -> None:
        until_idle()
        written.empty_table()
        with self._timing("copy"):
            written.copy(self.file)
        with self._timing("insert"):
            run = self.last = self._run()
        self.mismatches += abs(run.enterprises - ROWS) + written.differing(run)
        self.mismatches += written.wrong(run, self._anybody())
        until_idle()
        with self._timing("rescore"):
            self._rescore(run)
        self.mismatches += written.differing(run)
        written.empty_table()
        with self._timing("bulk_create"):
            written.by_orm(run, ORM_SAMPLE)
        for by in (1, -1):
            self._change(run, by)

    def say(self) -> int:
        for what, seconds in self.seconds.items():
            print(f"{what}: {', '.join(f'{each:.2f}' for each in seconds)} s")
        took = {what: median(seconds) for what, seconds in self.seconds.items()}
        orm = took["bulk_create"] * ROWS / ORM_SAMPLE
        written.empty_table()
        python = written.by_python(self.last, PYTHON_SAMPLE) * ROWS / PYTHON_SAMPLE
        print(
            f"scaled: bulk_create of {ORM_SAMPLE} ready rows to {orm:.0f} s; read, scored in Python and written by bulk_create,"
            f" {PYTHON_SAMPLE} rows, to {python:.0f} s ({python / took['insert']:.0f} times a run)"
        )
        kept = all_kept(
            Promise("insert_ratio", took["insert"] / took["copy"], at_most=1.3 if ROWS < COUNTRY else 1.5),
            Promise("rescore_ratio", took["rescore"] / took["copy"], at_most=2.5),
            Promise("orm_bulk_ratio", orm / took["insert"], at_least=20),
            Promise("incremental_1pct_ratio", took["incremental"] / took["insert"], at_most=0.4),
            full_size=ROWS >= 1_000_000,
        )
        print(
            f"bench-scoring: rows={ROWS} criteria={CRITERIA} copy_s={took['copy']:.2f}"
            f" insert_ratio={took['insert'] / took['copy']:.2f} rescore_ratio={took['rescore'] / took['copy']:.2f}"
            f" orm_bulk_ratio={orm / took['insert']:.1f} incremental_1pct_ratio={took['incremental'] / took['insert']:.2f}"
            f" mismatches={self.mismatches}"
        )
        return 0 if kept and not self.mismatches else 1

    def _run(self) -> PoolRun:
        """A threshold that differs makes it another run, which scores the same."""
        version = self.programme.criteria_sets.get()
        version.threshold += Decimal("0.01")
        version.save(update_fields=["threshold"])
        with acting(None, None):
            run = start_pool_run(self.programme, by=None)
        return until_done(run)

    def _rescore(self, run: PoolRun) -> None:
        with acting(None, None):
            enqueue_all(RESCORE_JOB, {f"{run.pk}:{each.number}": {"range": each.pk} for each in run.ranges.all()})
        until_idle()

    def _change(self, run: PoolRun, by: int) -> None:
        """One in a hundred hires somebody, or lets somebody go."""
        changed = sorted(random.Random(run.pk).sample(self.made[:-2], ROWS // 100))
        until_idle()
        with acting(None, None):
            Enterprise.objects.filter(pk__in=changed).update(workforce=F("workforce") + by)
        with self._timing("incremental"):
            until_settled()
        read = PoolEvidence.objects.filter(programme=self.programme, enterprise__in=changed)
        self.mismatches += len(changed) - read.filter(workforce=F("enterprise__workforce")).count()
        self.mismatches -= Enterprise.objects.filter(pk__in=changed, workforce=None).count()
        self.mismatches += written.wrong(run, [*changed[:CHECKED], *self._anybody()])

    def _anybody(self) -> list[int]:
        return self.chance.sample(range(self.made.start, self.made[-2]), CHECKED)

    @contextmanager
    def _timing(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what].append(time.perf_counter() - began)
        print(f"{what}: {self.seconds[what][-1]:.2f} s", flush=True)
