"""Whom no best consortium needs: each is outdone by more others than it could have beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from curation.matching.task import Option, Task


def without_outdone(options: Sequence[Option], task: Task) -> list[Option]:
    """Loses nothing: of as many that give at least as much, ask for no more, cost no more and hold the same certificates as
    there may be members, one is always free to stand in its place."""
    if len(options) <= task.members:
        return list(options)
    least = numpy.array([option.least for option in options])
    most = numpy.array([option.most for option in options])
    cost = numpy.array([option.cost for option in options])
    bits = {certificate: 1 << place for place, certificate in enumerate(sorted(task.together))}
    held = numpy.array(
        [sum(bits[each] for each in option.candidate.certificates if each in bits) for option in options], dtype=object
    ).astype(numpy.int64)
    free = numpy.array([not option.candidate.not_with for option in options])
    keys = numpy.array([option.key for option in options])
    order = numpy.lexsort((keys, cost))
    kept = []
    for place in order:
        option = options[place]
        better = free & (cost <= cost[place]) & (most >= most[place]) & (least <= least[place])
        better &= ((held & held[place]) == held[place]) & (keys != keys[place])
        # Of two alike the one with the lower key outdoes, not each the other.
        alike = (cost == cost[place]) & (most == most[place]) & (least == least[place]) & (held == held[place])
        better &= ~alike | (keys < keys[place])
        if option.key in task.pinned or len(set(keys[better].tolist())) < task.members:
            kept.append(option)
    return kept
