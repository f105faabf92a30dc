from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import ProgrammeStatus, SplitDecider
from curation.models.need import Need
from portal.enums import Role

if TYPE_CHECKING:
    from portal.models import User

MOST_REVIEWERS = 5


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def open(self) -> ProgrammeQuerySet:
        now = timezone.now()
        return self.filter(status=ProgrammeStatus.PUBLISHED, opens_at__lte=now, closes_at__gt=now)

    def visible_to(self, user: User) -> ProgrammeQuerySet:
        """Published rounds are public; drafts only the buyer's own people see."""
        own = (
            Q(buyer=user.organisation_id)
            if user.is_authenticated and user.acts_as(Role.OFFICER, Role.APPROVER)
            else Q(pk__in=[])
        )
        return self.filter(~Q(status=ProgrammeStatus.DRAFT) | own)

    def managed_by(self, user: User) -> ProgrammeQuerySet:
        return self.filter(buyer=user.organisation_id) if user.acts_as(Role.OFFICER, Role.APPROVER) else self.none()


class Programme(models.Model):
    """A curation round of one buyer over one or more needs."""

    buyer = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="programmes")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    needs = models.ManyToManyField(Need, related_name="programmes", verbose_name=_("needs"))
    status = models.CharField(max_length=10, choices=ProgrammeStatus, default=ProgrammeStatus.DRAFT)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    # A rolling programme ranks at each of these days, too.
    cut_off_dates = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("cut-off dates"))
    quota = models.PositiveIntegerField(_("quota"), validators=[MinValueValidator(1)])
    # Marks that stand: moved by triggers with the marks themselves, and by nothing else.
    curated_count = models.PositiveIntegerField(default=0, editable=False)
    minimum_coverage = models.DecimalField(
        _("minimum coverage in %"), max_digits=5, decimal_places=2, default=0, validators=[MaxValueValidator(100)]
    )
    confirm_by_person = models.BooleanField(_("a person confirms every mark"), default=False)
    answer_days = models.PositiveSmallIntegerField(_("days to answer requested changes"), default=7)
    appeal_days = models.PositiveSmallIntegerField(_("working days to appeal"), default=10)
    curation_months = models.PositiveSmallIntegerField(_("months the mark is valid"), default=12)
    # Independent reviews before anybody decides; 0: whoever opens the application decides.
    reviewers_needed = models.PositiveSmallIntegerField(
        _("reviewers per application"), default=0, validators=[MaxValueValidator(MOST_REVIEWERS)]
    )
    split_decider = models.CharField(
        _("who decides where reviewers disagree"), max_length=5, choices=SplitDecider, default=SplitDecider.THIRD
    )
    blind = models.BooleanField(_("applicants are reviewed without their names"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="programme_dates"),
            models.CheckConstraint(condition=Q(status__in=ProgrammeStatus.values), name="programme_status"),
            models.CheckConstraint(condition=Q(quota__gte=1), name="programme_quota_at_least_one"),
            models.CheckConstraint(
                condition=Q(reviewers_needed__lte=MOST_REVIEWERS), name="programme_reviewers_needed"
            ),
            models.CheckConstraint(condition=Q(split_decider__in=SplitDecider.values), name="programme_split_decider"),
            # Rule 3: never exceeded, however many workers run. The count moves with each mark, in its transaction.
            models.CheckConstraint(condition=Q(curated_count__lte=F("quota")), name="programme_quota_kept"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == ProgrammeStatus.PUBLISHED and self.opens_at <= timezone.now() < self.closes_at

    @property
    def is_full(self) -> bool:
        """Whoever qualifies from now on waits for a place."""
        return self.curated_count >= self.quota

    @property
    def criteria(self) -> CriteriaSet | None:
        """The version in force: the newest published one."""
        return self.criteria_sets.filter(published_at__isnull=False).order_by("-version").first()


class CriteriaSet(models.Model):
    """A version of gates and weighted criteria. Once published it never changes: a change makes the next version."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="criteria_sets")
    version = models.PositiveSmallIntegerField(default=1)
    threshold = models.DecimalField(_("curation threshold"), max_digits=5, decimal_places=2)
    review_floor = models.DecimalField(_("floor of the review band"), max_digits=5, decimal_places=2)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["programme", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="criteria_version_once"),
            models.UniqueConstraint(fields=["programme"], condition=Q(published_at=None), name="criteria_one_draft"),
            models.CheckConstraint(
                condition=Q(threshold__gt=0, threshold__lte=100, review_floor__gte=0, review_floor__lte=F("threshold")),
                name="criteria_band",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(digest=""), name="criteria_published_has_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.version}"
