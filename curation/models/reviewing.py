from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from curation.enums import ReviewStatus
from curation.models.application import Application
from curation.models.criterion import Criterion
from portal.enums import Role

if TYPE_CHECKING:
    from portal.models import User


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> ReviewQuerySet:
        """Who reviews what and how far they are: the buyer's own people know. Points and notes: see ReviewPoint."""
        if not user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.none()
        return self.filter(application__in=Application.objects.visible_to(user))

    def active(self) -> ReviewQuerySet:
        return self.filter(status__in=[ReviewStatus.ASSIGNED, ReviewStatus.SUBMITTED])

    def pending(self) -> ReviewQuerySet:
        return self.filter(status=ReviewStatus.ASSIGNED)

    def submitted(self) -> ReviewQuerySet:
        return self.filter(status=ReviewStatus.SUBMITTED)


class Review(models.Model):
    """One person's independent look at one application: first whether they may, then points and notes by criterion."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    status = models.CharField(max_length=10, choices=ReviewStatus, default=ReviewStatus.ASSIGNED)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(auto_now_add=True)
    # Before the first points: the database refuses points without it.
    no_conflict_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="review_status"),
            models.UniqueConstraint(fields=["application", "reviewer"], name="review_once_per_person"),
            models.CheckConstraint(
                condition=~Q(status=ReviewStatus.SUBMITTED)
                | (Q(no_conflict_at__isnull=False) & Q(submitted_at__isnull=False)),
                name="review_declared_before_sent",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "status"], name="review_of_person")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.reviewer}"


class ReviewPointQuerySet(models.QuerySet["ReviewPoint"]):
    def visible_to(self, user: User) -> ReviewPointQuerySet:
        """One's own; the others' only when nobody is still at work and as many as the programme asks for have sent theirs."""
        of_it = Review.objects.filter(application=OuterRef("review__application"))
        sent = of_it.submitted().order_by().values("application").annotate(n=Count("pk")).values("n")
        points = self.filter(review__in=Review.objects.visible_to(user)).alias(
            sent=Coalesce(Subquery(sent), 0), at_work=Exists(of_it.pending())
        )
        complete = Q(
            review__status=ReviewStatus.SUBMITTED,
            at_work=False,
            sent__gte=F("review__application__programme__reviewers_needed"),
        )
        return points.filter(Q(review__reviewer=user.pk) | complete)


class ReviewPoint(models.Model):
    """What one reviewer gives for one criterion. Of a gate there is only a note; `points` None: not given yet."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="points")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)

    objects = ReviewPointQuerySet.as_manager()

    class Meta:
        ordering = ["criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="review_point_once"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0, points__lte=100), name="review_points"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.points}"
