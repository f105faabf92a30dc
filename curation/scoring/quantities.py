"""What a value earns, as an exact whole number: the only place where shapes become arithmetic.

A criterion turns its value into a quantity from 0 (no points) to `whole` (all of them); its points are
weight × quantity ÷ whole, rounded half up to hundredths. Whole numbers of 64 bits do that wherever the feature's type and
the parameters prove that nothing can overflow and nothing is lost; `numeric` does it elsewhere, for the weight given.
Both are the same fraction, so every machine gets the same last digit, and a quantity gives the points of any other weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from math import gcd, lcm
from typing import Any

from curation.models import Criterion
from curation.scoring.features import FEATURES, NUMBERS, Feature, Type
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
    read,
)
from curation.scoring.sql import Sql

# Decimals are read as whole ten-thousandths: all that a column of evidence or a parameter can hold.
UNIT = 10_000
# Shares come in percent with four decimals.
WHOLE_SHARE = 100 * UNIT
MOST_CENTS = 10_000
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Quantity:
    """`for_any_weight`: else `sql` is already the hundredths of points, under the criterion's own weight."""

    sql: Sql
    whole: int
    for_any_weight: bool = True


def value_of(feature: str) -> str:
    """How a feature's value is called in these expressions: whole, decimals in ten-thousandths."""
    return f"v_{feature}"


def cents(weight: Decimal) -> int:
    return int(Decimal(weight) * 100)


def hundredths(column: str, weight: int, quantity: Quantity) -> str:
    """Points from the quantity in this column, in whole hundredths. NULL stays NULL."""
    if weight % quantity.whole == 0:
        return f"{column} * {weight // quantity.whole}"
    common = gcd(2 * weight, quantity.whole)
    times, half = 2 * weight // common, quantity.whole // common
    return f"({column} * {times} + {half}) / {2 * half}"


def quantity_of(criterion: Criterion, as_of: dt.date, references: Sequence[Decimal] | None = None) -> Quantity:
    """Over the values named by `value_of`. `references`: all the values that what a ratio compares with can have."""
    feature, shape = FEATURES[criterion.feature], read(criterion.shape, criterion.parameters)
    return MAKERS[type(shape)](_Asked(feature, cents(criterion.weight), as_of, references), shape)


def gate_of(criterion: Criterion, as_of: dt.date) -> Sql:
    """True, false, or NULL where there is no evidence."""
    feature, gate = FEATURES[criterion.feature], read(criterion.shape, criterion.parameters)
    if not isinstance(gate, Gate):
        raise TypeError(gate)
    value = value_of(feature.key)
    if gate.test == Test.AT_LEAST:
        return _at_least(feature, gate.value or Decimal(0))
    if gate.test == Test.AT_MOST:
        return _at_most(feature, gate.value or Decimal(0))
    if gate.test == Test.VALID_ON:
        return _valid(feature, gate.days, as_of)
    if gate.test == Test.ONE_OF:
        return _is_among(feature, gate.values)
    if gate.test == Test.ALL_OF:
        return Sql(f"{value} @> %s::text[]", (list(gate.values),))
    return Sql(f"CASE WHEN {value} IS NOT NULL THEN {_is_something(feature, as_of)} END")


@dataclass(frozen=True)
class _Asked:
    feature: Feature
    weight: int
    as_of: dt.date
    references: Sequence[Decimal] | None

    @property
    def value(self) -> str:
        return value_of(self.feature.key)


def _fits(whole: int, *others: int) -> bool:
    """Whether points of any weight are computed within 64 bits, and these parameters stand in them."""
    return whole * (2 * MOST_CENTS + 1) <= LARGEST and all(abs(other) <= LARGEST for other in others)


def _unit(feature: Feature) -> int:
    return UNIT if feature.type == Type.DECIMAL else 1


def _at_least(feature: Feature, bound: Decimal) -> Sql:
    # A whole number reaches 2.5 when it reaches 3.
    whole = int((bound * _unit(feature)).to_integral_value(ROUND_CEILING))
    return Sql(f"{value_of(feature.key)} >= %s", (whole,))


