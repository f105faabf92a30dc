"""What a reviewer writes: that nothing stands in the way, then points and notes by criterion, then sends them once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.flow import REVIEW
from curation.models import Application, Criterion, Review, ReviewPoint
from curation.selectors import reviews as selector
from curation.services.telling import tell_approvers, tell_officers
from portal import audit
from portal.flow import TooLate, permit
from portal.models import User


@dataclass(frozen=True)
class Given:
    criterion: Criterion
    points: Decimal | None
    note: str = ""


@transaction.atomic
def declare_no_conflict(review: Review, *, by: User) -> None:
    """Before the first points. A second time changes nothing."""
    locked = _locked(review)
    permit(by, "curation.write_review", locked)
    if locked.no_conflict_at is None:
        locked.no_conflict_at = timezone.now()
        locked.save(update_fields=["no_conflict_at"])
        audit.record(locked, "declare_no_conflict", by=by)
    review.no_conflict_at = locked.no_conflict_at


@transaction.atomic
def keep_review(review: Review, given: Iterable[Given], *, by: User) -> None:
    """Keep what is there so far. Nobody else sees it."""
    locked = _locked(review)
    _at_work(locked)
    permit(by, "curation.write_review", locked)
    if locked.no_conflict_at is None:
        said = _("First say whether you have a conflict of interest here.")
        raise ValidationError({"no_conflict": said}, code="not_declared")
    known = set(_criteria(locked).values_list("pk", flat=True))
    errors = {}
    for each in given:
        if each.criterion.pk not in known:
            raise ValidationError(_("Choose criteria of the version in force."), code="foreign_criterion")
        if each.points is not None and (each.criterion.is_gate or not 0 <= each.points <= each.criterion.weight):
            errors[f"points_{each.criterion.pk}"] = _("From 0 to %(most)s points.") % {
                "most": f"{each.criterion.weight.normalize():f}"
            }
    if errors:
        raise ValidationError(errors)
    for each in given:
        ReviewPoint.objects.update_or_create(
            review=locked, criterion=each.criterion, defaults={"points": each.points, "note": each.note}
        )


@transaction.atomic
def send_review(review: Review, given: Iterable[Given], *, by: User) -> None:
    """With points for every weighted criterion. From then on it stays as it is."""
    keep_review(review, given, by=by)
    scored = set(review.points.exclude(points=None).values_list("criterion", flat=True))
    missing = [each for each in _criteria(review) if not each.is_gate and each.pk not in scored]
    if missing:
        raise ValidationError(
            {f"points_{each.pk}": _("Give points here, too.") for each in missing}, code="points_missing"
        )
    REVIEW.make("send_review", review, by=by, submitted_at=timezone.now())
    application = review.application
    if selector.are_open(application):
        tell_officers(application, "review.all_in")
        if selector.an_approver_decides(application):
            tell_approvers(application, "review.split")


def _criteria(review: Review):
    in_force = review.application.programme.criteria
    return Criterion.objects.filter(criteria_set=in_force)


def _at_work(review: Review) -> None:
    if review.application.status not in selector.REVIEWED_IN:
        raise TooLate(_("This was already decided."), move="review", status=review.application.status, code="decided")
    if review.status != "assigned":
        raise TooLate(
            _("You sent this review already, or were taken off."),
            move="review",
            status=review.status,
            code="not_at_work",
        )


def _locked(review: Review) -> Review:
    """The application's row first, as a decision locks it: the two wait for each other and see what the other did."""
    Application.objects.select_for_update(of=("self",)).get(pk=review.application_id)
    return (
        Review.objects.select_for_update(of=("self",))
        .select_related("application__programme__buyer", "application__enterprise__organisation")
        .get(pk=review.pk)
    )
