"""Whether who waits for a place still holds what put it on the list: papers end while it waits."""

from __future__ import annotations

from curation.models import Application, Decision
from curation.scoring.cover import under
from curation.scoring.explain import CriterionResult, Explanation, explain
from curation.services.scoring import dry_run, score_provisional, take_snapshot, today
from curation.services.telling import tell_applicant
from portal import audit
from portal.models import AuditEntry

PASS_OVER = "pass_over"


def still_qualifies(application: Application, grounds: Decision) -> bool:
    """By the evidence that it was put on the list for, as of today; where some of that has ended, by what is there now, which
    then becomes its next revision. What a person waived on the list is not asked for again: only what held can be lost."""
    score = grounds.score
    if score is None or score.as_of >= today():
        return True
    then, criteria_set = explain(score), score.criteria_set
    if not lost(then, under(criteria_set, [each.criterion for each in then.results], score, today())):
        return True
    gone = lost(then, dry_run(application.enterprise, application.programme, application.product, criteria_set))
    if gone:
        _pass_over(application, gone)
        return False
    take_snapshot(application, by=None)
    score_provisional(application)
    return True


def lost(then: Explanation, now: Explanation) -> list[CriterionResult]:
    """Gates and minimums that held and do not now; where the total fell below the threshold, whatever earns less."""
    pairs = list(zip(then.results, now.results, strict=True))
    gone = [b for a, b in pairs if (a.held is True and b.held is not True) or (b.below_minimum and not a.below_minimum)]
    if then.total >= then.threshold > now.total:
        gone += [b for a, b in pairs if b.earned < a.earned and b not in gone]
    return gone


def _pass_over(application: Application, gone: list[CriterionResult]) -> None:
    """Told once of the same lack, however often a free place is looked at."""
    payload = {"criteria": [result.criterion.pk for result in gone]}
    if AuditEntry.objects.of(application).filter(action=PASS_OVER, payload=payload).exists():
        return
    audit.record(application, PASS_OVER, by=None, payload=payload)
    tell_applicant(
        application, "application.passed_over", criteria="; ".join(result.criterion.label for result in gone)
    )
