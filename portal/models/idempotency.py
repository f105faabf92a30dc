from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.models.encrypted import EncryptedField


class IdempotencyKey(models.Model):
    """A call of the API that must not happen twice, with the answer it was given.

    Written in the transaction of the call: a second call with the same key waits for the first to end, then finds its
    answer, or nothing if it failed and changed nothing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("portal.Organisation", null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    claim = models.UUIDField()
    # Of method, address and what was sent: the same key with another request is a mistake of the caller.
    request_hash = models.CharField(max_length=64)
    answer_code = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    # An answer may hold personal data.
    body = EncryptedField(default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "key"], nulls_distinct=False, name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key
