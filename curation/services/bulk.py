"""Decide on several applications at once, each with a reason of its own and each by itself: none is lost silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from curation.enums import Outcome
from curation.models import Application, Decision, Programme
from curation.scoring.explain import Explanation
from curation.selectors.desk import explanations
from curation.services.review import Finding, decide, findings
from portal.flow import MoveNotAllowed, NotPermitted, permit
from portal.models import User

MOST_TOGETHER = 100


@dataclass(frozen=True)
class Wanted:
    """`criteria`: those the reason is about; None: every unmet one."""

    application: int
    outcome: Outcome
    reason: str = ""
    criteria: Sequence[int] | None = None


@dataclass(frozen=True)
class Result:
    """One row's answer: a decision, or what stands against it (by field; "" for the row as a whole)."""

    wanted: Wanted
    application: Application | None
    decision: Decision | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)
    status: int = 200

    @property
    def words(self) -> str:
        return " ".join(text for texts in self.problems.values() for text in texts)


@transaction.atomic
def decide_together(programme: Programme, wanted: Sequence[Wanted], *, by: User) -> list[Result]:
    """In the order given. Locks are taken in one order – the programme, then applications by their number – so that two
    officers at once wait for each other and never block each other."""
    permit(by, "curation.manage_programme", programme)
    if len(wanted) > MOST_TOGETHER:
        raise ValidationError(_("At most %(most)s at once.") % {"most": MOST_TOGETHER}, code="too_many")
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    mine = Application.objects.visible_to(by).filter(programme=programme, pk__in=[each.application for each in wanted])
    found = {each.pk: each for each in mine.select_related("programme__buyer", "enterprise__organisation")}
    known = dict(zip(found, explanations(list(found.values())), strict=True))
    results: dict[int, Result] = {}
    for place in sorted(range(len(wanted)), key=lambda place: (wanted[place].application, place)):
        row = wanted[place]
        application = found.get(row.application)
        results[place] = (
            _decided(row, application, known[application.pk], by=by)
            if application is not None
            else Result(row, None, problems={"": [_("There is no such application on your desk.")]}, status=404)
        )
    return [results[place] for place in range(len(wanted))]


def _decided(row: Wanted, application: Application, explanation: Explanation | None, *, by: User) -> Result:
    try:
        told = _told(row, explanation)
        with transaction.atomic():
            decision = decide(
                application,
                row.outcome,
                by=by,
                reason=row.reason.strip(),
                findings=told,
                score=explanation.score if explanation else None,
            )
    except NotPermitted as refusal:
        return Result(row, application, problems={"": [refusal.message]}, status=403)
    except MoveNotAllowed as refusal:
        return Result(row, application, problems={"": [refusal.message]}, status=409)
    except ValidationError as error:
        against = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return Result(row, application, problems=against, status=422)
    application.refresh_from_db(fields=["status", "decided_at"])
    return Result(row, application, decision)


def _told(row: Wanted, explanation: Explanation | None) -> list[Finding]:
    """Where no criterion is unmet, the reason itself is what is told."""
    if row.outcome == Outcome.CURATED:
        return []
    results = {result.criterion.pk: result for result in explanation.results} if explanation else {}
    if row.criteria is None:
        chosen = explanation.unmet if explanation else []
    else:
        if any(pk not in results for pk in row.criteria):
            said = _("Choose criteria of the version that scored it.")
            raise ValidationError({"criteria": said}, code="foreign_criterion")
        chosen = [results[pk] for pk in row.criteria]
    return findings(explanation, row.outcome, chosen, other="" if chosen else row.reason.strip())
