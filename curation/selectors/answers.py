"""What an enterprise is answered: each published reason with the evidence behind it, and what changed since an earlier score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.urls import reverse

from curation.models import Application, Decision, EvidenceSnapshot, Score
from curation.scoring.changes import Changes, changes
from curation.scoring.explain import CriterionResult, Explanation, explain
from curation.scoring.features import FEATURES, Feature, Mend
from curation.selectors.opportunities import earlier_application
from curation.selectors.papers import all_with_numbers, unnamed, with_numbers
from portal.enums import Role
from portal.models import User


def with_evidence(decisions: Iterable[Decision], user: User) -> list[Decision]:
    """Decisions with their feedback, each row of it with `evidence`, `page`, `minutes` and `way`.

    `evidence` is what the score that was decided on had looked at; `page` where the enterprise mends it, in `minutes`.
    """
    listed = list(decisions)
    scored = [decision for decision in listed if decision.score is not None]
    told = all_with_numbers([explain(decision.score) for decision in scored], user)
    explanations = {decision.pk: explanation for decision, explanation in zip(scored, told, strict=True)}
    for decision in listed:
        found = explanations.get(decision.pk)
        results = {result.criterion.pk: result for result in found.results} if found else {}
        for row in decision.feedback.all():
            result = results.get(row.criterion_id)
            feature = FEATURES[row.criterion.feature] if row.criterion is not None else None
            row.evidence = result.evidence if result else ""
            row.page = reverse(feature.page, args=feature.page_args) if feature else ""
            row.minutes = feature.minutes if feature else None
            row.way = _way(feature, result)
    return listed


def _way(feature: Feature | None, result: CriterionResult | None) -> str:
    """By entering it now (mend), by entering it once it is so (update), or by nothing that the enterprise enters (none)."""
    if feature is None or feature.mend == Mend.NOTHING:
        return "none"
    return "mend" if result is None or result.can_be_mended else "update"


@dataclass(frozen=True)
class Since:
    """What changed since: `decided_at` an earlier decision on this application, or `application` the one before; neither where the
    reader may not know which one that was."""

    changes: Changes
    application: Application | None = None
    decided_at: dt.datetime | None = None


def changes_since(application: Application, explanation: Explanation | None, user: User) -> Since | None:
    """Since the score that the last decision on this application rested on, else since the application before it."""
    if explanation is None or explanation.score is None:
        return None
    decided = (
        application.decisions.filter(
            score__isnull=False, score__snapshot_revision__lt=explanation.score.snapshot_revision
        )
        .select_related("score__criteria_set__programme")
        .order_by("-decided_at", "-pk")
        .first()
    )
    if decided is not None and decided.score is not None:
        earlier_then = with_numbers(explain(decided.score), user)
        return Since(changes(earlier_then, explanation), decided_at=decided.decided_at)
    earlier = earlier_application(application)
    score = newest_score(earlier) if earlier else None
    if earlier is None or score is None:
        return None
    # That one was decided, so its name is known: where this one's is not, neither its number nor its papers' are.
    hidden = application.is_unnamed and user.acts_as(Role.OFFICER, Role.APPROVER)
    before = unnamed(explain(score)) if hidden else with_numbers(explain(score), user)
    return Since(changes(before, explanation), application=None if hidden else earlier)


def scores_explained(scores: Sequence[Score], user: User) -> list[Explanation]:
    """Of one application, in their order: each by the evidence and the version of criteria it was computed from."""
    prefetch_related_objects(scores, "criteria_set__programme", "criteria_set__criteria")
    frozen = {
        (snapshot.application_id, snapshot.revision): snapshot
        for snapshot in EvidenceSnapshot.objects.filter(application__in={score.application_id for score in scores})
    }
    told = [explain(score, snapshot=frozen[score.application_id, score.snapshot_revision]) for score in scores]
    return all_with_numbers(told, user)


def newest_score(application: Application) -> Score | None:
    return application.scores.select_related("criteria_set__programme").order_by("-scored_at", "-pk").first()
