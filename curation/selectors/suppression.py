"""Counts by group, of which no small one can be read or worked out.

A group is shown only when each of its counts is none or at least `LEAST`. The others are put together in one line, of at least
two groups and with counts of the same kind – else a subtraction from the totals would show what was hidden –, and where they
are not enough by themselves the smallest of the groups shown join them. Where that does not help, nothing is broken down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 5
Key = TypeVar("Key")
# How many, and what became of them: where there is more than one number, the first is the sum of the others.
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Table(Generic[Key]):
    """`together`: the groups that are not shown, as one line; None when there are none. `withheld`: nothing can be shown."""

    shown: Mapping[Key, Counts]
    together: Counts | None
    withheld: bool = False


def speaks(counts: Counts) -> bool:
    """Whether nobody can be made out by these counts."""
    return all(count == 0 or count >= LEAST for count in counts)


def suppressed(groups: Mapping[Key, Counts]) -> Table[Key]:
    present = {key: counts for key, counts in groups.items() if counts[0]}
    total = added(list(present.values()))
    if not total or not speaks(total):
        return Table({}, None, withheld=True)
    shown = sorted((key for key in present if speaks(present[key])), key=lambda key: (-present[key][0], str(key)))
    hidden = [key for key in present if key not in set(shown)]
    while hidden and not _hides([present[key] for key in hidden], total):
        if not shown:
            return Table({}, None, withheld=True)
        hidden.append(shown.pop())
    if hidden and not shown:
        return Table({}, None, withheld=True)
    return Table({key: present[key] for key in shown}, added([present[key] for key in hidden]) if hidden else None)


def _hides(hidden: Sequence[Counts], total: Counts) -> bool:
    """Of each kind that there is at all so many that it could be anybody among them: were there none, it would be known of
    each. One group alone never comes so far, since it is hidden for a small number."""
    return all(count >= LEAST or not whole for count, whole in zip(added(hidden), total, strict=True))


def added(rows: Sequence[Counts]) -> Counts:
    return tuple(sum(column) for column in zip(*rows, strict=True))
