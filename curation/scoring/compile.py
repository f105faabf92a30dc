"""Criteria compile to one SQL statement; PostgreSQL does the arithmetic. The only place where points are computed.

Programme runs, dry runs, replay and the checks before publication all select `scored(...)` from some relation of evidence:
snapshots, live data, or rows made up to probe the criteria. All arithmetic is `numeric`; a quotient is rounded half up in
one exact step (`div` truncates without rounding first), so every machine gets the same last digit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from curation.enums import Shape
from curation.models import Criterion
from curation.scoring.features import FEATURES, NUMBERS, SQL_TYPES, Feature, Type
from curation.scoring.shapes import (
    Gate,
    Linear,
    Membership,
    Parameters,
    Present,
    Ratio,
    Steps,
    Test,
    ValidOn,
    points_for,
    read,
)
from curation.scoring.sql import Sql

EVIDENCE = "evidence"
# One clause of the scored relation per name: what callers may select.
ENDS = frozenset(feature.ends for feature in FEATURES.values() if feature.ends)
TOTAL, COVERAGE, POINTS, GATES = "total", "coverage", "points", "gates_held"


@dataclass(frozen=True)
class Compiled:
    """One criterion: its expression over `evidence`, and the feature it reads."""

    criterion: Criterion
    feature: Feature
    parameters: Parameters
    sql: Sql


def compile_criteria(criteria: Iterable[Criterion], as_of: dt.date) -> list[Compiled]:
    """In the order points and gates are kept in. Raises KeyError on an unknown feature, BadParameters on a bad shape."""
    compiled = []
    for criterion in criteria:
        feature, parameters = FEATURES[criterion.feature], read(criterion.shape, criterion.parameters)
        sql = (
            _gate(feature, parameters, as_of)
            if isinstance(parameters, Gate)
            else _points(criterion, feature, parameters, as_of)
        )
        compiled.append(Compiled(criterion, feature, parameters, sql))
    return compiled


def scored(criteria: Sequence[Criterion], as_of: dt.date, source: Sql, keep: Sequence[str]) -> Sql:
    """SELECT `keep` (columns of the source), total, coverage, points, gates_held FROM the source of evidence."""
    compiled = compile_criteria(criteria, as_of)
    weighted = [each for each in compiled if each.criterion.shape != Shape.GATE]
    gates = [each for each in compiled if each.criterion.shape == Shape.GATE]
    inner = Sql.join(
        ", ",
        [
            *(Sql(column) for column in keep),
            *(Sql(f"{each.sql.text} AS p{place}", each.sql.params) for place, each in enumerate(weighted)),
            *(Sql(f"{each.sql.text} AS g{place}", each.sql.params) for place, each in enumerate(gates)),
        ],
    )
    points = [f"p{place}" for place in range(len(weighted))]
    held = [f"g{place}" for place in range(len(gates))]
    weight = sum((each.criterion.weight for each in weighted), Decimal(0))
    covered = Sql.join(
        " + ",
        [
            Sql(f"CASE WHEN p{place} IS NULL THEN 0 ELSE %s END", (each.criterion.weight,))
            for place, each in enumerate(weighted)
        ],
    )
    coverage = _half_up(Sql(f"200 * 100 * ({covered.text})", covered.params), weight) if weighted else Sql("0::numeric")
    # OFFSET 0 keeps the planner from writing every expression twice.
    return Sql(
        f"SELECT {', '.join([*(_bare(column) for column in keep), ''])}"
        f"{' + '.join(f'coalesce({name}, 0)' for name in points) or '0::numeric'} AS {TOTAL}, {coverage.text} AS {COVERAGE},"
        f" ARRAY[{', '.join(points)}]::numeric(5, 2)[] AS {POINTS}, ARRAY[{', '.join(held)}]::boolean[] AS {GATES}"
        f" FROM (SELECT {inner.text} FROM {source.text} OFFSET 0) AS computed",
        (*coverage.params, *inner.params, *source.params),
    )


def typed_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> Sql:
    """Made-up evidence as a relation: one row per dict, missing keys NULL, `row` numbering them from 0."""
    types = ["bigint", *(column_type(column) for column in columns)]
    line = Sql(f"({', '.join(f'%s::{name}' for name in types)})")
    values = Sql.join(
        ", ", [Sql(line.text, (place, *(row.get(column) for column in columns))) for place, row in enumerate(rows)]
    )
    return Sql(f"(VALUES {values.text}) AS {EVIDENCE} ({', '.join(['row', *columns])})", values.params)


def column_type(column: str) -> str:
    """Of a feature, of what ratios compare with, or of the days on which what is counted ends."""
    if column in ENDS:
        return "date[]"
    return SQL_TYPES[FEATURES[column].type if column in FEATURES else Type.DECIMAL]


def columns_of(criteria: Iterable[Criterion]) -> list[str]:
    """The columns of evidence that these criteria read."""
    features = [FEATURES[criterion.feature] for criterion in criteria]
    beside = [name for each in features for name in (each.reference, each.ends) if name]
    return list(dict.fromkeys([*(each.key for each in features), *beside]))


def _bare(column: str) -> str:
    return column.rpartition(" AS ")[2] if " AS " in column else column.rpartition(".")[2]


def _half_up(twice: Sql, divisor: Any) -> Sql:
    """Hundredths of a non-negative quotient, half up: `twice` is 200 times its numerator, `divisor` above zero."""
    if isinstance(divisor, Sql):
        return Sql(
            f"div({twice.text} + {divisor.text}, 2 * {divisor.text}) * 0.01",
            (*twice.params, *divisor.params, *divisor.params),
        )
    return Sql(f"div({twice.text} + %s, %s) * 0.01", (*twice.params, divisor, 2 * divisor))


def _column(feature: Feature, as_of: dt.date) -> str:
    """The value as of that day. The date is ours, so it may stand in the statement."""
    column = f"{EVIDENCE}.{feature.key}"
    if not feature.ends:
        return column
    ends = f"{EVIDENCE}.{feature.ends}"
    left = f"(SELECT count(*) FROM unnest({ends}) AS each (day) WHERE each.day >= date '{as_of:%Y-%m-%d}')"
    return f"(CASE WHEN {ends} IS NULL THEN {column} ELSE {left} END)"


def _value(feature: Feature, as_of: dt.date) -> str:
    column = _column(feature, as_of)
    return f"{column}::numeric" if feature.type == Type.INTEGER else column


def _is_something(feature: Feature, as_of: dt.date) -> str:
    column = _column(feature, as_of)
    if feature.type == Type.BOOLEAN:
        return column
    if feature.type in NUMBERS:
        return f"{column} > 0"
    if feature.type == Type.SET:
        return f"cardinality({column}) > 0"
    if feature.type == Type.DATE:
        # A paper that has expired is none.
        return f"{column} >= date '{as_of:%Y-%m-%d}'"
    return f"{column} IS NOT NULL"


def _valid(feature: Feature, days: int, as_of: dt.date) -> Sql:
    return Sql(f"{EVIDENCE}.{feature.key} >= %s::date", (as_of + dt.timedelta(days=days),))


def _gate(feature: Feature, gate: Gate, as_of: dt.date) -> Sql:
    """True, false, or NULL where there is no evidence."""
    column = f"{EVIDENCE}.{feature.key}"
    if gate.test == Test.AT_LEAST:
        return Sql(f"({_value(feature, as_of)} >= %s)", (gate.value,))
    if gate.test == Test.AT_MOST:
        return Sql(f"({_value(feature, as_of)} <= %s)", (gate.value,))
    if gate.test == Test.VALID_ON:
        valid = _valid(feature, gate.days, as_of)
        return Sql(f"({valid.text})", valid.params)
    if gate.test in (Test.ONE_OF, Test.ALL_OF):
        if feature.type != Type.SET:
            return Sql(f"({column} = ANY (%s::text[]))", (list(gate.values),))
        return Sql(f"({column} {'&&' if gate.test == Test.ONE_OF else '@>'} %s::text[])", (list(gate.values),))
    return Sql(f"CASE WHEN {column} IS NOT NULL THEN {_is_something(feature, as_of)} END")


def _points(criterion: Criterion, feature: Feature, parameters: Parameters, as_of: dt.date) -> Sql:
    weight = Decimal(criterion.weight)
    column = f"{EVIDENCE}.{feature.key}"
    if isinstance(parameters, Ratio):
        return _ratio(weight, feature, parameters, as_of)
    cases = Sql.join(" ", _cases(weight, feature, parameters, as_of))
    return Sql(f"CASE WHEN {column} IS NULL THEN NULL {cases.text} END", cases.params)


def _cases(weight: Decimal, feature: Feature, parameters: Parameters, as_of: dt.date) -> list[Sql]:
    value = _value(feature, as_of)
    if isinstance(parameters, Linear):
        return _linear(weight, value, parameters)
    if isinstance(parameters, Steps):
        return [
            *(
                Sql(f"WHEN {value} >= %s THEN %s", (step.at_least, points_for(weight, step.share)))
                for step in reversed(parameters.steps)
            ),
            Sql("ELSE 0"),
        ]
    if isinstance(parameters, Membership):
        return _membership(weight, feature, parameters)
    if isinstance(parameters, ValidOn):
        valid = _valid(feature, parameters.days, as_of)
        return [Sql(f"WHEN {valid.text} THEN %s ELSE 0", (*valid.params, weight))]
    if isinstance(parameters, Present):
        return [Sql(f"WHEN {_is_something(feature, as_of)} THEN %s ELSE 0", (weight,))]
    raise TypeError(parameters)


def _linear(weight: Decimal, value: str, linear: Linear) -> list[Sql]:
    rising = linear.full_at > linear.zero_at
    way = abs(linear.full_at - linear.zero_at)
    gone = f"({value} - %s)" if rising else f"(%s - {value})"
    part = _half_up(Sql(f"%s * {gone}", (200 * weight, linear.zero_at)), way)
    # The constants 100 (cents) and 2 (half up) are in 200 × weight.
    low, high = ("<=", ">=") if rising else (">=", "<=")
    return [
        Sql(f"WHEN {value} {low} %s THEN 0", (linear.zero_at,)),
        Sql(f"WHEN {value} {high} %s THEN %s", (linear.full_at, weight)),
        Sql(f"ELSE {part.text}", part.params),
    ]


def _membership(weight: Decimal, feature: Feature, membership: Membership) -> list[Sql]:
    """Best share first, values of one share together: of a set, the best one it holds counts."""
    column = f"{EVIDENCE}.{feature.key}"
    by_share: dict[Decimal, list[str]] = {}
    for value, share in membership.shares:
        by_share.setdefault(share, []).append(value)
    test = f"{column} && %s::text[]" if feature.type == Type.SET else f"{column} = ANY (%s::text[])"
    return [
        *(
            Sql(f"WHEN {test} THEN %s", (by_share[share], points_for(weight, share)))
            for share in sorted(by_share, reverse=True)
        ),
        Sql("ELSE 0"),
    ]


def _ratio(weight: Decimal, feature: Feature, ratio: Ratio, as_of: dt.date) -> Sql:
    value, reference = _value(feature, as_of), f"{EVIDENCE}.{feature.reference}"
    full = Sql(f"({reference} * %s)", (ratio.full_at,))
    # value ÷ (reference × full_at %): both sides times 100.
    part = _half_up(Sql(f"%s * {value}", (200 * 100 * weight,)), full)
    return Sql(
        f"CASE WHEN {value} IS NULL OR {reference} IS NULL OR {reference} <= 0 THEN NULL WHEN {value} <= 0 THEN 0"
        f" WHEN {value} * 100 >= {full.text} THEN %s ELSE {part.text} END",
        (*full.params, weight, *part.params),
    )
