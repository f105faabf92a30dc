"""Where the sample's firms sit: real villages, every province at least once, else as people live."""

from __future__ import annotations

import random
from collections.abc import Iterator

from portal.models import Region

# A firm of a trade sits in one of the regencies known for it this often.
AT_HOME = 0.45


class Places:
    """Villages drawn by the population of their regency; the first draws visit each province once."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        regencies = Region.objects.filter(level=Region.Level.REGENCY).order_by("code").values_list("code", "population")
        self.regencies = [code for code, _people in regencies]
        self.people = [people or 1 for _code, people in regencies]
        self.villages: dict[str, list[str]] = {code: [] for code in self.regencies}
        for code in Region.objects.filter(level=Region.Level.VILLAGE).order_by("code").values_list("code", flat=True):
            self.villages[code[:5]].append(code)
        self.unvisited = self._one_regency_each()

    def next(self, homes: tuple[str, ...] = ()) -> str:
        """A village's code."""
        if homes and self.dice.random() < AT_HOME:
            regency = self.dice.choice(homes)
        else:
            regency = next(self.unvisited, "") or self.dice.choices(self.regencies, self.people)[0]
        return self.dice.choice(self.villages[regency])

    def _one_regency_each(self) -> Iterator[str]:
        for province in sorted({code[:2] for code in self.regencies}):
            inside = [code for code in self.regencies if code.startswith(province) and self.villages[code]]
            yield self.dice.choice(inside)
