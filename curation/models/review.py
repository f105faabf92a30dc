from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import ApplicationStatus
from curation.models.application import Application
from curation.models.criterion import Criterion
from curation.models.programme import Programme
from curation.models.score import Score, ScoringRun
from portal.enums import Role
from portal.models import Enterprise
from portal.presentation.languages import in_the_readers

if TYPE_CHECKING:
    from portal.models import User


class Decision(models.Model):
    """The outcome of an application: by the job (`run`) or by a person with a reason. What the SME reads is `feedback`."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=20)
    run = models.ForeignKey(ScoringRun, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    score = models.ForeignKey(Score, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True, max_length=4000)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        # The rules of the database ask for an application's newest one with every move.
        indexes = [models.Index(fields=["application", "-id"], name="decision_newest")]
        constraints = [
            models.CheckConstraint(
                # A run has its scores for a reason, and to curate (or, where the quota is full, to put on the list) is what
                # the criteria ask for; all else is said in words, also by the scheduler (a term that ran out, a round that
                # ended). Whether the criteria do ask for it: the trigger decision_rules.
                condition=Q(run__isnull=False, decided_by=None)
                | ~Q(reason="")
                | Q(decided_by__isnull=False, outcome__in=[ApplicationStatus.CURATED, ApplicationStatus.WAITLISTED]),
                name="decision_by_run_or_reasoned_person",
            ),
        ]

    @property
    def reason_apart(self) -> str:
        """The reason, unless it is the calendar's, which stands among the feedback in both languages."""
        among = self.decided_by_id is None and any(row.text == self.reason for row in self.feedback.all())
        return "" if among else self.reason


class Feedback(models.Model):
    """Per unmet criterion: what was found and what to mend. Published with the decision, in both languages.

    What a person typed, and what was published before there was a second language here, is in one.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="feedback")
    criterion = models.ForeignKey(Criterion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    found = models.CharField(max_length=200, blank=True)
    wanted = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=600)
    found_en = models.CharField(max_length=200, blank=True)
    wanted_en = models.CharField(max_length=200, blank=True)
    text_en = models.CharField(max_length=600, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="feedback_says_something")]

    @property
    def found_words(self) -> str:
        return in_the_readers(self.found, self.found_en)

    @property
    def wanted_words(self) -> str:
        return in_the_readers(self.wanted, self.wanted_en)

    @property
    def words(self) -> str:
        return in_the_readers(self.text, self.text_en or (self.criterion.feedback_en if self.criterion else ""))


class ReviewDraft(models.Model):
    """What a reviewer filled into the decision form so far, as typed. Gone with the decision."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="drafts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    data = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "reviewer"], name="review_draft_once")]


class Answer(models.Model):
    """What an enterprise wrote when it sent requested changes; the evidence itself is the next snapshot."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField(_("what you changed"), max_length=4000)
    snapshot_revision = models.PositiveSmallIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]


class CurationQuerySet(models.QuerySet["Curation"]):
    def valid(self) -> CurationQuerySet:
        return self.filter(revoked_at=None, valid_until__gte=timezone.localdate())

    def public(self) -> CurationQuerySet:
        """Anybody who knows its code may check a mark, also one that ended or was revoked."""
        return self

    def of_other_buyers(self, user: User) -> CurationQuerySet:
        """What a buyer may recognise: marks are public, and its own it needs not."""
        if not user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.none()
        return self.exclude(programme__buyer=user.organisation_id)

    def with_names(self) -> CurationQuerySet:
        """With all that its page, its sheet and its signed statement name."""
        return self.select_related(
            "enterprise__organisation",
            "enterprise__village",
            "programme__buyer",
            "application__recognises__programme__buyer",
        )

    def managed_by(self, user: User) -> CurationQuerySet:
        """Those that this buyer gave."""
        if not user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.none()
        return self.filter(programme__buyer=user.organisation_id)

    def visible_to(self, user: User) -> CurationQuerySet:
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(programme__buyer=user.organisation_id)
        if user.acts_as(Role.MINISTRY_ADMIN):
            return self
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Curation(models.Model):
    """The mark: publicly verifiable by its token until it ends or is revoked with a reason."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="curation")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="curations")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="curations")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_reason = models.TextField(blank=True)
    # The nearest end that its enterprise was told of, in days; none since the last renewal.
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CurationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=models.F("valid_from")), name="curation_dates"),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revoked_reason=""), name="curation_revoked_with_reason"
            ),
        ]

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.valid_until >= timezone.localdate()

    @property
    def standing(self) -> str:
        """One word for systems: valid, expired or revoked."""
        return "revoked" if self.revoked_at else "valid" if self.is_valid else "expired"

    @property
    def recognised(self) -> Curation | None:
        """The mark of another buyer that it was given on."""
        return self.application.recognises
