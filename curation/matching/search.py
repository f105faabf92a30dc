"""Where the solver has no answer in time: a greedy start, then exchanges of one member while they make it cheaper, again and
again from other starts.

All exchanges of one place are compared at once, as columns of numbers. What breaks a rule costs more than anything that
does not, so that a start which breaks one is led out of it by the same exchanges.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Sequence

import numpy

from curation.matching.task import Option, Plan, Task, filled

# So many fresh starts without a gain, and it is good enough.
MOST_IDLE = 60
PAIR = 2
# In the place of the cost, for each whole quantity, certificate or pin that is wrong.
WRONG = 1e30


def searched(options: Sequence[Option], task: Task, *, until: float) -> Plan | None:
    """`until`: a moment of time.perf_counter. None where no division that keeps every rule was found."""
    if not options:
        return None
    table = Table(options, task)
    best = table.improved(table.greedy([]), until)
    worth = table.worth(best)
    roll, idle = random.Random(len(options)), 0
    # Some leave, others come in their place, and it is improved again: out of a corner in which no exchange of one helps.
    while idle < MOST_IDLE and time.perf_counter() < until:
        gone = set(roll.sample(best, min(len(best), roll.choice((1, 2, 3)))))
        # Kept out at first, they are no corner to fall back into at once.
        away = table.improved(table.greedy([place for place in best if place not in gone], gone), until, gone)
        found = table.improved(away, until)
        idle += 1
        if (other := table.worth(found)) < worth:
            best, worth, idle = found, other, 0
    while time.perf_counter() < until and (found := table.two_exchanged(best, until)) is not best:
        best = table.improved(found, until)
    worth = table.worth(best)
    return filled([options[place] for place in best], task) if worth < WRONG else None


class Table:
    """The options as columns, and what may stand beside what. A choice is a list of places in it."""

    def __init__(self, options: Sequence[Option], task: Task) -> None:
        self.task = task
        self.least = numpy.array([option.least for option in options], dtype=float)
        self.most = numpy.array([option.most for option in options], dtype=float)
        self.cost = numpy.array([option.cost for option in options])
        self.keys = numpy.array([option.key for option in options])
        self.pinned = numpy.isin(self.keys, list(task.pinned))
        self.holds = numpy.array(
            [
                [certificate in option.candidate.certificates for certificate in sorted(task.together)]
                for option in options
            ],
            dtype=bool,
        ).reshape(len(options), len(task.together))
        self.apart = self.keys[:, None] == self.keys[None, :]
        for place, option in enumerate(options):
            if option.candidate.not_with:
                others = numpy.isin(self.keys, list(option.candidate.not_with))
                self.apart[place] |= others
                self.apart[:, place] |= others

    def greedy(self, start: list[int], banned: set[int] | None = None) -> list[int]:
        """Who is pinned, then who holds what is missing, then the cheapest that still leaves the others able to fill the rest."""
        chosen = list(start)
        allowed = numpy.ones(len(self.cost), dtype=bool)
        allowed[list(banned or ())] = False
        pinned_rest = self.pinned & allowed
        while (free := self._free(chosen, pinned_rest)).size:
            chosen.append(int(free[numpy.argmin(self.cost[free])]))
        for column in range(self.holds.shape[1]):
            free = self._free(chosen, allowed & self.holds[:, column])
            if free.size and not self.holds[chosen, column].any():
                chosen.append(self._cheapest(free, self.task.quantity))
        while len(chosen) < self.task.members and (left := self.task.quantity - self.most[chosen].sum()) > 0:
            free = self._free(chosen, allowed)
            if not free.size:
                break
            others = self.task.members - len(chosen) - 1
            rest = numpy.sort(self.most[free])[::-1][:others].sum()
            able = free[numpy.minimum(self.most[free], left) + rest >= left]
            chosen.append(self._cheapest(able if able.size else free, left))
        return chosen

    def improved(self, chosen: list[int], until: float, banned: set[int] | None = None) -> list[int]:
        """Drop, add and exchange one at a time, always what gains most, until nothing helps or the time is over."""
        best, worth = chosen, self.worth(chosen)
        while time.perf_counter() < until:
            found, other = best, worth
            for place in range(len(best) + 1):
                rest = best[:place] + best[place + 1 :]
                if place < len(best) and (without := self.worth(rest)) < other:
                    found, other = rest, without
                if len(rest) >= self.task.members:
                    continue
                trials = self._with_each(rest)
                trials[list(banned or ())] = numpy.inf
                chosen_one = int(numpy.argmin(trials))
                if trials[chosen_one] < other - abs(other) * 1e-12:
                    found, other = [*rest, chosen_one], float(trials[chosen_one])
            if found is best:
                break
            best, worth = found, other
        return best

    def worth(self, chosen: list[int]) -> float:
        if not chosen:
            return WRONG * 100
        return float(self._worths(chosen[:-1], numpy.array([chosen[-1:]]))[0])

    def two_exchanged(self, chosen: list[int], until: float) -> list[int]:
        """The first exchange of two for two that gains: dear to look for, so after everything else."""
        worth = self.worth(chosen)
        every = numpy.arange(len(self.cost))
        one, other = (each.ravel() for each in numpy.meshgrid(every, every))
        added = numpy.stack([one, other], axis=1)[one < other]
        for pair in itertools.combinations(chosen, 2):
            if time.perf_counter() >= until:
                break
            rest = [place for place in chosen if place not in pair]
            trials = self._worths(rest, added)
            best = int(numpy.argmin(trials))
            if trials[best] < worth - abs(worth) * 1e-12:
                return [*rest, *map(int, added[best])]
        return chosen

    def _with_each(self, rest: list[int]) -> numpy.ndarray:
        return self._worths(rest, numpy.arange(len(self.cost))[:, None])

    def _worths(self, rest: list[int], added: numpy.ndarray) -> numpy.ndarray:
        """What it costs with each row of these beside the rest; infinitely, where somebody cannot stand there."""
        task = self.task
        rows = numpy.concatenate([numpy.tile(numpy.array(rest, dtype=int), (len(added), 1)), added], axis=1)
        rows = numpy.take_along_axis(rows, numpy.argsort(self.cost[rows], axis=1), axis=1)
        least, cost = self.least[rows], self.cost[rows]
        extra = self.most[rows] - least
        left = task.quantity - least.sum(axis=1)
        before = numpy.cumsum(extra, axis=1) - extra
        more = numpy.clip(left[:, None] - before, 0, extra)
        wrong = numpy.maximum(0, left - extra.sum(axis=1)) + numpy.maximum(0, -left)
        wrong = wrong / task.quantity + len(task.pinned) - self.pinned[rows].sum(axis=1)
        wrong = wrong + (~self.holds[rows].any(axis=1)).sum(axis=1) + max(0, rows.shape[1] - task.members)
        total = (cost * (least + more)).sum(axis=1) + rows.shape[1] * task.member_cost
        apart = self.apart[:, rest].any(axis=1)[added].any(axis=1)
        if added.shape[1] == PAIR:
            apart = apart | self.apart[added[:, 0], added[:, 1]]
        return numpy.where(apart, numpy.inf, numpy.where(wrong > 1e-12, (1 + wrong) * WRONG, total))

    def _free(self, chosen: list[int], among: numpy.ndarray) -> numpy.ndarray:
        """Nobody twice, and nobody's goods twice."""
        free = among.copy()
        for place in chosen:
            free[self.apart[place]] = False
        return numpy.flatnonzero(free)

    def _cheapest(self, places: numpy.ndarray, left: float) -> int:
        """By what one grain costs, with the member's own cost spread over what it would give."""
        each = self.cost[places] + self.task.member_cost / numpy.maximum(numpy.minimum(self.most[places], left), 1)
        return int(places[numpy.argmin(each)])
