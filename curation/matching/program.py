"""The consortium as a mixed-integer program, solved by HiGHS.

For every option one share of the quantity (0 to 1) and one yes or no. Scaled so that numbers stay near one: the solver's
tolerances are absolute.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from statistics import median

from highspy import Highs, HighsLp, HighsModelStatus, HighsVarType, MatrixFormat, SolutionStatus

from curation.matching.task import GAP, Option, Task

SOLVED, OUT_OF_TIME, INFEASIBLE = HighsModelStatus.kOptimal, HighsModelStatus.kTimeLimit, HighsModelStatus.kInfeasible
CHOSEN = 0.5
Row = tuple[list[tuple[int, float]], float, float]


def solve(
    options: Sequence[Option], task: Task, *, seconds: float | None, gap: float = GAP
) -> tuple[list[Option] | None, HighsModelStatus]:
    """The chosen options, and how the solver ended. `seconds` None: as long as it takes."""
    if not options:
        return None, INFEASIBLE
    scale = median(option.cost for option in options) or 1.0
    costs = [option.cost / scale for option in options] + [task.member_cost / (scale * task.quantity)] * len(options)
    found, status = _run(options, task, costs, _rows(options, task, 1.0), seconds, gap)
    return _chosen(options, found), status


def most_reachable(options: Sequence[Option], task: Task, *, seconds: float) -> float | None:
    """The largest part of the quantity, 0 to 1, under all other rules. None where those rule each other out."""
    if not options:
        return 0.0
    costs = [-1.0] * len(options) + [0.0] * len(options)
    found, _status = _run(options, task, costs, _rows(options, task, 0.0), seconds, GAP)
    return None if found is None else sum(found[: len(options)])


def _run(
    options: Sequence[Option], task: Task, costs: list[float], rows: list[Row], seconds: float | None, gap: float
) -> tuple[Sequence[float] | None, HighsModelStatus]:
    """The best values found, where any are, and how the solver ended."""
    count = len(options)
    program = HighsLp()
    program.num_col_, program.num_row_ = 2 * count, len(rows)
    program.col_cost_ = costs
    program.col_lower_ = [0.0] * (2 * count)
    program.col_upper_ = [option.most / task.quantity for option in options] + [1.0] * count
    program.integrality_ = [HighsVarType.kContinuous] * count + [HighsVarType.kInteger] * count
    program.row_lower_, program.row_upper_ = [low for _c, low, _high in rows], [high for _c, _low, high in rows]
    program.a_matrix_.format_ = MatrixFormat.kRowwise
    program.a_matrix_.start_ = list(accumulate((len(cells) for cells, _low, _high in rows), initial=0))
    program.a_matrix_.index_ = [column for cells, _low, _high in rows for column, _value in cells]
    program.a_matrix_.value_ = [value for cells, _low, _high in rows for _column, value in cells]
    solver = Highs()
    # One thread: workers are many already, and the same question has the same answer.
    for name, value in {"output_flag": False, "threads": 1, "mip_rel_gap": gap, "time_limit": seconds}.items():
        if value is not None:
            solver.setOptionValue(name, value)
    solver.passModel(program)
    solver.run()
    feasible = solver.getInfo().primal_solution_status == SolutionStatus.kSolutionStatusFeasible
    return (solver.getSolution().col_value if feasible else None), solver.getModelStatus()


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


def _chosen(options: Sequence[Option], found: Sequence[float] | None) -> list[Option] | None:
    if found is None:
        return None
    return [option for option, yes in zip(options, found[len(options) :], strict=True) if yes > CHOSEN]
