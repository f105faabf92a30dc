"""What changed between two scores of one enterprise, criterion by criterion: evidence, value, points."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from curation.scoring.explain import CriterionResult, Explanation


@dataclass(frozen=True)
class Change:
    """One criterion; a side is None where the version of criteria behind it has none such."""

    before: CriterionResult | None
    after: CriterionResult | None

    @property
    def sample(self) -> CriterionResult:
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def gain(self) -> Decimal | None:
        """Points won or lost; None for gates, and where one side has no such criterion."""
        if self.before is None or self.after is None or self.sample.is_gate:
            return None
        return self.after.earned - self.before.earned

    @property
    def is_change(self) -> bool:
        if self.before is None or self.after is None:
            return True
        return _seen(self.before) != _seen(self.after)


@dataclass(frozen=True)
class Changes:
    before: Explanation
    after: Explanation
    lines: tuple[Change, ...]

    @property
    def gain(self) -> Decimal:
        return self.after.total - self.before.total

    @property
    def other_criteria(self) -> bool:
        """Scored by another version: the totals do not compare like with like."""
        return self.before.criteria_set.pk != self.after.criteria_set.pk


def changes(before: Explanation, after: Explanation) -> Changes:
    """By feature and shape, since a later version's criteria are rows of their own. What stayed the same is left out."""
    earlier = {_key(result): result for result in before.results}
    later = {_key(result): result for result in after.results}
    lines = [Change(earlier.get(key), later.get(key)) for key in dict.fromkeys([*later, *earlier])]
    return Changes(before, after, tuple(line for line in lines if line.is_change))


def _key(result: CriterionResult) -> tuple[str, str]:
    return result.criterion.feature, result.criterion.shape


def _seen(result: CriterionResult) -> tuple[object, ...]:
    papers = tuple(sorted((paper.kind, paper.pk, paper.until, paper.verified) for paper in result.papers))
    return result.value, result.points, result.held, result.weight, papers
