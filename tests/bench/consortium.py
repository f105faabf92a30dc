"""`make bench-consortium`: 48 made-up needs, each with 500 enterprises that could take part, against the optimum.

Capacities and prices are log-normal, larger makers somewhat cheaper, a third with a lower price for more than half of their
capacity; a need asks for a tenth to nine tenths of what its largest members could give. A third of the needs ask for nothing
more, a third for two certificates, a third for certificates, pins, shares within bounds, and cooperatives whose members
stand in the list themselves. The optimum is HiGHS's on all options, without a limit of time and with no gap. `greedy` is the
start of the search that takes over where the solver has no answer in time, `search` all of it.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import replace
from decimal import Decimal
from math import ceil

from curation.matching.consortium import MOST_SECONDS, form
from curation.matching.program import solve
from curation.matching.pruning import without_outdone
from curation.matching.search import Table, searched
from curation.matching.task import Candidate, Offer, Plan, Task, filled, options_of
from tests.bench.bounds import Promise, all_kept

CANDIDATES = 500
LOADS, MEMBERS, SEEDS = (0.1, 0.3, 0.6, 0.9), (5, 10), 6
# Promised, against the optimum.
COST = 1.005
KINDS = ("plain", "certificates", "everything")


def main() -> int:
    form(*instance(0, 0.3, 5))  # what a worker has loaded long before
    ratios, taken, starts, searches = [], [], [], []
    for load in LOADS:
        for members in MEMBERS:
            for seed in range(SEEDS):
                candidates, task = instance(seed, load, members)
                options = options_of(candidates, task)
                chosen, _status = solve(options, task, seconds=None, gap=0.0)
                best = filled(chosen, task) if chosen is not None else None
                if best is None:
                    raise SystemExit("bench-consortium: an instance has no answer")
                began = time.perf_counter()
                plan = form(candidates, task)
                taken.append((time.perf_counter() - began) * 1000)
                check(plan, candidates, task)
                ratios.append(plan.cost / best.cost)
                few = without_outdone(options, task)
                start = filled([few[place] for place in Table(few, task).greedy([])], task)
                starts.append(start.cost / best.cost if start else None)
                found = searched(few, task, until=time.perf_counter() + MOST_SECONDS * 0.95)
                searches.append(found.cost / best.cost if found else None)
    led = [ratio for ratio in starts if ratio is not None]
    alone = [ratio for ratio in searches if ratio is not None]
    print(f"greedy: feasible={len(led)} of {len(starts)} cost_ratio_max={max(led):.4f}")
    print(
        f"search: feasible={len(alone)} of {len(searches)} cost_ratio_median={statistics.median(alone):.4f} "
        f"cost_ratio_max={max(alone):.4f} within_1.005={sum(ratio <= 1.005 for ratio in alone)}"
    )
    print(f"form: ms_median={statistics.median(taken):.0f} ms_max={max(taken):.0f}")
    p95 = sorted(taken)[ceil(0.95 * len(taken)) - 1]
    kept = all_kept(Promise("cost_ratio_max", max(ratios), at_most=COST), Promise("ms_p95", p95, at_most=1000))
    print(
        f"bench-consortium: instances={len(ratios)} candidates={CANDIDATES} cost_ratio_max={max(ratios):.4f} "
        f"ms_p95={p95:.0f} greedy_cost_ratio_median={statistics.median(led):.4f}",
        flush=True,
    )
    return 0 if kept else 1


def instance(seed: int, load: float, members: int) -> tuple[list[Candidate], Task]:
    roll = random.Random(f"consortium {seed} {load} {members}")
    kind = KINDS[seed % len(KINDS)]
    capacities = [max(5, round(roll.lognormvariate(5, 1.2))) for _number in range(CANDIDATES)]
    mean = sum(capacities) / len(capacities)
    candidates = []
    for key, capacity in enumerate(capacities):
        price = round(10_000 * roll.lognormvariate(0, 0.18) * (capacity / mean) ** -0.04)
        offers = [Offer(1, capacity, Decimal(price))]
        if roll.random() < 1 / 3:
            offers.append(Offer(capacity // 2 + 1, capacity, Decimal(round(price * 0.95))))
        candidates.append(
            Candidate(
                key,
                tuple(offers),
                score=min(99.0, max(45.0, roll.gauss(72, 9))),
                distance=roll.choices((0.0, 0.03, 0.08), (2, 3, 5))[0],
                certificates=frozenset(name for name, part in (("sni", 0.5), ("iso", 0.2)) if roll.random() < part),
            )
        )
    # Pins and cooperatives take places that the largest could fill.
    largest = members - 2 if kind == "everything" else members
    quantity = round(sum(sorted(capacities)[-largest:]) * load)
    task = Task(quantity, Decimal(16_000), members)
    if kind == "plain":
        return candidates, task
    task = replace(task, together=frozenset({"sni", "iso"}))
    if kind == "certificates":
        return candidates, task
    # Every tenth is a cooperative of the four after it.
    for first in range(0, CANDIDATES, 10):
        group = frozenset(range(first + 1, first + 5))
        candidates[first] = replace(candidates[first], not_with=group)
    pinned = next(each.key for each in candidates if capacities[each.key] > mean and "sni" in each.certificates)
    least, most = quantity // 50, max(quantity // 2, max(capacities) // 2)
    return candidates, replace(task, pinned=frozenset({pinned}), least=max(1, least), most=min(most, quantity))


def check(plan: Plan | None, candidates: list[Candidate], task: Task) -> None:
    """Every rule again, from what was given in."""
    if plan is None:
        raise SystemExit("bench-consortium: no consortium where there is one")
    known = {each.key: each for each in candidates}
    members = [known[key] for key in plan.keys]
    held = frozenset().union(*(each.certificates for each in members))
    clashes = any(other in plan.keys for each in members for other in each.not_with)
    kept = (
        sum(plan.shares.values()) == task.quantity
        and len(members) == len(plan.given) <= task.members
        and all(given.option.least <= given.quantity <= given.option.most for given in plan.given)
        and task.together <= held
        and task.pinned <= plan.keys
        and not clashes
    )
    if not kept:
        raise SystemExit("bench-consortium: a rule is broken")


if __name__ == "__main__":
    sys.exit(main())
