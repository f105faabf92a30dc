from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from partnerships.models.partnership import Partnership


class CompletionConsent(models.Model):
    """A side says that nothing is open any more. With the last one the partnership is completed; a new order takes them back."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="completion_consents")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_at"]
        constraints = [models.UniqueConstraint(fields=["partnership", "organisation"], name="completion_consent_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.given_at:%Y-%m-%d}"
