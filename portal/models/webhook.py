from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import WEBHOOK_ROLES, WebhookOutcome, WebhookState, WebhookStatus
from portal.models.encrypted import EncryptedField

if TYPE_CHECKING:
    from portal.models.user import User


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, user: User) -> WebhookEndpointQuerySet:
        """One's own organisation's, to those who look after its systems. An operator sees counts alone."""
        if not user.acts_as(*WEBHOOK_ROLES):
            return self.none()
        return self.filter(organisation=user.organisation_id).exclude(status=WebhookStatus.REMOVED)


class WebhookEndpoint(models.Model):
    """An address of an organisation's own system that events are sent to, each signed with its secret."""

    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(models.CharField(max_length=60), verbose_name=_("events"))
    status = models.CharField(max_length=10, choices=WebhookStatus, default=WebhookStatus.ACTIVE)
    secret = EncryptedField()
    # After a rotation both sign, until the receiver has had time to change over.
    previous_secret = EncryptedField(blank=True, default="")
    previous_until = models.DateTimeField(null=True, blank=True)
    # Tries in a row that failed, since when, and until when no other is made.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [GinIndex(fields=["kinds"], name="webhook_kinds", condition=~Q(status=WebhookStatus.REMOVED))]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "url"], condition=~Q(status=WebhookStatus.REMOVED), name="webhook_url_once"
            ),
            models.CheckConstraint(condition=Q(status__in=WebhookStatus.values), name="webhook_status"),
            models.CheckConstraint(condition=~Q(kinds=[]), name="webhook_wants_something"),
            models.CheckConstraint(
                condition=Q(status=WebhookStatus.PAUSED, paused_at__isnull=False)
                | (~Q(status=WebhookStatus.PAUSED) & Q(paused_at=None)),
                name="webhook_paused_since",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    def secrets_at(self, moment: dt.datetime) -> list[str]:
        """The present one first."""
        old = self.previous_secret if self.previous_until and self.previous_until > moment else ""
        return [secret for secret in (self.secret, old) if secret]


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def visible_to(self, user: User) -> WebhookMessageQuerySet:
        return self.filter(endpoint__in=WebhookEndpoint.objects.visible_to(user))


class WebhookMessage(models.Model):
    """One event for one address: written in the transaction of what happened, sent later, however often, under one `uid`.

    `data`: keys and states as they were then; what else there is to know is fetched by who may know it.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=60)
    data = models.JSONField()
    state = models.CharField(max_length=10, choices=WebhookState, default=WebhookState.WAITING)
    # Since it was last asked for: a replay counts anew.
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    occurred_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(fields=["endpoint", "-occurred_at", "-id"], name="webhook_message_newest"),
            models.Index(fields=["occurred_at"], name="webhook_message_age"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WebhookState.values), name="webhook_message_state"),
            models.CheckConstraint(
                condition=~Q(state=WebhookState.DELIVERED) | Q(delivered_at__isnull=False),
                name="webhook_message_delivered_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def webhook_id(self) -> str:
        return f"msg_{self.uid.hex}"


class WebhookAttempt(models.Model):
    """One try: when, what came of it, and how long it took."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=20, choices=WebhookOutcome)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.code or ''}".strip()
