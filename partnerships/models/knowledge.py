from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import KnowledgeKind, KnowledgeStatus
from partnerships.models.partnership import Partnership, Share
from portal.enums import Role
from portal.files import random_name

if TYPE_CHECKING:
    from portal.models import User

K = KnowledgeStatus
# Something still has to happen.
TO_COME = (K.PROPOSED, K.AGREED, K.REPORTED)


class KnowledgeStepQuerySet(models.QuerySet["KnowledgeStep"]):
    def visible_to(self, user: User) -> KnowledgeStepQuerySet:
        """Whoever sees the contract; of a consortium each enterprise its own steps."""
        found = self.filter(partnership__in=Partnership.objects.visible_to(user))
        if user.acts_as(Role.OWNER, Role.STAFF):
            return found.filter(share__enterprise__organisation=user.organisation_id)
        return found

    def overdue(self) -> KnowledgeStepQuerySet:
        """Agreed, and its last day has passed without evidence."""
        return self.filter(status=K.AGREED, ends_on__lt=timezone.localdate())


class KnowledgeStep(models.Model):
    """Training, mentoring or technology that a partnership brings to one of its enterprises: agreed by both sides, done once
    there is evidence and the enterprise has confirmed it.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="knowledge_steps")
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="knowledge_steps")
    kind = models.CharField(max_length=12, choices=KnowledgeKind)
    title = models.CharField(_("title"), max_length=200)
    details = models.TextField(_("details"), blank=True, max_length=2000)
    given_by = models.CharField(_("who gives it"), max_length=200)
    participants = models.CharField(_("who takes part"), max_length=300)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    status = models.CharField(max_length=10, choices=KnowledgeStatus, default=KnowledgeStatus.PROPOSED)
    # The side that proposed it; the other one answers.
    proposed_for = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    report = models.TextField(_("what was done"), blank=True, max_length=2000)
    file = models.FileField(_("evidence"), upload_to=random_name, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Of the newest step back: refused, not confirmed, called off.
    reason = models.TextField(_("reason"), blank=True, max_length=4000)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = KnowledgeStepQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "pk"]
        indexes = [models.Index(fields=["ends_on"], name="knowledge_due", condition=Q(status=KnowledgeStatus.AGREED))]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=KnowledgeStatus.values), name="knowledge_status"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="knowledge_days"),
            models.CheckConstraint(
                condition=Q(status__in=[K.PROPOSED, K.WITHDRAWN])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="knowledge_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[K.REFUSED, K.CALLED_OFF]) | ~Q(reason=""), name="knowledge_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[K.REPORTED, K.DONE])
                | (
                    Q(reported_by__isnull=False, reported_at__isnull=False, sha256__regex="^[0-9a-f]{64}$")
                    & ~Q(report="")
                    & ~Q(file="")
                ),
                name="knowledge_reported_with_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(status=K.DONE) | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="knowledge_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.status == K.AGREED and self.ends_on < timezone.localdate()

    @property
    def number(self) -> str:
        return f"{self.partnership.number}/KT-{self.pk}"
