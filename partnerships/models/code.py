from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from partnerships.models.partnership import Partnership


class AcceptanceCode(models.Model):
    """Six digits sent to an SME's verified e-mail to accept one revision. Only their keyed hash is kept; used once."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["partnership", "user", "-created_at"], name="acceptance_code_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="acceptance_code_expires"),
        ]
