"""Who reviews what: given by hand or in turn, taken off again, and stepping back because of a conflict of interest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from curation.enums import ConflictKind, ReviewStatus
from curation.flow import REVIEW
from curation.models import Application, Conflict, Programme, Review
from curation.selectors import reviews as selector
from curation.services.telling import tell_officers, tell_reviewer, tell_reviewer_of_many
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.models import Membership, User

# So many applications are handed out in one go; the next go takes the next ones.
MOST_IN_TURN = 500


@dataclass(frozen=True)
class HandedOut:
    """`lacking`: applications that still have too few, because nobody who may is left, or because there are too many."""

    reviews: int
    lacking: int


@transaction.atomic
def assign_reviewer(application: Application, reviewer: User, *, by: User) -> Review:
    """By hand. Only officers of the buyer who stand at arm's length, and only while reviews are still closed."""
    application = _locked(application)
    permit(by, "curation.choose_reviewers", application)
    _may_be_reviewed(application)
    if selector.are_open(application):
        raise MoveNotAllowed(
            _("All reviews are in and open to everybody, so another one would not be independent."),
            move="assign",
            status=application.status,
            code="reviews_open",
        )
    if not selector.free_to_review(application).filter(pk=reviewer.pk).exists():
        said = _("Choose an officer of yours who has no part in this enterprise and does not review it yet.")
        raise ValidationError({"reviewer": said}, code="not_free")
    review = _assign(application, reviewer, by=by)
    tell_reviewer(review, "review.assigned")
    return review


@transaction.atomic
def assign_in_turn(programme: Programme, reviewers: Iterable[User], *, by: User) -> HandedOut:
    """Evenly: each application goes to whoever has least to do. A second click waits, and finds nothing left to give."""
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    permit(by, "curation.manage_programme", programme)
    chosen = {person.pk for person in reviewers}
    people = list(selector.officers_of(programme).filter(pk__in=chosen))
    if not people or len(people) < len(chosen):
        raise ValidationError({"reviewers": _("Choose from the officers of your organisation.")}, code="not_free")
    loads, given = selector.loads(programme, people), dict.fromkeys((person.pk for person in people), 0)
    lacking = list(selector.lacking_reviewers(programme).not_near_to(by)[:MOST_IN_TURN])
    barred = _barred(lacking)
    free = {each.pk: [pk for pk in loads if (each.pk, pk) not in barred] for each in lacking}
    made: list[Review] = []
    # Those that few may review come first: left to the end, they would all fall to the same people.
    for application in sorted(lacking, key=lambda each: len(free[each.pk])):
        least = sorted(free[application.pk], key=lambda pk: (loads[pk], pk))
        for pk in least[: max(programme.reviewers_needed, 1) - application.reviewers]:
            made.append(Review(application=application, reviewer_id=pk, assigned_by=by))
            loads[pk] += 1
            given[pk] += 1
    Review.objects.bulk_create(made)
    audit.record(programme, "assign_in_turn", by=by, payload={"reviewers": sorted(given), "reviews": len(made)})
    for person in people:
        if given[person.pk]:
            tell_reviewer_of_many(programme, person, given[person.pk])
    return HandedOut(len(made), selector.lacking_reviewers(programme).count())


@transaction.atomic
def release_reviewer(review: Review, *, by: User) -> None:
    """Take somebody off who has not sent theirs yet. What they wrote stays theirs, should they be asked again."""
    REVIEW.make("release", review, by=by, payload={"reviewer": review.reviewer_id})
    tell_reviewer(review, "review.released")


@transaction.atomic
def declare_conflict(application: Application, *, kind: ConflictKind, note: str = "", by: User) -> Review | None:
    """Step back: the application is gone from this person's desk, and goes to the next officer where they reviewed it.

    Returns the review that took its place; None where none had to, or where nobody is left.
    """
    application = _locked(application)
    permit(by, "curation.declare_conflict", application)
    if kind == ConflictKind.OTHER and not note.strip():
        raise ValidationError({"note": _("Say in a few words what it is.")}, code="no_note")
    mine = application.reviews.active().filter(reviewer=by).first()
    if mine is not None:
        REVIEW.make("recuse", mine, by=by)
    Conflict.objects.create(application=application, person=by, kind=kind, note=note.strip())
    application.drafts.filter(reviewer=by).delete()
    audit.record(application, "declare_conflict", by=by, payload={"kind": str(kind)}, personal={"note": note})
    if mine is None or application.status not in selector.REVIEWED_IN:
        return None
    people = list(selector.free_to_review(application))
    loads = selector.loads(application.programme, people)
    if not people:
        tell_officers(application, "review.nobody_left")
        return None
    following = _assign(application, min(people, key=lambda person: (loads[person.pk], person.pk)), by=None)
    tell_reviewer(following, "review.assigned")
    return following


def reopen_reviews(application: Application) -> None:
    """What was reviewed has changed. Whoever sent a review looks again, unless they have joined the enterprise since."""
    members = set(
        Membership.objects.filter(organisation=application.enterprise.organisation_id).values_list("user", flat=True)
    )
    for review in application.reviews.submitted().select_related("reviewer"):
        if review.reviewer_id not in members:
            REVIEW.make("reopen_review", review, by=None, submitted_at=None)
            tell_reviewer(review, "review.reopened")


def _assign(application: Application, reviewer: User, *, by: User | None) -> Review:
    released = application.reviews.filter(reviewer=reviewer, status=ReviewStatus.RELEASED).first()
    if released is not None and by is not None:
        REVIEW.make("assign_again", released, by=by)
        return released
    review = Review.objects.create(application=application, reviewer=reviewer, assigned_by=by)
    audit.record(application, "assign_reviewer", by=by, payload={"reviewer": reviewer.pk})
    return review


def _barred(applications: Iterable[Application]) -> set[tuple[int, int]]:
    """(application, person): who stands too near, and who was asked before."""
    pks = [application.pk for application in applications]
    near = Application.objects.filter(pk__in=pks).values_list("pk", "enterprise__organisation__memberships__user")
    return {
        *near,
        *Conflict.objects.filter(application__in=pks).values_list("application", "person"),
        *Review.objects.filter(application__in=pks).values_list("application", "reviewer"),
    }


def _may_be_reviewed(application: Application) -> None:
    if application.status not in selector.REVIEWED_IN:
        raise MoveNotAllowed(
            _("This was already decided, so nobody reviews it any more."),
            move="review",
            status=application.status,
            code="decided",
        )


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("programme__buyer", "enterprise__organisation")
        .get(pk=application.pk)
    )
