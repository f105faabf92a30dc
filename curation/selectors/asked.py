"""What an application still asks for: of a dossier that is entered once, only what this programme adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from curation.scoring.explain import CriterionResult, Explanation
from portal.models import Enterprise

# Answers short enough to be given on the page of the application: by feature, the section and its answers.
ASKED_HERE: dict[str, tuple[str, tuple[str, ...]]] = {
    "years_in_business": ("identity", ("established_on",)),
    "workforce": ("people", ("workforce",)),
    "trained_share": ("people", ("workforce", "workforce_trained")),
    "investment": ("finance", ("investment",)),
    "technology_level": ("production", ("technology_level",)),
    "flagship_product": ("innovation", ("flagship_product",)),
}


@dataclass(frozen=True)
class Elsewhere:
    """One page of the portal, and which criteria wait for it."""

    url: str
    labels: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class Asked:
    # By section.
    here: dict[str, tuple[str, ...]]
    elsewhere: tuple[Elsewhere, ...]

    @property
    def nothing(self) -> bool:
        return not self.here and not self.elsewhere


def answers_for(result: CriterionResult) -> tuple[str, ...]:
    """The names of the dossier's answers that a criterion waits for, where they are few."""
    return ASKED_HERE.get(result.feature.key, ("", ()))[1]


def asked_of(enterprise: Enterprise, explanation: Explanation) -> Asked:
    here: dict[str, list[str]] = {}
    elsewhere: dict[str, list[CriterionResult]] = {}
    for result in explanation.asked:
        section, names = ASKED_HERE.get(result.feature.key, ("", ()))
        unknown = [name for name in names if not _known(getattr(enterprise, name))]
        if not unknown:
            elsewhere.setdefault(result.improve_url, []).append(result)
            continue
        known = here.setdefault(section, [])
        known += [name for name in unknown if name not in known]
    return Asked(
        {section: tuple(names) for section, names in here.items()},
        tuple(
            Elsewhere(url, tuple(each.criterion.label for each in results), max(each.minutes for each in results))
            for url, results in elsewhere.items()
        ),
    )


def _known(value: Any) -> bool:
    return value not in (None, "")
