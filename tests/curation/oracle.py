"""The scorer again in plain Python: fractions, no SQL, nothing of the engine imported. What both agree on is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

Line = Mapping[str, Any]
Evidence = Mapping[str, Any]
# What a ratio compares with.
REFERENCE = {"monthly_capacity": "need_quantity"}
# Counts of what ends: the days on which each does. Of the last of them it still counts.
ENDS = {"verified_documents": "verified_until"}


@dataclass(frozen=True)
class Scored:
    total: Decimal
    coverage: Decimal
    points: list[Decimal | None]
    gates_held: list[bool | None]


def score(lines: Sequence[Line], evidence: Evidence, as_of: dt.date) -> Scored:
    points = [points_of(line, evidence, as_of) for line in lines if line["shape"] != "gate"]
    weights = [Fraction(line["weight"]) for line in lines if line["shape"] != "gate"]
    covered = sum((weight for weight, earned in zip(weights, points, strict=True) if earned is not None), Fraction(0))
    return Scored(
        sum((earned for earned in points if earned is not None), Decimal(0)),
        half_up(100 * covered / sum(weights)) if weights else Decimal(0),
        points,
        [held(line, evidence, as_of) for line in lines if line["shape"] == "gate"],
    )


@dataclass(frozen=True)
class Round:
    """What the marks of a round depend on beside the scores. `minimums`: per criterion with a weight, or None."""

    threshold: Decimal
    floor: Decimal
    coverage: Decimal
    minimums: Sequence[Decimal | None]
    places: int
    confirm: bool = False


def marks(ranked: Sequence[Scored], asked: Round) -> list[str]:
    """What becomes of each, in the order of their ranks."""
    given: list[str] = []
    for each in ranked:
        enough = all((earned or 0) >= (least or 0) for earned, least in zip(each.points, asked.minimums, strict=True))
        if not all(each.gates_held) or each.total < asked.floor:
            given.append("declined")
        elif each.total < asked.threshold or each.coverage < asked.coverage or not enough or asked.confirm:
            given.append("in_review")
        else:
            given.append("curated" if given.count("curated") < asked.places else "waitlisted")
    return given


def points_of(line: Line, evidence: Evidence, as_of: dt.date) -> Decimal | None:
    value = value_of(line, evidence, as_of)
    reference = evidence.get(REFERENCE.get(line["feature"], ""))
    if value is None or (line["shape"] == "ratio" and (reference is None or reference <= 0)):
        return None
    share = SHARES[line["shape"]](line["parameters"], value, reference, as_of)
    return half_up(Fraction(line["weight"]) * share)


def value_of(line: Line, evidence: Evidence, as_of: dt.date) -> Any:
    """A count as of that day, where the days are known; else as it was counted."""
    ends = evidence.get(ENDS.get(line["feature"], ""))
    return evidence.get(line["feature"]) if ends is None else len([day for day in ends if day >= as_of])


def half_up(number: Fraction) -> Decimal:
    return Decimal(floor(number * 100 + Fraction(1, 2))) / 100


def linear(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    zero, full = Fraction(parameters["zero_at"]), Fraction(parameters["full_at"])
    return min(max((Fraction(value) - zero) / (full - zero), Fraction(0)), Fraction(1))


def steps(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    reached = [Fraction(step["share"]) for step in parameters["steps"] if Fraction(step["at_least"]) <= Fraction(value)]
    return reached[-1] / 100 if reached else Fraction(0)


def membership(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    named = {name: Fraction(share) for name, share in parameters["shares"].items()}
    values = value if isinstance(value, list) else [value]
    return max((named.get(each, Fraction(0)) for each in values), default=Fraction(0)) / 100


def ratio(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    share = Fraction(value) / (Fraction(reference) * Fraction(parameters["full_at"]) / 100)
    return min(max(share, Fraction(0)), Fraction(1))


def valid_on(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    return Fraction(int((value - as_of).days >= parameters.get("days", 0)))


def present(parameters: Line, value: Any, reference: Any, as_of: dt.date) -> Fraction:
    return Fraction(int(is_something(value, as_of)))


SHARES = {
    "linear": linear,
    "steps": steps,
    "membership": membership,
    "ratio": ratio,
    "valid_on": valid_on,
    "present": present,
}


def held(line: Line, evidence: Evidence, as_of: dt.date) -> bool | None:
    value, parameters = value_of(line, evidence, as_of), line["parameters"]
    if value is None:
        return None
    values = set(value) if isinstance(value, list) else {value}
    return {
        "is_true": lambda: value is True,
        "present": lambda: is_something(value, as_of),
        "at_least": lambda: Fraction(value) >= Fraction(parameters["value"]),
        "at_most": lambda: Fraction(value) <= Fraction(parameters["value"]),
        "one_of": lambda: bool(values & set(parameters["values"])),
        "all_of": lambda: values >= set(parameters["values"]),
        "valid_on": lambda: (value - as_of).days >= parameters.get("days", 0),
    }[parameters["test"]]()


def is_something(value: Any, as_of: dt.date) -> bool:
    if isinstance(value, dt.date):
        return value >= as_of
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return value > 0
    return not isinstance(value, list) or bool(value)
