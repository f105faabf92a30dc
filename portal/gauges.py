"""Figures about the portal's own running, for the operator: whoever keeps something fresh registers how far behind it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reading:
    """`value` in words of the reader's language; `late` where an operator should look after it."""

    label: str
    value: str
    late: bool = False


GAUGES: list[Callable[[], list[Reading]]] = []


def gauge(function: Callable[[], list[Reading]]) -> Callable[[], list[Reading]]:
    """Register a function that is asked each time the operator looks."""
    GAUGES.append(function)
    return function


def readings() -> list[Reading]:
    return [reading for function in GAUGES for reading in function()]


def in_words(seconds: float, seconds_label: Any, minutes_label: Any) -> str:
    """Below two minutes in seconds, else in whole minutes; labels have %(count)s."""
    if seconds < 120:
        return str(seconds_label) % {"count": round(seconds)}
    return str(minutes_label) % {"count": round(seconds / 60)}
