"""A person's decision on an application, and the answer to an appeal. Every decision but "curated" says why, per criterion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus
from curation.flow import APPLICATION
from curation.models import Application, Criterion, Decision, Feedback, Programme, ReviewDraft, Score
from curation.scoring.explain import CriterionResult, Explanation, explain, words_of
from curation.selectors import reviews
from curation.services.marking import claim_place, give_mark, join_waiting_list, tell
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, TooLate, permit
from portal.models import User
from portal.presentation.languages import in_the_readers

MOVES = {
    (A.IN_REVIEW, Outcome.CURATED): "curate",
    (A.IN_REVIEW, Outcome.CHANGES_REQUESTED): "request_changes",
    (A.IN_REVIEW, Outcome.DECLINED): "decline",
    (A.APPEALED, Outcome.CURATED): "uphold_appeal",
    (A.APPEALED, Outcome.DECLINED): "reject_appeal",
}
TO_DECIDE = {status for status, _outcome in MOVES}
NOT_TO_DECIDE = gettext_lazy("This was already decided, or is not yet in review.")
MOST_TERM_DAYS = 90


@dataclass(frozen=True)
class Finding:
    """What the enterprise reads about one criterion: what was found, what was wanted, what to do about it; in English too,
    where it is the portal that says so."""

    text: str
    criterion: Criterion | None = None
    found: str = ""
    wanted: str = ""
    text_en: str = ""
    found_en: str = ""
    wanted_en: str = ""

    @property
    def words(self) -> str:
        return in_the_readers(self.text, self.text_en)

    @property
    def found_words(self) -> str:
        return in_the_readers(self.found, self.found_en)

    @property
    def wanted_words(self) -> str:
        return in_the_readers(self.wanted, self.wanted_en)


@transaction.atomic
def decide(
    application: Application,
    outcome: Outcome,
    *,
    by: User,
    reason: str = "",
    findings: Sequence[Finding] = (),
    score: Score | None = None,
    answer_by: dt.date | None = None,
) -> Decision:
    """Decide on what fell in the review band, or on an appeal. To curate when the quota is full puts it on the waiting list.

    `answer_by`: the last day for requested changes; without it the programme's days count from today.
    """
    if outcome != Outcome.CURATED:
        _needs_reasons(reason, findings)
        if outcome == Outcome.CHANGES_REQUESTED and answer_by is not None:
            check_term(answer_by)
        if outcome == Outcome.DECLINED and score is not None:
            _each_unmet_told(explain(score), findings)
    elif not reason.strip() and not (score is not None and explain(score).passes):
        raise ValidationError(
            {"reason": _("The criteria don't say “curated” here: write why you decide otherwise.")}, code="no_reason"
        )
    if outcome == Outcome.CURATED:
        # Marks lock the programme's row before an application's, here as in the official run.
        Programme.objects.select_for_update(of=("self",)).get(pk=application.programme_id)
    application = _locked(application)
    if outcome == Outcome.CURATED and application.enterprise.status != EnterpriseStatus.VERIFIED:
        raise ValidationError(
            _("This business is not active now, so it cannot be curated. Wait for the ministry, or decide otherwise."),
            code="not_verified",
        )
    move = MOVES.get((A(application.status), outcome))
    if move is None:
        raise TooLate(str(NOT_TO_DECIDE), move=str(outcome), status=application.status)
    if application.status == A.IN_REVIEW:
        permit(by, "curation.decide_application", application)
        _only_as_the_third(application, by=by)
        if outcome != Outcome.CHANGES_REQUESTED:
            _after_its_reviews(application, reason, by=by)
    status, changes = A(outcome.value), {}
    if outcome == Outcome.CURATED:
        move, status = _with_a_place(application, move)
    if status == A.CHANGES_REQUESTED:
        changes["answer_by"] = answer_by or usual_term(application.programme)
    else:
        changes["decided_at"] = timezone.now()
    payload = {
        "criteria": [finding.criterion.pk for finding in findings if finding.criterion],
        "score": score and score.pk,
    }
    APPLICATION.make(
        move, application, by=by, payload=payload, personal={"reason": reason} if reason else None, **changes
    )
    decision = Decision.objects.create(
        application=application, outcome=status, decided_by=by, reason=reason, score=score
    )
    publish_findings(decision, findings)
    if status == A.CURATED:
        give_mark(application, decision)
    elif status == A.WAITLISTED:
        join_waiting_list(application)
    ReviewDraft.objects.filter(application=application).delete()
    tell([application])
    return decision


def usual_term(programme: Programme) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=programme.answer_days)


def check_term(answer_by: dt.date) -> None:
    today = timezone.localdate()
    if not today < answer_by <= today + dt.timedelta(days=MOST_TERM_DAYS):
        said = _("Choose a day from tomorrow on, at most %(days)s days away.") % {"days": MOST_TERM_DAYS}
        raise ValidationError({"answer_by": said}, code="term")


def findings(
    explanation: Explanation | None, outcome: Outcome, chosen: Iterable[CriterionResult], *, other: str = ""
) -> list[Finding]:
    """What is published with a decision: the criteria chosen, and with "not selected" every unmet one."""
    wanted = list(chosen)
    if outcome == Outcome.DECLINED and explanation is not None:
        wanted += [result for result in explanation.unmet if result not in wanted]
    found = [Finding(criterion=result.criterion, **words_of(result)) for result in wanted]
    return [*found, Finding(text=other)] if other else found


def publish_findings(decision: Decision, findings: Iterable[Finding]) -> None:
    Feedback.objects.bulk_create(
        Feedback(
            decision=decision,
            criterion=finding.criterion,
            found=finding.found[:200],
            wanted=finding.wanted[:200],
            text=finding.text[:600],
            found_en=finding.found_en[:200],
            wanted_en=finding.wanted_en[:200],
            text_en=finding.text_en[:600],
        )
        for finding in findings
    )


@transaction.atomic
def keep_draft(application: Application, data: str, *, by: User) -> None:
    """Keep the decision form as typed, for this reviewer alone."""
    permit(by, "curation.decide_application", application)
    ReviewDraft.objects.update_or_create(application=application, reviewer=by, defaults={"data": data})


def _with_a_place(application: Application, move: str) -> tuple[str, A]:
    """Take a place of the quota, else the waiting list. After a round's end nobody waits any more: a place must be free."""
    if claim_place(application.programme):
        return move, A.CURATED
    if application.programme.status == ProgrammeStatus.ARCHIVED:
        raise ValidationError(
            _(
                "The quota is full, and this round has ended: nobody waits for a place here any more. Raise the quota first."
            ),
            code="quota_full",
        )
    return "uphold_waiting" if move == "uphold_appeal" else "waitlist", A.WAITLISTED


