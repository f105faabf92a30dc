from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import ConsentEnd, ConsentMeans, ConsentPurpose, Role
from portal.files import random_name
from portal.models.enterprise import Assignment, Enterprise

if TYPE_CHECKING:
    from portal.models.user import User

# A consent is asked for anew at least once a year.
MOST_DAYS = 366


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> ConsentQuerySet:
        """Begun, neither run out nor ended; a companion's only as long as they look after the enterprise."""
        now = timezone.now()
        assigned = Assignment.objects.open().filter(companion=OuterRef("companion"), enterprise=OuterRef("enterprise"))
        return self.filter(ended_at=None, starts_at__lte=now, ends_at__gt=now).filter(
            ~Q(purpose=ConsentPurpose.ASSISTANCE) | Exists(assigned)
        )

    def visible_to(self, user: User) -> ConsentQuerySet:
        """The enterprise's people see all of theirs; a companion their own; a partner those given to it."""
        if user.acts_as(Role.COMPANION):
            return self.filter(companion=user.pk, organisation=user.organisation_id)
        if user.acts_as(Role.PLUT_MANAGER):
            return self.filter(organisation=user.organisation_id)
        given = Q(enterprise__organisation=user.organisation_id)
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(given | Q(organisation=user.organisation_id))
        if user.acts_as(Role.REGIONAL_OFFICER):
            return self.filter(organisation=user.organisation_id)
        return self.none()

    def held_by(self, user: User) -> ConsentQuerySet:
        """Those under which this person may act now: of their own if they are a companion, else of their organisation."""
        if user.acts_as(Role.COMPANION):
            return self.filter(
                purpose=ConsentPurpose.ASSISTANCE, companion=user.pk, organisation=user.organisation_id
            ).in_force()
        return self.filter(purpose=ConsentPurpose.PARTNER, organisation=user.organisation_id).in_force()


class Consent(models.Model):
    """The owner lets somebody outside fill in parts of the dossier. What was agreed never changes: another is another row.

    `scopes` are the names of the dossier's sections, "products" and "documents" (portal.consents); of a request that shares
    values, the names of those.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=ConsentPurpose)
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    companion = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scopes = ArrayField(models.CharField(max_length=30), verbose_name=_("what may be filled in"))
    text_version = models.PositiveSmallIntegerField()
    means = models.CharField(_("how it was given"), max_length=10, choices=ConsentMeans)
    # In the portal the owner's account; on paper the name under the signature.
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_name = models.CharField(_("name under the signature"), max_length=150, blank=True)
    paper = models.FileField(_("photo or scan of the signed paper"), upload_to=random_name, blank=True)
    paper_sha256 = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(max_length=20, choices=ConsentEnd, blank=True)
    # Up to which of the enterprise's audit entries its people have been told.
    told_until = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "organisation", "companion"],
                # What is ticked for a request is of that request: two requests to one bank are two consents.
                condition=Q(ended_at=None) & ~Q(purpose=ConsentPurpose.SHARING),
                nulls_distinct=False,
                name="consent_one_open",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="consent_names_something"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(ends_at__lte=F("starts_at") + dt.timedelta(days=MOST_DAYS)),
                name="consent_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(purpose=ConsentPurpose.ASSISTANCE, companion__isnull=False)
                | Q(
                    purpose__in=[ConsentPurpose.PARTNER, ConsentPurpose.SHARING],
                    companion=None,
                    means=ConsentMeans.PORTAL,
                ),
                name="consent_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(means=ConsentMeans.PORTAL, given_by__isnull=False, paper="", paper_sha256="")
                | (
                    Q(means=ConsentMeans.PAPER, given_by=None, paper_sha256__regex="^[0-9a-f]{64}$")
                    & ~Q(paper="")
                    & ~Q(signed_name="")
                ),
                name="consent_given_provably",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="consent_end_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} → {self.companion or self.organisation}"

    @property
    def is_in_force(self) -> bool:
        """Without looking whether the companion is still assigned: rows come from `in_force`, and the database asks again."""
        return self.ended_at is None and self.starts_at <= timezone.now() < self.ends_at

    def covers(self, scope: str) -> bool:
        return scope in self.scopes

    @property
    def receiver(self) -> str:
        return str(self.companion or self.organisation)

    def as_recorded(self) -> dict[str, Any]:
        """What an audit entry holds of it; keys, no personal value."""
        return {"enterprise": self.enterprise_id, "consent": self.pk, "companion": self.companion_id}
