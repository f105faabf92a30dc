"""A version of criteria as a table that anybody can read."""

from __future__ import annotations

from curation.models import CriteriaSet, Criterion, Need
from curation.scoring.features import FEATURES
from curation.scoring.shapes import read
from curation.scoring.words import limit_text

FULL = 100


def rules(criteria_set: CriteriaSet | None, needs: list[Need]) -> list[tuple[Criterion, str]]:
    """Gates first, then by weight, each with what holds it or earns all its points. A ratio names the need's own quantity
    where the programme has one need."""
    if criteria_set is None:
        return []
    criteria = sorted(criteria_set.criteria.all(), key=lambda each: (not each.is_gate, -each.weight, each.position))
    need = needs[0] if len(needs) == 1 else None
    return [(criterion, rule(criterion, need)) for criterion in criteria]


def rule(criterion: Criterion, need: Need | None = None) -> str:
    feature = FEATURES[criterion.feature]
    reference = need.quantity_per_month if need and feature.reference else None
    return limit_text(
        feature,
        read(criterion.shape, criterion.parameters),
        FULL,
        reference=reference,
        need_unit=need.unit if need else "",
    )
