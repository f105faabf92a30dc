"""Two sets of rules over the whole pool in one statement: what stands, and a draft that somebody is trying out.

A criterion's quantity is taken from the scores of the last run where that run asked the same – its points under any weight
follow exactly –, and computed from the evidence where it did not: that criterion alone. The arithmetic is the engine's
(curation.scoring.compile, quantities); here it is only told in which column each quantity stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from curation.enums import PoolOutcome
from curation.models import Criterion, PoolRun
from curation.scoring.compile import EVIDENCE, Compiled, Held, Weighted
from curation.scoring.pool import GROUP_COLUMNS, Rules, compile_for, evidence_table, rules_of_run, score_table
from curation.scoring.quantities import cents
from curation.scoring.shapes import read
from curation.scoring.sql import Sql

# Bars of the histogram, in hundredths of points; the last one holds 100 as well.
BAR, BARS = 500, 20
# What is counted, in bits of one whole number: codes of provinces have two digits.
WIDTHS = {"bar": 5, "becomes": 3, "was": 3, "form_code": 4, "class_code": 3, "province": 7}
SHIFTS = dict(zip(WIDTHS, accumulate(WIDTHS.values(), initial=0), strict=False))
# Keeps the planner from writing a total anew wherever it is named, as OFFSET 0 does – which would keep all of it to one core.
# That it is volatile is what counts; of such functions none is cheaper that several cores may call.
FENCE = "pg_is_in_recovery() AS fence"
PARTS = ("bar", *GROUP_COLUMNS)


@dataclass(frozen=True)
class Side:
    """A set of rules with the column of each quantity and gate, over the relation `Trial.scored`."""

    rules: Rules
    compiled: Compiled
    total: str
    coverage: str
    misses_a_gate: str

    def outcome(self, total: str, shift: int = 0) -> str:
        """As curation.services.marking marks. What only few are asked – coverage, minimums – is computed for those alone."""
        whens = [
            (self.misses_a_gate, PoolOutcome.GATE_MISSED),
            (f"{total} < {self.rules.review_floor}", PoolOutcome.BELOW),
            (f"{total} < {self.rules.threshold}", PoolOutcome.REVIEW),
        ]
        if self.rules.minimum_coverage:
            whens.append((f"{self.coverage} < {self.rules.minimum_coverage}", PoolOutcome.LITTLE_EVIDENCE))
        if below := [
            f"coalesce({each.points}, 0) < {cents(each.criterion.minimum)}"
            for each in self.compiled.weighted
            if each.criterion.minimum
        ]:
            whens.append((" OR ".join(below), PoolOutcome.BELOW_MINIMUM))
        cases = " ".join(f"WHEN {condition} THEN {outcome.value << shift}" for condition, outcome in whens)
        return f"CASE {cases} ELSE {PoolOutcome.PASSES.value << shift} END"


class Trial:
    """`run` must be standing. With `recomputes`, the programme's evidence must be there, too."""

    def __init__(self, run: PoolRun, standing: Rules, tried: Rules) -> None:
        self.run = run
        kept = compile_for(rules_of_run(run), run)
        self._kept = tuple(replace(each, name=f"q{place}") for place, each in enumerate(kept.weighted, start=1))
        self._names = {_asked(each): each.name for each in self._kept}
        self._bits = {_same(each.criterion): 1 << place for place, each in enumerate(kept.gates)}
        self._anew: dict[Hashable, Weighted] = {}
        self._gates_anew: dict[Hashable, Held] = {}
        self.standing, self.tried = self._side(standing), self._side(tried)

    @property
    def recomputes(self) -> list[Criterion]:
        """The criteria that the run did not ask."""
        return [each.criterion for each in (*self._anew.values(), *self._gates_anew.values())]

    def counts(self) -> Sql:
        """One scan. Rows of `part` – the column they are broken down by – with its `value` (0: not stated), the outcome before
        and after, and how many. Of the part "bar" the value is the bar of the histogram."""
        # A million rows are sorted into cells by one number; by six columns it took twice as long. Each part comes in its place
        # already: shifting it there took another tenth.
        given = [
            f"greatest(least(after / {BAR}, {BARS - 1}), 0)",
            self.tried.outcome("after", SHIFTS["becomes"]),
            self.standing.outcome("before", SHIFTS["was"]),
            *(f"coalesce({column} * {1 << SHIFTS[column]}, 0)" for column in GROUP_COLUMNS),
        ]
        cell = " | ".join(f"({each})" for each in given)
        fields = ", ".join(f"cell >> {SHIFTS[name]} & {2**width - 1} AS {name}" for name, width in WIDTHS.items())
        sets = ", ".join(f"({column}, was, becomes)" for column in PARTS)
        part = " ".join(f"WHEN grouping({column}) = 0 THEN '{column}'" for column in PARTS)
        return Sql(
            f"SELECT CASE {part} END AS part, coalesce({', '.join(PARTS)}) AS value, was, becomes, sum(n)::bigint AS n"
            f" FROM (SELECT {fields}, n FROM (SELECT cell, count(*) AS n"
            # Of a column computed behind a fence the planner expects few values, and lets each worker count its own.
            f" FROM (SELECT {cell} AS cell, {FENCE} FROM ({self.scored.text}) AS scored) AS judged GROUP BY cell) AS cells) AS fields"
            f" GROUP BY GROUPING SETS ({sets})",
            self.scored.params,
        )

    def movers(self, *, entering: bool, limit: int, offset: int) -> Sql:
        """Who passes now and did not before, or the other way round: the nearest to the threshold first."""
        passes = PoolOutcome.PASSES.value
        was, becomes = ("<>", "=") if entering else ("=", "<>")
        return Sql(
            "SELECT enterprise_id, before, after, was, becomes FROM (SELECT enterprise_id, before, after,"
            f" {self.standing.outcome('before')} AS was, {self.tried.outcome('after')} AS becomes"
            f" FROM ({self.scored.text}) AS scored) AS judged WHERE was {was} {passes} AND becomes {becomes} {passes}"
            " ORDER BY after DESC, before DESC, enterprise_id LIMIT %s OFFSET %s",
            (*self.scored.params, limit, offset),
        )

    @cached_property
    def scored(self) -> Sql:
        """One row an enterprise: its totals before and after, and whatever else an outcome asks for."""
        kept = [
            f"s.{column}" for column in ("enterprise_id", *GROUP_COLUMNS, "missed", "coverage", *self._names.values())
        ]
        anew = [each.name for each in (*self._anew.values(), *self._gates_anew.values())]
        source = Sql(f"{score_table(self.run.pk)} AS s")
        if anew:
            # The values of these criteria alone, from evidence that keeps decimals whole.
            fresh = Compiled(tuple(self._anew.values()), tuple(self._gates_anew.values()), self.run.as_of).computed(
                Sql(f"{evidence_table(self.run.programme_id)} AS {EVIDENCE}"), [f"{EVIDENCE}.enterprise_id"], exact=True
            )
            source = Sql(f"{source.text} JOIN ({fresh.text}) AS fresh USING (enterprise_id)", fresh.params)
        return Sql(
            f"SELECT {', '.join([*kept, *anew])}, ({self.standing.total})::int AS before, ({self.tried.total})::int AS after,"
            f" {FENCE} FROM {source.text}",
            source.params,
        )

    def _side(self, rules: Rules) -> Side:
        compiled = compile_for(rules, self.run)
        compiled = replace(
            compiled,
            weighted=tuple(replace(each, name=self._column(each)) for each in compiled.weighted),
            gates=tuple(each if _same(each.criterion) in self._bits else self._gate(each) for each in compiled.gates),
        )
        bits = sum({self._bits[key] for each in compiled.gates if (key := _same(each.criterion)) in self._bits})
        misses = [
            *([f"missed & {bits} <> 0"] if bits else []),
            *(f"{each.name} IS NOT TRUE" for each in compiled.gates if _same(each.criterion) not in self._bits),
        ]
        added, removed = _points(compiled.weighted), _points(self._kept)
        # What was added up once need not be again: only what is worth more or less than it was.
        more, less = added - removed, removed - added
        return Side(
            rules,
            compiled,
            " ".join(["s.total", *_terms("+", more), *_terms("-", less)])
            if more.total() + less.total() < added.total()
            else compiled.total,
            compiled.coverage if more or less else "coverage",
            " OR ".join(misses) or "false",
        )

    def _column(self, weighted: Weighted) -> str:
        key = _asked(weighted)
        if key in self._names:
            return self._names[key]
        return self._anew.setdefault(key, replace(weighted, name=f"n{len(self._anew)}")).name

    def _gate(self, gate: Held) -> Held:
        return self._gates_anew.setdefault(_same(gate.criterion), replace(gate, name=f"h{len(self._gates_anew)}"))


def _same(criterion: Criterion) -> Hashable:
    return criterion.feature, read(criterion.shape, criterion.parameters)


def _asked(weighted: Weighted) -> Hashable:
    """Criteria with the same quantity. A few kinds of quantity hold for one weight alone (curation.scoring.quantities)."""
    weight = None if weighted.quantity.for_any_weight else weighted.weight
    return _same(weighted.criterion), weight


def _points(criteria: Iterable[Weighted]) -> Counter[str]:
    return Counter(each.points for each in criteria)


def _terms(sign: str, points: Counter[str]) -> list[str]:
    return [f"{sign} coalesce({each}, 0)" for each in points.elements()]
