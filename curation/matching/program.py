"""The consortium as a mixed-integer program, solved by HiGHS.

For every option one share of the quantity (0 to 1) and one yes or no. Scaled so that numbers stay near one: the solver's
tolerances are absolute.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array

from curation.matching.task import GAP, Option, Task

SOLVED, OUT_OF_TIME, INFEASIBLE = 0, 1, 2
CHOSEN = 0.5
Row = tuple[list[tuple[int, float]], float, float]


def solve(
    options: Sequence[Option], task: Task, *, seconds: float | None, gap: float = GAP
) -> tuple[list[Option] | None, int]:
    """The chosen options, and how the solver ended. `seconds` None: as long as it takes."""
    if not options:
        return None, INFEASIBLE
    scale = float(numpy.median([option.cost for option in options])) or 1.0
    costs = [option.cost / scale for option in options] + [task.member_cost / (scale * task.quantity)] * len(options)
    result = _run(options, task, costs, _rows(options, task, 1.0), seconds, gap)
    return _chosen(options, result), result.status


def most_reachable(options: Sequence[Option], task: Task, *, seconds: float) -> float | None:
    """The largest part of the quantity, 0 to 1, under all other rules. None where those rule each other out."""
    if not options:
        return 0.0
    costs = [-1.0] * len(options) + [0.0] * len(options)
    result = _run(options, task, costs, _rows(options, task, 0.0), seconds, GAP)
    return None if result.x is None else float(result.x[: len(options)].sum())


def _run(
    options: Sequence[Option], task: Task, costs: list[float], rows: list[Row], seconds: float | None, gap: float
) -> OptimizeResult:
    count = len(options)
    entries = [(row, column, value) for row, (cells, _low, _high) in enumerate(rows) for column, value in cells]
    row_numbers, columns, values = zip(*entries, strict=True)
    matrix = coo_array((values, (row_numbers, columns)), shape=(len(rows), 2 * count)).tocsr()
    limits = {"mip_rel_gap": gap} | ({"time_limit": seconds} if seconds is not None else {})
    return milp(
        costs,
        constraints=LinearConstraint(matrix, [low for _cells, low, _high in rows], [high for _c, _l, high in rows]),
        integrality=[0] * count + [1] * count,
        bounds=Bounds([0.0] * (2 * count), [option.most / task.quantity for option in options] + [1.0] * count),
        options=limits,
    )


def _rows(options: Sequence[Option], task: Task, least_of_all: float) -> list[Row]:
    """Each: what is added up, and between what it must lie."""
    count, unlimited = len(options), float("inf")
    rows: list[Row] = []
    for place, option in enumerate(options):
        rows.append(([(place, 1.0), (count + place, -option.most / task.quantity)], -unlimited, 0.0))
        rows.append(([(place, 1.0), (count + place, -option.least / task.quantity)], 0.0, unlimited))
    rows.append(([(place, 1.0) for place in range(count)], least_of_all, 1.0))
    rows.append(([(count + place, 1.0) for place in range(count)], 0.0, float(task.members)))
    of_key: dict[int, list[int]] = {}
    for place, option in enumerate(options):
        of_key.setdefault(option.key, []).append(count + place)
    rows.extend(([(place, 1.0) for place in places], 0.0, 1.0) for places in of_key.values() if len(places) > 1)
    rows.extend(([(place, 1.0) for place in of_key.get(key, [])], 1.0, 1.0) for key in task.pinned if key in of_key)
    for certificate in sorted(task.together):
        holders = [place for place, option in enumerate(options) if certificate in option.candidate.certificates]
        rows.append(([(count + place, 1.0) for place in holders] or [(0, 0.0)], 1.0, unlimited))
    for key, other in _pairs(options, of_key):
        rows.append(([(place, 1.0) for place in of_key[key] + of_key[other]], 0.0, 1.0))
    return rows


def _pairs(options: Sequence[Option], of_key: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Who may not both be in it, each pair once."""
    return {
        (min(option.key, other), max(option.key, other))
        for option in options
        for other in option.candidate.not_with
        if other in of_key and other != option.key
    }


def _chosen(options: Sequence[Option], result: OptimizeResult) -> list[Option] | None:
    if result.x is None:
        return None
    return [option for option, yes in zip(options, result.x[len(options) :], strict=True) if yes > CHOSEN]
