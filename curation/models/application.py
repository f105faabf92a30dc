from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import OPEN_APPLICATION, OPEN_TO_RECOGNITION, ApplicationStatus, ConflictKind
from curation.models.programme import Programme
from portal.enums import Role
from portal.models import Enterprise, Membership, Product
from portal.working_days import WorkingDays

if TYPE_CHECKING:
    from curation.models.snapshot import EvidenceSnapshot
    from portal.models import User


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> ApplicationQuerySet:
        """The enterprise's own; the buyer's, once sent, but for those that the person stands too near to; a ministry reads
        all that were sent."""
        if user.acts_as(Role.OWNER, Role.STAFF, Role.COMPANION):
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(programme__buyer=user.organisation_id).sent().not_near_to(user)
        if user.acts_as(Role.MINISTRY_ADMIN):
            return self.sent()
        return self.none()

    def sent(self) -> ApplicationQuerySet:
        """Neither drafts nor what a buyer stopped asking for before it was sent: nobody else saw those."""
        return self.exclude(status=ApplicationStatus.DRAFT).exclude(
            status=ApplicationStatus.WITHDRAWN, submitted_at=None
        )

    def asked_by(self, user: User) -> ApplicationQuerySet:
        """Drafts that this buyer asked for on another's mark: it knows of them, not what is in them."""
        if not user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.none()
        asked = self.filter(status=ApplicationStatus.DRAFT, recognises__isnull=False)
        return asked.filter(programme__buyer=user.organisation_id)

    def not_near_to(self, user: User) -> ApplicationQuerySet:
        """Rule 4. A membership in the enterprise, also an ended one, is a conflict by itself; others are declared."""
        own = Enterprise.objects.filter(organisation__in=Membership.objects.filter(user=user).values("organisation"))
        declared = Conflict.objects.filter(person=user).values("application")
        return self.exclude(enterprise__in=own.values("pk")).exclude(pk__in=declared)

    def named(self) -> ApplicationQuerySet:
        """Whose names the desk may know: see `is_unnamed`."""
        return self.exclude(programme__blind=True, decided_at=None)


class Application(models.Model):
    """One enterprise in one programme. What it declared is frozen in `snapshots`; the newest revision counts."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="applications")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("product offered")
    )
    status = models.CharField(max_length=20, choices=ApplicationStatus, default=ApplicationStatus.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    waiting_place = models.PositiveIntegerField(null=True, blank=True)
    # Kept by a trigger with each score that is written, so that a long queue is read in the order of an index.
    newest_score = models.ForeignKey(
        "curation.Score", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    newest_total = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    newest_coverage = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    # Once in the life of an application: a second appeal is refused by the database, too.
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_text = models.TextField(_("why the decision should be looked at again"), blank=True, max_length=4000)
    # The mark of another buyer that this one starts from: only what it does not cover is asked.
    recognises = models.ForeignKey(
        "curation.Curation", null=True, blank=True, on_delete=models.PROTECT, related_name="recognitions"
    )
    is_sample = models.BooleanField(default=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ApplicationStatus.values), name="application_status"),
            # Rule 3: at most one open application per programme; a curated one stays the only one, too.
            models.UniqueConstraint(
                fields=["programme", "enterprise"],
                condition=Q(status__in=[*sorted(OPEN_APPLICATION), ApplicationStatus.CURATED]),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.DRAFT)
                | Q(status=ApplicationStatus.WITHDRAWN)
                | Q(submitted_at__isnull=False),
                name="application_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=ApplicationStatus.APPEALED) | (Q(appealed_at__isnull=False) & ~Q(appeal_text="")),
                name="application_appeal_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "status"], name="application_queue"),
            models.Index(
                "programme",
                F("newest_total").desc(nulls_last=True),
                "submitted_at",
                "id",
                name="application_by_score",
            ),
            models.Index(fields=["programme", "submitted_at", "id"], name="application_by_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.enterprise}"

    @property
    def newest_snapshot(self) -> EvidenceSnapshot | None:
        return self.snapshots.order_by("-revision").first()

    @property
    def is_unnamed(self) -> bool:
        """At the desk of a programme that reviews without names, until somebody or the run has decided."""
        return self.programme.blind and self.decided_at is None

    @property
    def name_at_desk(self) -> str:
        return self.number if self.is_unnamed else str(self.enterprise)

    @property
    def appeal_until(self) -> dt.date | None:
        """The last day of the appeal's term: so many working days after the day of the decision, by the calendar of Jakarta."""
        if self.decided_at is None:
            return None
        decided_on = timezone.localdate(self.decided_at, timezone.get_default_timezone())
        return WorkingDays().after(decided_on, self.programme.appeal_days)

    @property
    def can_be_appealed(self) -> bool:
        until = self.appeal_until
        return (
            self.status == ApplicationStatus.DECLINED
            and self.appealed_at is None
            and until is not None
            and timezone.localdate(timezone=timezone.get_default_timezone()) <= until
        )

    @property
    def may_be_recognised(self) -> bool:
        """It starts from a mark that still stands, in a round that has not ended: it may be sent whatever the closing date."""
        return self.recognises is not None and self.recognises.is_valid and self.programme.status in OPEN_TO_RECOGNITION

    @property
    def number(self) -> str:
        return f"LM-{timezone.localtime(self.created_at).year}-{self.pk:05d}"


class Conflict(models.Model):
    """A person of the buyer declared that they stand too near to this applicant. Never taken back."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=ConflictKind)
    note = models.TextField(_("in a few words"), blank=True, max_length=1000)
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="conflict_once"),
            models.CheckConstraint(condition=Q(kind__in=ConflictKind.values), name="conflict_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.person}"