def _after_its_reviews(application: Application, reason: str, *, by: User) -> None:
    """As many reviews as the programme asks for; and where they disagree, whoever the programme names for that."""
    if missing := reviews.reviews_missing(application):
        raise MoveNotAllowed(
            _("%(count)s more reviews must be in before this is decided.") % {"count": missing},
            move="decide",
            status=application.status,
            code="reviews_missing",
        )
    if reviews.third_person_decides(application, by):
        raise MoveNotAllowed(
            _("The reviewers disagree, you among them.") + " " + reviews.third_person(application),
            move="decide",
            status=application.status,
            code="third_person",
        )
    if not reason.strip() and reviews.is_split(application):
        raise ValidationError({"reason": _("The reviewers disagree: write why you decide so.")}, code="no_reason")


def _only_as_the_third(application: Application, *, by: User) -> None:
    """Reviewers who agree decide themselves; an approver only where they do not."""
    if by.acts_as(Role.APPROVER) and not reviews.is_split(application):
        raise MoveNotAllowed(
            _("The reviewers do not disagree, so an officer decides."),
            move="decide",
            status=application.status,
            code="not_split",
        )


def _needs_reasons(reason: str, findings: Sequence[Finding]) -> None:
    errors = {}
    if not reason.strip():
        errors["reason"] = _("Write what the enterprise is to read.")
    if not findings:
        errors["reasons"] = _("Choose at least one reason.")
    if errors:
        raise ValidationError(errors)


def _each_unmet_told(explanation: Explanation, findings: Sequence[Finding]) -> None:
    told = {finding.criterion.pk for finding in findings if finding.criterion}
    silent = [result.criterion.label for result in explanation.unmet if result.criterion.pk not in told]
    if silent:
        said = _("Say a reason for each unmet criterion: %(criteria)s.") % {"criteria": "; ".join(silent)}
        raise ValidationError({"reasons": said}, code="unmet_untold")


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("programme__buyer", "enterprise__organisation")
        .get(pk=application.pk)
    )
