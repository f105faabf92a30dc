"""Reviewers at work: agreed and decided, disagreeing, one who stepped back, one who has not begun."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from curation.enums import ApplicationStatus as A
from curation.enums import ConflictKind, Outcome
from curation.models import Application, Programme
from curation.services.application import answer_changes
from curation.services.own_review import Given, declare_no_conflict, send_review
from curation.services.review import decide
from curation.services.reviewers import assign_reviewer, declare_conflict
from partnerships.sample.reviewing import decide_usually, owner_of
from portal.models import User

# Shares of each weight that the reviewers of one application give.
AGREED = (Decimal("0.90"), Decimal("0.95"))
DISAGREED = (Decimal("0.40"), Decimal("0.85"))
NOTE = "Dinilai dari bukti yang terlampir."
# Where names are hidden, the desk reads this without the name.
SIGNED = "Kami dari %(name)s sudah memperbarui sertifikat dan menambah satu mesin; hubungi kami di 0812-3456-7890."
REASON = "Kedua peninjau sependapat: mutu sesuai dan kapasitas cukup."


def review(programme: Programme, officers: list[User]) -> None:
    """The first applicants in review, by number; the others have no reviewer yet."""
    found = programme.applications.filter(status=A.IN_REVIEW).select_related(
        "programme__buyer", "enterprise__organisation"
    )
    waiting = list(found.order_by("pk"))
    reviewers = officers[: programme.reviewers_needed]
    for application, shares in zip(waiting, (AGREED, DISAGREED), strict=False):
        for reviewer, share in zip(reviewers, shares, strict=False):
            _sent(application, reviewer, share, by=officers[0])
    if waiting and len(reviewers) > 1:
        decide(waiting[0], Outcome.CURATED, by=officers[0], reason=REASON, score=waiting[0].scores.first())
    for application in waiting[2:3]:
        assign_reviewer(application, officers[0], by=officers[0])
        declare_conflict(application, kind=ConflictKind.FAMILY, by=officers[0])
    if programme.blind:
        for application in waiting[5:6]:
            decide_usually(application, Outcome.CHANGES_REQUESTED, officers[0])
            text = SIGNED % {"name": application.enterprise.name}
            answer_changes(Application.objects.get(pk=application.pk), text=text, by=owner_of(application))
    for application in waiting[3:5]:
        for reviewer in reviewers:
            assign_reviewer(application, reviewer, by=officers[0])


def _sent(application: Application, reviewer: User, share: Decimal, *, by: User) -> None:
    made = assign_reviewer(application, reviewer, by=by)
    declare_no_conflict(made, by=reviewer)
    criteria_set = application.programme.criteria
    assert criteria_set is not None
    given = [
        Given(each, min((each.weight * share).quantize(Decimal("0.1"), ROUND_HALF_UP), each.weight), NOTE)
        for each in criteria_set.criteria.all()
        if not each.is_gate
    ]
    send_review(made, given, by=reviewer)
