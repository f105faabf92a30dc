"""Criteria compile to one SQL statement; PostgreSQL does the arithmetic.

Programme runs, pool runs, dry runs, what-if, replay and the checks before publication all select from one relation of
evidence – snapshots, the pool, live data, or rows made up to probe the criteria – through three layers: the values read as
whole numbers, the quantity of each criterion (curation.scoring.quantities), and the points they give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from curation.models import Criterion
from curation.scoring.features import FEATURES, SQL_TYPES, Type
from curation.scoring.quantities import UNIT, Quantity, cents, gate_of, hundredths, quantity_of, value_of
from curation.scoring.sql import Sql

EVIDENCE = "evidence"
ENDS = frozenset(feature.ends for feature in FEATURES.values() if feature.ends)
# What the scored relation has beside the columns that were kept.
TOTAL, COVERAGE, POINTS, GATES = "total", "coverage", "points", "gates_held"
WHOLE_COVERAGE = 10_000


@dataclass(frozen=True)
class Weighted:
    """A criterion with a weight: its quantity stands in the column `name`."""

    criterion: Criterion
    name: str
    weight: int
    quantity: Quantity

    @property
    def points(self) -> str:
        return hundredths(self.name, self.weight, self.quantity)


@dataclass(frozen=True)
class Held:
    """A gate: true, false or NULL in the column `name`."""

    criterion: Criterion
    name: str
    sql: Sql


@dataclass(frozen=True)
class Compiled:
    """Both in the order in which points and gates are kept."""

    weighted: tuple[Weighted, ...]
    gates: tuple[Held, ...]
    as_of: dt.date

    @property
    def total(self) -> str:
        """In hundredths. What has no evidence earns nothing."""
        return " + ".join(f"coalesce({each.points}, 0)" for each in self.weighted) or "0"

    @property
    def coverage(self) -> str:
        """Hundredths of percent of the weights with evidence, rounded half up."""
        whole = sum(each.weight for each in self.weighted)
        if not whole:
            return "0"
        covered = " + ".join(f"CASE WHEN {each.name} IS NULL THEN 0 ELSE {each.weight} END" for each in self.weighted)
        if whole == WHOLE_COVERAGE:
            return covered
        return f"(({covered})::bigint * {2 * WHOLE_COVERAGE} + {whole}) / {2 * whole}"

    def over(self, source: Sql, keep: Sequence[str], *, exact: bool = False) -> Sql:
        """`computed`, each expression once however often it is named further out."""
        computed = self.computed(source, keep, exact=exact)
        return Sql(f"{computed.text} OFFSET 0", computed.params)

    def computed(self, source: Sql, keep: Sequence[str], *, exact: bool = False) -> Sql:
        """SELECT `keep`, quantities and gates FROM the source. `exact`: it holds decimals as ten-thousandths already."""
        read_here = columns_of([each.criterion for each in (*self.weighted, *self.gates)])
        columns = [column for column in read_here if column not in ENDS]
        values = [f"{read_value(column, self.as_of, exact=exact)} AS {value_of(column)}" for column in columns]
        # OFFSET 0 keeps the planner from writing every expression twice. What is whole already may be.
        once = "" if exact else " OFFSET 0"
        read = Sql(f"(SELECT {', '.join([*keep, *values]) or 'NULL'} FROM {source.text}{once}) AS read", source.params)
        computed = Sql.join(
            ", ",
            [
                *(Sql(bare(column)) for column in keep),
                *(Sql(f"{each.quantity.sql.text} AS {each.name}", each.quantity.sql.params) for each in self.weighted),
                *(Sql(f"{each.sql.text} AS {each.name}", each.sql.params) for each in self.gates),
            ],
        )
        return Sql(f"SELECT {computed.text} FROM {read.text}", (*computed.params, *read.params))


def compile_criteria(
    criteria: Iterable[Criterion], as_of: dt.date, references: Sequence[Decimal] | None = None
) -> Compiled:
    """Raises KeyError on an unknown feature, BadParameters on a bad shape."""
    known = list(criteria)
    weighted = [each for each in known if not each.is_gate]
    gates = [each for each in known if each.is_gate]
    return Compiled(
        tuple(
            Weighted(each, f"q{place}", cents(each.weight), quantity_of(each, as_of, references))
            for place, each in enumerate(weighted)
        ),
        tuple(Held(each, f"g{place}", gate_of(each, as_of)) for place, each in enumerate(gates)),
        as_of,
    )


def scored(
    criteria: Sequence[Criterion],
    as_of: dt.date,
    source: Sql,
    keep: Sequence[str],
    references: Sequence[Decimal] | None = None,
) -> Sql:
    """SELECT `keep` (columns of the source), total, coverage, points, gates_held FROM the source of evidence."""
    compiled = compile_criteria(criteria, as_of, references)
    computed = compiled.over(source, keep)
    points = ", ".join(f"({each.points}) * 0.01" for each in compiled.weighted)
    held = ", ".join(each.name for each in compiled.gates)
    return Sql(
        f"SELECT {''.join(f'{bare(column)}, ' for column in keep)}"
        f"({compiled.total}) * 0.01 AS {TOTAL}, ({compiled.coverage}) * 0.01 AS {COVERAGE},"
        f" ARRAY[{points}]::numeric(5, 2)[] AS {POINTS}, ARRAY[{held}]::boolean[] AS {GATES}"
        f" FROM ({computed.text}) AS computed",
        computed.params,
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
    return SQL_TYPES[_type_of(column)]


def columns_of(criteria: Iterable[Criterion]) -> list[str]:
    """The columns of evidence that these criteria read."""
    features = [FEATURES[criterion.feature] for criterion in criteria]
    beside = [name for each in features for name in (each.reference, each.ends) if name]
    return list(dict.fromkeys([*(each.key for each in features), *beside]))


def read_value(column: str, as_of: dt.date, *, exact: bool = False) -> str:
    """The value as of that day, as a whole number where it is one. The date is ours, so it may stand in the statement."""
    name = f"{EVIDENCE}.{column}"
    if (feature := FEATURES.get(column)) and feature.ends:
        ends = f"{EVIDENCE}.{feature.ends}"
        # In order, as evidence keeps them: the bucket of the day before is how many have ended by then.
        left = f"cardinality({ends}) - width_bucket(date '{as_of - dt.timedelta(days=1):%Y-%m-%d}', {ends})"
        return f"CASE WHEN {ends} IS NULL THEN {name} ELSE {left} END"
    return f"({name} * {UNIT})::bigint" if _type_of(column) == Type.DECIMAL and not exact else name


def bare(column: str) -> str:
    """The name a kept column goes by one layer further out."""
    return column.rpartition(" AS ")[2] if " AS " in column else column.rpartition(".")[2]


def _type_of(column: str) -> Type:
    return FEATURES[column].type if column in FEATURES else Type.DECIMAL