def _at_most(feature: Feature, bound: Decimal) -> Sql:
    whole = int((bound * _unit(feature)).to_integral_value(ROUND_FLOOR))
    return Sql(f"{value_of(feature.key)} <= %s", (whole,))


def _valid(feature: Feature, days: int, as_of: dt.date) -> Sql:
    return Sql(f"{value_of(feature.key)} >= %s::date", (as_of + dt.timedelta(days=days),))


def _is_among(feature: Feature, values: Sequence[str]) -> Sql:
    value = value_of(feature.key)
    if feature.type == Type.SET:
        return Sql(f"{value} && %s::text[]", (list(values),))
    if len(values) == 1:
        return Sql(f"{value} = %s", (values[0],))
    return Sql(f"{value} = ANY (%s::text[])", (list(values),))


def _is_something(feature: Feature, as_of: dt.date) -> str:
    value = value_of(feature.key)
    if feature.type == Type.BOOLEAN:
        return value
    if feature.type in NUMBERS:
        return f"{value} > 0"
    if feature.type == Type.SET:
        return f"cardinality({value}) > 0"
    if feature.type == Type.DATE:
        # A paper that has expired is none.
        return f"{value} >= date '{as_of:%Y-%m-%d}'"
    return f"{value} IS NOT NULL"


def _cases(value: str, cases: Sequence[tuple[Sql, Sql]], otherwise: Sql) -> Sql:
    """The first case that holds; NULL where there is no value, since no case holds of NULL."""
    return Sql.join(
        " ",
        [
            Sql("CASE"),
            *(Sql(f"WHEN {when.text} THEN {then.text}", (*when.params, *then.params)) for when, then in cases),
            Sql(f"WHEN {value} IS NOT NULL THEN {otherwise.text} END", otherwise.params),
        ],
    )


def _whole(number: int) -> Sql:
    return Sql("%s::bigint", (number,))


NOTHING = _whole(0)


