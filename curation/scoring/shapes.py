"""The shapes of criteria, with their parameters read from JSON: what compiles, explains and validates starts from these.

Numbers stand in JSON as text ("12.5"), so that they are exact. Shares are percent of the weight, 0–100.
Points are rounded half up to two decimals, always as one exact quotient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

from curation.enums import Shape

CENT = Decimal("0.01")
# Ten years: further ahead no certificate reaches, and dates stay within what the database holds.
MOST_DAYS = 3650
MOST_NUMBER = Decimal(10) ** 15
MOST_VALUES = 2000


class BadParameters(ValueError):
    """`code` says what is wrong; curation.scoring.criteria has the sentence for it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Test(StrEnum):
    """What a gate asks."""

    __test__ = False  # not one of pytest's

    IS_TRUE = "is_true"
    PRESENT = "present"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"
    ALL_OF = "all_of"
    VALID_ON = "valid_on"


@dataclass(frozen=True)
class Gate:
    test: Test
    value: Decimal | None = None
    values: tuple[str, ...] = ()
    days: int = 0


@dataclass(frozen=True)
class Linear:
    """No points at or beyond `zero_at`, all at or beyond `full_at`; between them evenly. Either may be the larger."""

    zero_at: Decimal
    full_at: Decimal

    def value_for(self, share: Decimal) -> Decimal:
        """The value that earns this share of the weight."""
        return self.zero_at + (self.full_at - self.zero_at) * share / 100


@dataclass(frozen=True)
class Step:
    at_least: Decimal
    share: Decimal


@dataclass(frozen=True)
class Steps:
    """The highest step reached counts; below the first there are no points."""

    steps: tuple[Step, ...]

    def step_for(self, share: Decimal, *, above: Decimal | None = None) -> Step | None:
        """The lowest step that earns at least this share (beyond the value `above`)."""
        return next(
            (step for step in self.steps if step.share >= share and (above is None or step.at_least > above)), None
        )


@dataclass(frozen=True)
class Membership:
    """A share for each value named, none for the others. Of a set, the best one counts."""

    shares: tuple[tuple[str, Decimal], ...]

    def values_for(self, share: Decimal) -> list[str]:
        return [value for value, earned in self.shares if earned >= share]


@dataclass(frozen=True)
class Ratio:
    """Evenly from nothing up to `full_at` percent of what the need asks for."""

    full_at: Decimal


@dataclass(frozen=True)
class ValidOn:
    """All the points while the paper is valid `days` after the day of scoring; an expired one earns none."""

    days: int


@dataclass(frozen=True)
class Present:
    """All the points when there is something: yes, more than zero, any text."""


Parameters = Gate | Linear | Steps | Membership | Ratio | ValidOn | Present


def best_share(parameters: Parameters) -> Decimal:
    """The largest share of the weight that anything earns: of steps and of named values it may be less than all."""
    match parameters:
        case Steps(steps):
            return max(step.share for step in steps)
        case Membership(shares):
            return max(earned for _value, earned in shares)
    return Decimal(100)


def read(shape: str, parameters: Mapping[str, Any]) -> Parameters:
    """The parameters of a criterion. Raises BadParameters."""
    if not isinstance(parameters, Mapping):
        raise BadParameters("parameters")
    return READERS[Shape(shape)](parameters)


def points_for(weight: Decimal, share: Decimal) -> Decimal:
    return (weight * share / 100).quantize(CENT, ROUND_HALF_UP)


def number(parameters: Mapping[str, Any], key: str) -> Decimal:
    value = parameters.get(key)
    if value is None or value == "" or isinstance(value, bool | float):
        # A JSON number with a point came through binary arithmetic: not exact, so not taken.
        raise BadParameters("number_missing" if value in (None, "") else "number", field=key)
    try:
        result = Decimal(str(value))
    except InvalidOperation:
        raise BadParameters("number", field=key) from None
    if not result.is_finite() or abs(result) > MOST_NUMBER or result != round(result, 4):
        raise BadParameters("number", field=key)
    return result


def share(parameters: Mapping[str, Any], key: str) -> Decimal:
    result = number(parameters, key)
    if not 0 <= result <= 100:
        raise BadParameters("share", field=key)
    return result


def days(parameters: Mapping[str, Any]) -> int:
    result = number({"days": parameters.get("days") or 0}, "days")
    if result != int(result) or not 0 <= result <= MOST_DAYS:
        raise BadParameters("days", field="days", most=MOST_DAYS)
    return int(result)


def _values(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    values = parameters.get("values")
    if not isinstance(values, list | tuple) or not values:
        raise BadParameters("values_missing", field="values")
    if len(values) > MOST_VALUES or not all(isinstance(value, str) and value for value in values):
        raise BadParameters("values", field="values")
    return tuple(dict.fromkeys(values))


def _gate(parameters: Mapping[str, Any]) -> Gate:
    try:
        test = Test(parameters.get("test", ""))
    except ValueError:
        raise BadParameters("test", field="test") from None
    if test in (Test.AT_LEAST, Test.AT_MOST):
        return Gate(test, value=number(parameters, "value"))
    if test in (Test.ONE_OF, Test.ALL_OF):
        return Gate(test, values=_values(parameters))
    if test == Test.VALID_ON:
        return Gate(test, days=days(parameters))
    return Gate(test)


def _linear(parameters: Mapping[str, Any]) -> Linear:
    shape = Linear(number(parameters, "zero_at"), number(parameters, "full_at"))
    if shape.zero_at == shape.full_at:
        raise BadParameters("equal_ends", field="full_at")
    return shape


def _steps(parameters: Mapping[str, Any]) -> Steps:
    rows = parameters.get("steps")
    if not isinstance(rows, list | tuple) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise BadParameters("steps_missing", field="steps")
    steps = tuple(Step(number(row, "at_least"), share(row, "share")) for row in rows)
    if any(after.at_least <= before.at_least for before, after in pairwise(steps)):
        raise BadParameters("steps_order", field="steps")
    return Steps(steps)


def _membership(parameters: Mapping[str, Any]) -> Membership:
    shares = parameters.get("shares")
    if not isinstance(shares, Mapping) or not shares:
        raise BadParameters("values_missing", field="shares")
    if len(shares) > MOST_VALUES or not all(isinstance(value, str) and value for value in shares):
        raise BadParameters("values", field="shares")
    return Membership(tuple((value, share(shares, value)) for value in shares))


def _ratio(parameters: Mapping[str, Any]) -> Ratio:
    full_at = number(parameters, "full_at")
    if full_at <= 0:
        raise BadParameters("ratio", field="full_at")
    return Ratio(full_at)


READERS: dict[str, Callable[[Mapping[str, Any]], Parameters]] = {
    Shape.GATE: _gate,
    Shape.LINEAR: _linear,
    Shape.STEPS: _steps,
    Shape.MEMBERSHIP: _membership,
    Shape.RATIO: _ratio,
    Shape.VALID_ON: lambda parameters: ValidOn(days(parameters)),
    Shape.PRESENT: lambda parameters: Present(),
}
