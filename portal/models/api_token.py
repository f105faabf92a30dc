from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import TokenScope

if TYPE_CHECKING:
    from portal.models.user import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        return self.filter(
            revoked_at=None,
            expires_at__gt=timezone.now(),
            membership__ended_at=None,
            membership__user__is_active=True,
        )

    def visible_to(self, user: User) -> ApiTokenQuerySet:
        return self.filter(membership__user=user.pk)


class ApiToken(models.Model):
    """Lets a program act as one person for one organisation. Only its hash is kept; it ends by itself."""

    membership = models.ForeignKey("portal.Membership", on_delete=models.CASCADE, related_name="api_tokens")
    # Empty: whatever its person may do. Else only what these name, through the addresses for partners.
    scopes = ArrayField(
        models.CharField(max_length=20, choices=TokenScope), default=list, blank=True, verbose_name=_("what it may do")
    )
    name = models.CharField(_("what it is for"), max_length=80)
    # The first characters, so that its owner can tell it from others.
    prefix = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("ends"))
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
