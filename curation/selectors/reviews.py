"""Who reviews an application, how far they are, and how far apart they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.enums import ReviewStatus, SplitDecider
from curation.models import Application, Conflict, Criterion, Programme, Review, ReviewPoint
from curation.permissions import officers_left
from portal.enums import Role
from portal.models import Membership, User

# Reviewers who lie further apart than this share of a criterion's weight have not seen the same thing.
WIDE = Decimal("0.25")
PERCENT = Decimal("0.1")
# A review is worth writing as long as nobody has decided.
REVIEWED_IN = frozenset({A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED})


@dataclass(frozen=True)
class Spread:
    """One criterion as its reviewers see it: their points in the order of the reviews, and the notes beside them."""

    criterion: Criterion
    points: tuple[Decimal | None, ...]
    notes: tuple[str, ...]

    @property
    def known(self) -> list[Decimal]:
        return [each for each in self.points if each is not None]

    @property
    def spread(self) -> Decimal | None:
        return max(self.known) - min(self.known) if len(self.known) > 1 else None

    @property
    def is_wide(self) -> bool:
        return self.spread is not None and self.spread > WIDE * self.criterion.weight

    @property
    def pairs(self) -> list[tuple[Decimal | None, str]]:
        return list(zip(self.points, self.notes, strict=True))


@dataclass(frozen=True)
class Panel:
    """The reviews that were sent, side by side."""

    reviews: tuple[Review, ...]
    spreads: tuple[Spread, ...]
    threshold: Decimal | None

    @property
    def weighted(self) -> list[Spread]:
        return [each for each in self.spreads if not each.criterion.is_gate]

    @property
    def totals(self) -> list[Decimal]:
        return [
            sum((each.points[place] or Decimal(0) for each in self.weighted), Decimal(0))
            for place in range(len(self.reviews))
        ]

    @property
    def mean(self) -> Decimal | None:
        totals = self.totals
        return (sum(totals) / len(totals)).quantize(Decimal("0.01"), ROUND_HALF_UP) if totals else None

    @property
    def agreement(self) -> Decimal | None:
        """Percent: the mean over the criteria of 1 − spread ÷ weight. 100: all gave the same. None below two reviews."""
        shares = [1 - each.spread / each.criterion.weight for each in self.weighted if each.spread is not None]
        return (100 * sum(shares) / len(shares)).quantize(PERCENT, ROUND_HALF_UP) if shares else None

    @property
    def is_split(self) -> bool:
        """Far apart on a criterion, or on different sides of the threshold."""
        sides = {total >= self.threshold for total in self.totals} if self.threshold is not None else set()
        return any(each.is_wide for each in self.spreads) or len(sides) > 1


def panel_of(application: Application, points: QuerySet[ReviewPoint]) -> Panel | None:
    """Of the reviews that `points` holds: a page gives those that its reader may see; None where there are none."""
    found = list(
        points.filter(review__application=application, review__status=ReviewStatus.SUBMITTED)
        .select_related("review__reviewer", "criterion__criteria_set")
        .order_by("criterion__position", "criterion", "review")
    )
    reviews = sorted({point.review for point in found}, key=lambda review: review.pk)
    if not reviews:
        return None
    by_key = {(point.review_id, point.criterion_id): point for point in found}
    spreads = []
    for criterion in dict.fromkeys(point.criterion for point in found):
        given = [by_key.get((review.pk, criterion.pk)) for review in reviews]
        spreads.append(
            Spread(
                criterion,
                tuple(point.points if point else None for point in given),
                tuple(point.note if point else "" for point in given),
            )
        )
    return Panel(tuple(reviews), tuple(spreads), found[0].criterion.criteria_set.threshold)


def reviews_missing(application: Application) -> int:
    """How many reviews must still be sent before somebody may decide."""
    return max(application.programme.reviewers_needed - application.reviews.submitted().count(), 0)


def is_split(application: Application) -> bool:
    panel = panel_of(application, ReviewPoint.objects.all())
    return panel is not None and panel.is_split


def third_person_decides(application: Application, user: User) -> bool:
    """Reviewers disagree, this person is one of them, and the programme leaves it to somebody else."""
    if application.programme.split_decider != SplitDecider.THIRD:
        return False
    return application.reviews.submitted().filter(reviewer=user).exists() and is_split(application)


def an_approver_decides(application: Application) -> bool:
    left_to_others = application.programme.split_decider == SplitDecider.THIRD
    return left_to_others and not officers_left(application).exists() and is_split(application)


def third_person(application: Application) -> str:
    """Who that is, in words for whoever may not."""
    if officers_left(application).exists():
        return _("An officer who has not reviewed it decides, with a written reason.")
    if approvers_of(application.programme).exists():
        return _("Every officer has reviewed it, so an approver decides, with a written reason.")
    return _("Every officer has reviewed it, and you have no approver. Invite a colleague, who then decides.")


def only_signer(application: Application, user: User) -> str:
    """For the one approver of a buyer who is to part the reviewers, or did: whoever decides on an enterprise signs no contract
    with it (rule 4), and then nobody here could."""
    if not user.acts_as(Role.APPROVER) or approvers_of(application.programme).exclude(pk=user.pk).exists():
        return ""
    due = (
        application.status == A.IN_REVIEW
        and user.has_perm("curation.decide_application", application)
        and is_split(application)
    )
    if not due and not application.decisions.filter(decided_by=user).exists():
        return ""
    return _(
        "You are your organisation's only approver. Whoever decides on an application signs no contract with that business later:"
        " invite another approver in time."
    )


def are_open(application: Application) -> bool:
    """The reviews lie open to everybody at the desk, so nobody could add an independent one any more."""
    reviews = list(application.reviews.active().values_list("status", flat=True))
    sent = reviews.count(ReviewStatus.SUBMITTED)
    return 0 < sent == len(reviews) and sent >= application.programme.reviewers_needed


def officers_of(programme: Programme) -> QuerySet[User]:
    """Who may review at all: everybody who acts as an officer of the buyer now."""
    active = Membership.objects.active().filter(organisation=programme.buyer_id, role=Role.OFFICER)
    return User.objects.filter(pk__in=active.values("user")).order_by("full_name", "pk")


def approvers_of(programme: Programme) -> QuerySet[User]:
    active = Membership.objects.active().filter(organisation=programme.buyer_id, role=Role.APPROVER)
    return User.objects.filter(pk__in=active.values("user"))


def free_to_review(application: Application) -> QuerySet[User]:
    """Officers at arm's length who have not been asked yet, or were taken off again."""
    taken = application.reviews.exclude(status=ReviewStatus.RELEASED).values("reviewer")
    return (
        officers_of(application.programme)
        .exclude(pk__in=Membership.objects.filter(organisation=application.enterprise.organisation_id).values("user"))
        .exclude(pk__in=Conflict.objects.filter(application=application).values("person"))
        .exclude(pk__in=taken)
    )


