"""`make bench-whatif`: a draft's what-if over a million enterprises, beside the sum of the same points.

What a page asks – totals, histogram and the three breakdowns together, by the selector that it calls, as the app role – again
and again with other weights and another threshold; then with another shape of one criterion. The sum of the quantities over the same rows takes turns with them, under the settings of any other statement; the what-if lets
the planner use the cores that are free (curation.selectors.whatif.TUNED). The last line is p95 ÷ the median of the sums.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import ceil

from django.db import connection, transaction

from curation.models import Criterion, PoolRun, Programme
from curation.scoring.pool import Rules, rules_of, score_table
from curation.selectors.whatif import effect
from tests.bench import pool, world
from tests.bench.bounds import Promise, all_kept

ROWS = int(os.environ.get("ROWS", "1000000"))
CALLS = 24
NEED = 2500


def main() -> int:
    programme = world.programme()
    Programme.objects.filter(pk=programme.pk).update(minimum_coverage=Decimal(40))
    programme.refresh_from_db()
    ids = pool.evidence(programme, ROWS, need_quantity=NEED)
    run = pool.scored(programme, ids, need_quantity=NEED)
    roll = random.Random("bench-whatif")
    sums: list[float] = []
    # The first reading of a table marks its rows as committed; a page is not the first to read.
    _timed(lambda: _sum(run))
    weights = _measured(programme, run, _moved_weights(programme, roll), sums)
    shapes = _measured(programme, run, _changed_shapes(programme), sums)
    one = statistics.median(sums)
    for name, taken in (("sum", sums), ("weights", weights), ("shape", shapes)):
        print(f"{name}: median_s={statistics.median(taken):.3f} p95_s={_p95(taken):.3f} of {len(taken)}")
    moved, changed = _p95(weights) / one, _p95(shapes) / one
    kept = all_kept(
        Promise("weights_ratio", moved, at_most=4),
        Promise("shape_ratio", changed, at_most=12),
        full_size=ROWS >= 1_000_000,
    )
    print(f"whatif: rows={ROWS} weights_ratio={moved:.2f} shape_ratio={changed:.2f}", flush=True)
    return 0 if kept else 1


def _measured(programme: Programme, run: PoolRun, drafts: list[Rules], sums: list[float]) -> list[float]:
    taken = []
    for tried in drafts:
        sums.append(_timed(lambda: _sum(run)))
        taken.append(_timed(lambda tried=tried: _ask(programme, tried)))
    return taken


def _ask(programme: Programme, tried: Rules) -> None:
    if effect(programme, tried).whole.enterprises != ROWS:
        raise SystemExit("whatif: not everybody was counted")


def _sum(run: PoolRun) -> None:
    with connection.cursor() as cursor:
        quantities = sum(line["shape"] != "gate" for line in run.criteria)
        columns = ", ".join(f"sum(q{place})" for place in range(1, quantities + 1))
        cursor.execute(f"SELECT {columns} FROM {score_table(run.pk)}")
        cursor.fetchall()


def _timed(step: Callable[[], None]) -> float:
    """In a transaction of its own, as a request is."""
    began = time.perf_counter()
    with transaction.atomic():
        step()
    return time.perf_counter() - began


def _p95(taken: list[float]) -> float:
    return sorted(taken)[ceil(0.95 * len(taken)) - 1]


def _moved_weights(programme: Programme, roll: random.Random) -> list[Rules]:
    """Six of the twelve weights moved, two and two against each other, and the threshold."""
    rules, drafts = rules_of(programme.criteria_sets.get(), programme), []
    for _call in range(CALLS):
        criteria = [_copied(each) for each in rules.criteria]
        chosen = roll.sample([each for each in criteria if not each.is_gate], 6)
        for one, other in zip(chosen[::2], chosen[1::2], strict=True):
            by = Decimal(roll.randrange(25, 400, 25)) / 100
            one.weight, other.weight = one.weight - by, other.weight + by
        drafts.append(replace(rules, criteria=tuple(criteria), threshold=roll.randrange(5000, 7000, 25)))
    return drafts


def _changed_shapes(programme: Programme) -> list[Rules]:
    """One weighted criterion after the other counts otherwise."""
    rules, drafts = rules_of(programme.criteria_sets.get(), programme), []
    for call in range(CALLS):
        criteria = [_copied(each) for each in rules.criteria]
        linear = [each for each in criteria if each.shape == "linear"]
        changed = linear[call % len(linear)]
        changed.parameters = changed.parameters | {"full_at": str(Decimal(changed.parameters["full_at"]) + 1 + call)}
        drafts.append(replace(rules, criteria=tuple(criteria)))
    return drafts


def _copied(criterion: Criterion) -> Criterion:
    return Criterion(**{field.attname: getattr(criterion, field.attname) for field in Criterion._meta.concrete_fields})


if __name__ == "__main__":
    sys.exit(main())
