from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import RenewalOutcome
from curation.models.application import Application
from curation.models.review import Curation
from curation.models.score import Score
from portal.enums import Role

if TYPE_CHECKING:
    from portal.models import User


# A renewal may be asked for from so many days before the mark ends.
RENEWAL_DAYS = 90


class RenewalQuerySet(models.QuerySet["Renewal"]):
    def open(self) -> RenewalQuerySet:
        return self.filter(outcome=RenewalOutcome.ASKED)

    def visible_to(self, user: User) -> RenewalQuerySet:
        """With the application behind the mark: gone, too, for whoever declared that they stand too near to it."""
        return self.filter(curation__application__in=Application.objects.visible_to(user))

    def managed_by(self, user: User) -> RenewalQuerySet:
        """Of the marks that this buyer gave."""
        return self.visible_to(user) if user.acts_as(Role.OFFICER, Role.APPROVER) else self.none()


class Renewal(models.Model):
    """A mark asked on for another term before it ends. Granted, the same mark goes on without a day between.

    The evidence is the application's next snapshot, scored under the criteria in force: `score` is what was decided on.
    """

    curation = models.ForeignKey(Curation, on_delete=models.PROTECT, related_name="renewals")
    outcome = models.CharField(max_length=10, choices=RenewalOutcome, default=RenewalOutcome.ASKED)
    text = models.TextField(_("what has changed since"), blank=True, max_length=4000)
    snapshot_revision = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    score = models.ForeignKey(Score, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=4000)
    # The last day of the term that was granted.
    until = models.DateField(null=True, blank=True)

    objects = RenewalQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=RenewalOutcome.values), name="renewal_outcome"),
            models.UniqueConstraint(
                fields=["curation"], condition=Q(outcome=RenewalOutcome.ASKED), name="renewal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(outcome=RenewalOutcome.ASKED, decided_by=None, decided_at=None, until=None)
                | Q(
                    outcome=RenewalOutcome.GRANTED,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    until__isnull=False,
                )
                | (
                    Q(outcome=RenewalOutcome.REFUSED, decided_by__isnull=False, decided_at__isnull=False, until=None)
                    & ~Q(reason="")
                ),
                name="renewal_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.curation_id} {self.outcome}"

    @property
    def is_open(self) -> bool:
        return self.outcome == RenewalOutcome.ASKED
