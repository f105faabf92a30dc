"""Several enterprises together cover a need that none covers alone: who, how much each, and what else would do.

The program is solved by HiGHS within a second; a search of our own takes over where that ends without an answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from curation.matching.program import INFEASIBLE, SOLVED, solve
from curation.matching.pruning import without_outdone
from curation.matching.search import searched
from curation.matching.task import Candidate, Option, Plan, Task, filled, options_of

MOST_SECONDS = 1.0
# Of these the solver gets most: what is left is enough for the search.
SOLVER_SECONDS = 0.6
# All alternatives together: a person waits for them.
ALTERNATIVES_SECONDS = 2.0
MOST_WITHOUT = 10


@dataclass(frozen=True)
class Alternative:
    """`kind`: more, fewer, near, holding, without (then `key` says whom)."""

    kind: str
    plan: Plan
    key: int | None = None
    members: int = 0

    def cheaper(self, than: Plan, grains: int) -> Decimal:
        """In per cent of what the other costs, in rupiah; below zero where it is dearer."""
        before = than.money(grains)
        return (before - self.plan.money(grains)) * 100 / before if before else Decimal(0)


def form(candidates: Sequence[Candidate], task: Task, *, seconds: float = MOST_SECONDS) -> Plan | None:
    """The best consortium that was found in the time. None where there is none: `shortfall` says why."""
    began = time.perf_counter()
    options = without_outdone(options_of(candidates, task), task)
    chosen, status = solve(options, task, seconds=seconds * SOLVER_SECONDS / MOST_SECONDS)
    if status == INFEASIBLE:
        return None
    best = filled(chosen, task) if chosen is not None else None
    if best is not None and status == SOLVED:
        return replace(best, proved=True)
    other = searched(options, task, until=began + seconds * 0.95)
    plans = [plan for plan in (best, other) if plan is not None]
    return min(plans, key=lambda plan: plan.cost) if plans else None


def alternatives(
    candidates: Sequence[Candidate],
    task: Task,
    plan: Plan,
    *,
    near: frozenset[int] = frozenset(),
    papers: frozenset[str] = frozenset(),
    seconds: float = ALTERNATIVES_SECONDS,
) -> list[Alternative]:
    """Each of them again the best of its kind, where it differs. `near`: who works in the need's own
    province; `papers`: what each could be asked to hold."""
    until = time.perf_counter() + seconds
    found: list[Alternative] = []

    def tried(kind: str, other: Task, key: int | None = None) -> None:
        left = until - time.perf_counter()
        if left <= 0:
            return
        made = form(candidates, other, seconds=min(seconds / 4, left))
        if made is not None and made.shares != plan.shares:
            found.append(Alternative(kind, made, key, len(made.given)))

    used = len(plan.given)
    if used == task.members:
        tried("more", replace(task, members=task.members + 1))
    if used > max(1, len(task.pinned)):
        tried("fewer", replace(task, members=used - 1))
    away = frozenset(each.key for each in candidates) - near
    if near and plan.keys & away and not task.pinned & away:
        tried("near", replace(task, excluded=task.excluded | away))
    if not papers <= task.each:
        tried("holding", replace(task, each=task.each | papers))
    for each in sorted(plan.given, key=lambda given: -given.quantity)[:MOST_WITHOUT]:
        if each.key not in task.pinned:
            tried("without", replace(task, excluded=task.excluded | {each.key}), each.key)
    return found


def holders(options: Sequence[Option]) -> frozenset[str]:
    """Every certificate that somebody holds."""
    return frozenset[str]().union(*(option.candidate.certificates for option in options))
