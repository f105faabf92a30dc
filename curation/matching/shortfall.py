"""Why no consortium can be formed, in figures, and the smallest change that would make one possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from curation.matching.consortium import form, holders
from curation.matching.program import most_reachable
from curation.matching.task import Candidate, Task, options_of

SECONDS = 2.0
# Of the time, for one try.
ONE_TRY = 0.2
MORE_MEMBERS = (1, 2, 3, 5, 10, 20, 50)


@dataclass(frozen=True)
class Way:
    """One change after which it works. `kind`: members, certificates, most, least, pins, quantity, ceiling, exclusions."""

    kind: str
    value: Decimal | int = 0


@dataclass(frozen=True)
class Shortfall:
    """`reachable` of the quantity, in grains; `missing`: what nobody holds; `unusable`: pinned, yet nothing can be chosen of
    them; `together`: pairs of pins that would count the same goods twice."""

    reachable: int
    missing: frozenset[str]
    unusable: frozenset[int]
    together: tuple[tuple[int, int], ...]
    ways: tuple[Way, ...]


def shortfall(candidates: Sequence[Candidate], task: Task, *, seconds: float = SECONDS) -> Shortfall:
    until = time.perf_counter() + seconds
    options = options_of(candidates, task)
    unusable = task.pinned - {option.key for option in options}
    known = {each.key: each for each in candidates}
    together = tuple(
        (key, other)
        for key in sorted(task.pinned)
        for other in sorted(task.pinned)
        if key < other and key in known and (other in known[key].not_with or key in known[other].not_with)
    )
    missing = (task.together | task.each) - holders(options_of(candidates, replace(task, each=frozenset())))
    free = replace(task, together=task.together - missing, each=task.each - missing)
    free = replace(free, pinned=frozenset() if together else task.pinned - unusable)
    part = most_reachable(options_of(candidates, free), free, seconds=seconds * ONE_TRY)
    reachable = min(task.quantity, int((part or 0) * task.quantity + 1e-6))
    return Shortfall(
        reachable, missing, unusable, together, tuple(_ways(candidates, task, reachable, seconds * ONE_TRY, until))
    )


def _ways(candidates: Sequence[Candidate], task: Task, reachable: int, one_try: float, until: float) -> list[Way]:
    found: list[Way] = []

    def works(other: Task) -> bool:
        left = until - time.perf_counter()
        return left > 0 and form(candidates, other, seconds=min(one_try, left)) is not None

    for more in MORE_MEMBERS:
        if works(replace(task, members=task.members + more)):
            found.append(Way("members", task.members + more))
            break
    if task.most and works(replace(task, most=0)):
        found.append(Way("most"))
    if task.least > 1 and works(replace(task, least=1)):
        found.append(Way("least"))
    if task.excluded and works(replace(task, excluded=frozenset())):
        found.append(Way("exclusions"))
    if task.pinned and works(replace(task, pinned=frozenset())):
        found.append(Way("pins"))
    if task.each and works(replace(task, each=frozenset(), together=task.together | task.each)):
        found.append(Way("certificates"))
    if 0 < reachable < task.quantity and works(replace(task, quantity=reachable)):
        found.append(Way("quantity", reachable))
    ceiling = _ceiling(candidates, task, works)
    return [*found, Way("ceiling", ceiling)] if ceiling is not None else found


def _ceiling(candidates: Sequence[Candidate], task: Task, works: Callable[[Task], bool]) -> Decimal | None:
    """The lowest price among those above the ceiling at which it would work, by halving."""
    prices = sorted({offer.price for each in candidates for offer in each.offers if offer.price > task.ceiling})
    if not prices or not works(replace(task, ceiling=prices[-1])):
        return None
    low, high = 0, len(prices) - 1
    while low < high:
        middle = (low + high) // 2
        if works(replace(task, ceiling=prices[middle])):
            high = middle
        else:
            low = middle + 1
    return prices[low]
