"""How answers become a level: by counting, so that everybody can count after us.

Not one question stands above another: a foundry that keeps its books in an application and sells by telephone is not behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.enums import DigitalQuestion

# So many answers "yes" make level 1, 2, 3, 4 and 5.
LEAST_FOR_LEVEL = (1, 3, 5, 7, 8)
HIGHEST = len(LEAST_FOR_LEVEL)


@dataclass(frozen=True)
class DigitalLevel:
    level: int
    yes: int
    # Questions answered "no", from the first step to the last.
    open: tuple[DigitalQuestion, ...]

    @property
    def to_next(self) -> int:
        return LEAST_FOR_LEVEL[self.level] - self.yes if self.level < HIGHEST else 0

    @property
    def explanation(self) -> str:
        said = _("Level %(level)d of %(highest)d: %(yes)d of %(all)d answers are yes.") % {
            "level": self.level,
            "highest": HIGHEST,
            "yes": self.yes,
            "all": len(DigitalQuestion),
        }
        if not self.to_next:
            return said
        more = ngettext("%(n)d more makes level %(level)d.", "%(n)d more make level %(level)d.", self.to_next) % {
            "n": self.to_next,
            "level": self.level + 1,
        }
        return f"{said} {more}"

    @staticmethod
    def rule() -> str:
        """As a page states it."""
        steps = ", ".join(f"{least} → {level}" for level, least in enumerate(LEAST_FOR_LEVEL, 1))
        return _("Each “yes” counts the same. Answers that are yes → level: %(steps)s.") % {"steps": steps}


def digital_level(answers: Iterable[dict[str, Any]]) -> DigitalLevel | None:
    """Of all questions answered; None while one is open."""
    said = {row["question"]: row["yes"] for row in answers}
    if any(question not in said for question in DigitalQuestion):
        return None
    yes = sum(said.values())
    level = sum(yes >= least for least in LEAST_FOR_LEVEL)
    return DigitalLevel(level, yes, tuple(question for question in DigitalQuestion if not said[question]))
