from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import Capability, Ownership, Role

if TYPE_CHECKING:
    from portal.models.user import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def with_capability(self, capability: Capability) -> OrganisationQuerySet:
        return self.filter(capabilities__contains=[capability])

    def valid_on(self, day: dt.date) -> OrganisationQuerySet:
        """Ministries are split and dissolved: an organisation exists from a day until a day."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gte=day))

    def visible_to(self, user: User) -> OrganisationQuerySet:
        """Buyers, authorities, PLUT centres and financiers are public; an enterprise is seen through its own rows."""
        own = Q(memberships__user=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(~Q(capabilities=[Capability.ENTERPRISE]) | own).distinct()


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    capabilities = ArrayField(models.CharField(max_length=20, choices=Capability), verbose_name=_("capabilities"))
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership, blank=True)
    region_code = models.CharField(_("region"), max_length=13, blank=True, help_text=_("Kemendagri code"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    source = models.CharField(_("source"), max_length=300, blank=True)
    # Of a financier: within how many working days it answers a request, as it says itself, and since when it says so.
    answer_days = models.PositiveSmallIntegerField(_("answers within (working days)"), null=True, blank=True)
    answer_days_since = models.DateField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="organisation_dates"
            ),
            models.CheckConstraint(condition=~Q(capabilities=[]), name="organisation_can_something"),
            models.CheckConstraint(
                condition=Q(answer_days=None, answer_days_since=None)
                | Q(
                    answer_days__isnull=False,
                    answer_days__gte=1,
                    answer_days__lte=60,
                    answer_days_since__isnull=False,
                ),
                name="organisation_answer_days",
            ),
        ]
        indexes = [
            GinIndex(fields=["capabilities"], name="organisation_capabilities"),
            GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="organisation_name_parts"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def capability_labels(self) -> list[str]:
        return [str(Capability(value).label) for value in self.capabilities]

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def is_valid_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or self.valid_until >= day
        )


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(ended_at=None, user__is_active=True)

    def visible_to(self, user: User) -> MembershipQuerySet:
        """One's own, and one's colleagues'; operators see all (who may do what is metadata)."""
        if user.acts_as(Role.OPERATOR):
            return self
        return self.filter(Q(user=user.pk) | Q(organisation=user.organisation_id))


class Membership(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(ended_at=None), name="membership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}, {self.organisation.label}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())

    def visible_to(self, user: User) -> InvitationQuerySet:
        if user.acts_as(Role.OPERATOR):
            return self
        return self.filter(organisation=user.organisation_id)


class Invitation(models.Model):
    """Asks a person, by e-mail, to join an organisation in a role. The link carries a token; we keep its hash."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    email = models.EmailField(_("e-mail"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email}: {self.get_role_display()}, {self.organisation.label}"
