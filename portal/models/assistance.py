from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.enums import Role
from portal.models.enterprise import Enterprise
from portal.models.visit import Visit

if TYPE_CHECKING:
    from portal.models.user import User


class CompanionRequestQuerySet(models.QuerySet["CompanionRequest"]):
    def open(self) -> CompanionRequestQuerySet:
        return self.filter(answered_at=None)

    def visible_to(self, user: User) -> CompanionRequestQuerySet:
        """The enterprise's own, and those sent to the manager's centre."""
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(enterprise__organisation=user.organisation_id)
        if user.acts_as(Role.PLUT_MANAGER):
            return self.filter(plut=user.organisation_id)
        return self.none()


class CompanionRequest(models.Model):
    """An enterprise asks a PLUT centre for a companion. The centre's manager assigns one, or says why not."""

    class Outcome(models.TextChoices):
        ASSIGNED = "assigned", _("A companion was assigned")
        REFUSED = "refused", _("Not possible now")
        TAKEN_BACK = "taken_back", _("Taken back by the business")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="companion_requests")
    plut = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    message = models.TextField(_("what you need help with"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)

    objects = CompanionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], condition=Q(answered_at=None), name="companion_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, outcome="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="")),
                name="companion_request_answered_whole",
            ),
            models.CheckConstraint(condition=~Q(outcome="refused") | ~Q(answer=""), name="companion_refusal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} → {self.plut}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def open(self) -> AppointmentQuerySet:
        """Neither called off nor kept: a visit on its day or later keeps it."""
        kept = Visit.objects.filter(enterprise=OuterRef("enterprise"), visited_on__gte=OuterRef("on"))
        return self.filter(called_off_at=None).exclude(Exists(kept))

    def visible_to(self, user: User) -> AppointmentQuerySet:
        if user.acts_as(Role.COMPANION):
            return self.filter(companion=user.pk)
        if user.acts_as(Role.OWNER, Role.STAFF, Role.PLUT_MANAGER):
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.none()


class Appointment(models.Model):
    """A visit that is planned; the business is told the day."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="appointments")
    companion = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    at = models.TimeField(_("time"), null=True, blank=True)
    purpose = models.CharField(_("what for"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "companion", "on"], condition=Q(called_off_at=None), name="appointment_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.on}"