def _shared(asked: _Asked, cases: Sequence[tuple[Sql, Decimal]]) -> Quantity:
    """A share of the weight, in percent, for the first case that holds."""
    parts = [int(share * UNIT) for _when, share in cases]
    common = reduce(gcd, parts, WHOLE_SHARE)
    rows = [(when, _whole(part // common)) for (when, _share), part in zip(cases, parts, strict=True)]
    return Quantity(_cases(asked.value, rows, NOTHING), WHOLE_SHARE // common)


def _steps(asked: _Asked, steps: Steps) -> Quantity:
    return _shared(asked, [(_at_least(asked.feature, step.at_least), step.share) for step in reversed(steps.steps)])


def _membership(asked: _Asked, membership: Membership) -> Quantity:
    """Best share first, values of one share together: of a set, the best one it holds counts."""
    by_share: dict[Decimal, list[str]] = {}
    for value, share in membership.shares:
        by_share.setdefault(share, []).append(value)
    ordered = sorted(by_share.items(), reverse=True)
    return _shared(asked, [(_is_among(asked.feature, values), share) for share, values in ordered])


def _valid_on(asked: _Asked, valid_on: ValidOn) -> Quantity:
    return Quantity(_cases(asked.value, [(_valid(asked.feature, valid_on.days, asked.as_of), _whole(1))], NOTHING), 1)


def _present(asked: _Asked, present: Present) -> Quantity:
    return Quantity(_cases(asked.value, [(Sql(_is_something(asked.feature, asked.as_of)), _whole(1))], NOTHING), 1)


def _linear(asked: _Asked, linear: Linear) -> Quantity:
    """How far the value has come on the way from no points to all, in the smallest unit both ends are whole in."""
    finer = _finer(asked.feature, linear)
    unit = _unit(asked.feature) * finer
    zero, full = int(linear.zero_at * unit), int(linear.full_at * unit)
    way, rising = abs(full - zero), full > zero
    here = f"{asked.value} * {finer}" if finer > 1 else asked.value
    reached, beyond = (_at_most, _at_least) if rising else (_at_least, _at_most)
    ends = [reached(asked.feature, linear.zero_at), beyond(asked.feature, linear.full_at)]
    if _fits(way, zero, full):
        gone = Sql(f"{here} - %s::bigint" if rising else f"%s::bigint - {here}", (zero,))
        return Quantity(_cases(asked.value, [(ends[0], NOTHING), (ends[1], _whole(way))], gone), way)
    exact = f"{asked.value}::numeric * {finer}"
    gone = Sql(f"({exact} - %s)" if rising else f"(%s - {exact})", (zero,))
    return _rounded(asked, ends, gone, Sql("%s::numeric", (way,)))


def _finer(feature: Feature, linear: Linear) -> int:
    """By how much whole numbers must be counted finer, so that both ends are whole too."""
    if feature.type == Type.DECIMAL:
        return 1
    return next(
        10**places
        for places in range(5)
        if all(_is_whole(end * 10**places) for end in (linear.zero_at, linear.full_at))
    )


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _ratio(asked: _Asked, ratio: Ratio) -> Quantity:
    """Value ÷ (reference × full_at %). With the references known beforehand the quotients get one denominator."""
    if asked.references is None:
        return _ratio_to_anything(asked, ratio)
    reference, full = value_of(asked.feature.reference), int(ratio.full_at * UNIT)
    # Both in ten-thousandths: value × WHOLE_SHARE ÷ (reference × full), in lowest terms.
    wanted = sorted({int(each * UNIT) for each in asked.references if each > 0})
    terms = {each: _lowest(WHOLE_SHARE, each * full) for each in wanted}
    whole = lcm(*(below for _times, below in terms.values()))
    if not _fits(whole):
        return _ratio_to_anything(asked, ratio)
    whens = [
        (Sql(f"{reference} = %s", (each,)), _part_of(asked, times, below, whole))
        for each, (times, below) in terms.items()
    ]
    if not whens:
        return Quantity(Sql("NULL::bigint"), 1)
    cases = Sql.join(
        " ", [Sql(f"WHEN {when.text} THEN {then.text}", (*when.params, *then.params)) for when, then in whens]
    )
    return Quantity(Sql(f"CASE {cases.text} END", cases.params), whole)


def _part_of(asked: _Asked, times: int, below: int, whole: int) -> Sql:
    enough = -(-below // times)
    ends = [(Sql(f"{asked.value} <= 0"), NOTHING), (Sql(f"{asked.value} >= %s", (enough,)), _whole(whole))]
    return _cases(asked.value, ends, Sql(f"{asked.value} * %s::bigint", (times * (whole // below),)))


def _lowest(above: int, below: int) -> tuple[int, int]:
    common = gcd(above, below)
    return above // common, below // common


def _ratio_to_anything(asked: _Asked, ratio: Ratio) -> Quantity:
    reference, full = value_of(asked.feature.reference), int(ratio.full_at * UNIT)
    gone = Sql(f"({asked.value}::numeric * %s)", (WHOLE_SHARE,))
    way = Sql(f"({reference}::numeric * %s)", (full,))
    ends = [Sql(f"{asked.value} <= 0"), Sql(f"{gone.text} >= {way.text}", (*gone.params, *way.params))]
    points = _rounded(asked, ends, gone, way)
    return Quantity(
        Sql(f"CASE WHEN {reference} > 0 THEN {points.sql.text} END", points.sql.params), points.whole, False
    )


def _rounded(asked: _Asked, ends: Sequence[Sql], gone: Sql, way: Sql) -> Quantity:
    """The hundredths of points at once: a quotient of any size, rounded half up in one exact step (div truncates)."""
    part = Sql(
        f"div({2 * asked.weight} * {gone.text} + {way.text}, 2 * {way.text})::bigint",
        (*gone.params, *way.params, *way.params),
    )
    cases = [(ends[0], NOTHING), (ends[1], _whole(asked.weight))]
    return Quantity(_cases(asked.value, cases, part), asked.weight, False)


MAKERS: dict[type[Parameters], Callable[[_Asked, Any], Quantity]] = {
    Linear: _linear,
    Steps: _steps,
    Membership: _membership,
    Ratio: _ratio,
    ValidOn: _valid_on,
    Present: _present,
}
