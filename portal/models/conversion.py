from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.enums import ConversionOutcome
from portal.models.enterprise import Enterprise
from portal.models.reference import ReferenceQuerySet

if TYPE_CHECKING:
    from portal.models.user import User


class KbliConversion(models.Model):
    """A class of an older edition and one of a newer that a person, or a published table, says stand for each other.

    One class may become several and several one. Scoring reads these: a need asks in one edition, an enterprise answers in another.
    """

    older = models.ForeignKey("portal.KbliClass", on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey("portal.KbliClass", on_delete=models.PROTECT, related_name="+")
    # The published table; empty where a person of the portal reviewed it.
    source = models.CharField(_("source"), max_length=200, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(auto_now_add=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["older", "newer"]
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="kbli_conversion_once"),
            models.CheckConstraint(condition=~Q(older=F("newer")), name="kbli_conversion_of_two"),
            models.CheckConstraint(
                condition=~Q(source="") | Q(reviewed_by__isnull=False), name="kbli_conversion_by_table_or_person"
            ),
        ]
        indexes = [models.Index(fields=["newer"], name="kbli_conversion_newer")]

    def __str__(self) -> str:
        return f"{self.older_id} → {self.newer_id}"


class ActivityConversionQuerySet(models.QuerySet["ActivityConversion"]):
    def open(self) -> ActivityConversionQuerySet:
        return self.filter(outcome=ConversionOutcome.OPEN)

    def visible_to(self, user: User) -> ActivityConversionQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class ActivityConversion(models.Model):
    """An enterprise says which class of the edition in force stands for one of its older ones; a person reviews it.

    `reasons`: why the portal proposed the class, or empty where the enterprise found it itself.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="conversions")
    older = models.ForeignKey("portal.KbliClass", on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey("portal.KbliClass", on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=ConversionOutcome, default=ConversionOutcome.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, max_length=1000)

    objects = ActivityConversionQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "older"], condition=Q(outcome=ConversionOutcome.OPEN), name="conversion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(outcome=ConversionOutcome.OPEN, decided_by=None, decided_at=None)
                | (~Q(outcome=ConversionOutcome.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="conversion_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ConversionOutcome.DECLINED) | ~Q(reason=""), name="conversion_declined_with_reason"
            ),
            # Always reviewed by a second person.
            models.CheckConstraint(
                condition=~Q(outcome=ConversionOutcome.ACCEPTED) | ~Q(decided_by=F("proposed_by")),
                name="conversion_reviewed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.older_id} → {self.newer_id}"

    @property
    def is_open(self) -> bool:
        return self.outcome == ConversionOutcome.OPEN
