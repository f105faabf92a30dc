"""Which of a buyer's criteria another buyer's curation already answers: derived from both sets of criteria and the evidence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from curation.models import CriteriaSet, Criterion, EvidenceSnapshot, Score
from curation.scoring.compile import ENDS, EVIDENCE, scored
from curation.scoring.explain import CriterionResult, Explanation, explained
from curation.scoring.features import FEATURES, Feature
from curation.scoring.sql import Sql

# Aliases of the evidence statement that stand for the offer, the need and its place: what another buyer measured by its own need.
OF_THE_NEED = re.compile(r"\b(o|place)\.|\ba\.fit\b")


@dataclass(frozen=True)
class Cover:
    """One criterion of the recognising buyer. `covered`: asked no more; else `why` says what keeps it."""

    criterion: Criterion
    covered: bool
    why: str = ""


def is_of_the_need(feature: Feature) -> bool:
    return OF_THE_NEED.search(feature.sql) is not None


def cover(criteria_set: CriteriaSet, score: Score | None, day: dt.date) -> list[Cover]:
    """Each criterion of the version against the evidence that the other mark rests on, as of this day.

    Covered is what the other buyer judged by the same feature, what does not depend on the need, and what that evidence
    still meets by this version's own limits. Without a score behind the mark nothing is.
    """
    criteria = list(criteria_set.criteria.all())
    if score is None:
        return [Cover(each, False, _("the other mark was given without a score")) for each in criteria]
    judged = set(score.criteria_set.criteria.values_list("feature", flat=True))
    results = {result.criterion.pk: result for result in under(criteria_set, criteria, score, day).results}
    return [_cover(each, judged, results[each.pk]) for each in criteria]


def _cover(criterion: Criterion, judged: set[str], result: CriterionResult) -> Cover:
    if is_of_the_need(FEATURES[criterion.feature]):
        return Cover(criterion, False, _("measured against your own need"))
    if criterion.feature not in judged:
        return Cover(criterion, False, _("not asked for by the other mark"))
    if not result.has_evidence or result.unmet:
        return Cover(criterion, False, _("the other mark's evidence does not meet it today"))
    return Cover(criterion, True)


def under(criteria_set: CriteriaSet, criteria: list[Criterion], score: Score, day: dt.date) -> Explanation:
    """The other mark's evidence under these criteria: the one engine, writing nothing."""
    snapshot = EvidenceSnapshot.objects.get(application=score.application_id, revision=score.snapshot_revision)
    source = Sql(f"curation_evidencesnapshot AS {EVIDENCE} WHERE {EVIDENCE}.id = %s", (snapshot.pk,))
    row = scored(criteria, day, source, [f"{EVIDENCE}.id"]).rows()[0]
    values: dict[str, Any] = {
        name: getattr(snapshot, name) for name in (*FEATURES, "need_quantity", "need_unit", "papers", *ENDS)
    }
    return explained(
        criteria_set,
        criteria,
        values,
        points=row["points"],
        gates_held=row["gates_held"],
        total=row["total"],
        coverage=row["coverage"],
        as_of=day,
        read_on=snapshot.day,
    )