def loads(programme: Programme, people: Iterable[User]) -> dict[int, int]:
    """How many reviews of the programme each of them still has to send."""
    tally = (
        Review.objects.pending()
        .filter(application__programme=programme, reviewer__in=[person.pk for person in people])
        .values_list("reviewer")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return {person.pk: 0 for person in people} | dict(tally)


def lacking_reviewers(programme: Programme) -> QuerySet[Application]:
    """In review, with fewer reviewers than the programme asks for; who waits longest first."""
    wanted = max(programme.reviewers_needed, 1)
    active = Count("reviews", filter=Q(reviews__status__in=[ReviewStatus.ASSIGNED, ReviewStatus.SUBMITTED]))
    return (
        programme.applications.filter(status=A.IN_REVIEW)
        .annotate(reviewers=active)
        .filter(reviewers__lt=wanted)
        .order_by("submitted_at", "pk")
    )


def next_to_review(programme: Programme, user: User) -> Application | None:
    """The one that has waited longest for this reviewer."""
    mine = Review.objects.pending().filter(reviewer=user, application__programme=programme)
    waiting = Application.objects.visible_to(user).filter(pk__in=mine.values("application"), status__in=REVIEWED_IN)
    return waiting.order_by("submitted_at", "pk").first()


def weighted_and_gates(criteria: Sequence[Criterion]) -> list[Criterion]:
    return [*(each for each in criteria if not each.is_gate), *(each for each in criteria if each.is_gate)]
