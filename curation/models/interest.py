from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.enums import STANDING_INTEREST, InterestStatus
from curation.models.application import Application
from curation.models.need import Need
from curation.models.programme import Programme
from portal.enums import Role
from portal.models import Enterprise, Product

if TYPE_CHECKING:
    from portal.models import User

# Letters of a note.
MOST_SAID = 500


class InterestQuerySet(models.QuerySet["Interest"]):
    def visible_to(self, user: User) -> InterestQuerySet:
        """An enterprise's own, also for its companion; those about a buyer's own needs."""
        if user.acts_as(Role.OWNER, Role.STAFF, Role.COMPANION):
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(need__buyer=user.organisation_id)
        return self.none()

    def managed_by(self, user: User) -> InterestQuerySet:
        buyers = user.acts_as(Role.OFFICER, Role.APPROVER)
        return self.filter(need__buyer=user.organisation_id) if buyers else self.none()

    def standing(self) -> InterestQuerySet:
        return self.filter(status__in=STANDING_INTEREST)

    def waiting(self) -> InterestQuerySet:
        """For an answer of either side."""
        return self.filter(status__in=[InterestStatus.EXPRESSED, InterestStatus.INVITED])


class Interest(models.Model):
    """An enterprise and a need that found each other: it said that it is interested, or the buyer invited it, or both.

    `programme`: the round that it is invited to; `application`: the draft that accepting began. `answer_by`: the last day on which
    an invitation is answered; it lapses after it, and the day then says why it did.
    """

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="interests")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="interests")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("product")
    )
    status = models.CharField(max_length=10, choices=InterestStatus)
    # What the enterprise says, and what the buyer writes with the invitation.
    note = models.CharField(_("note"), max_length=MOST_SAID, blank=True)
    message = models.CharField(_("message"), max_length=MOST_SAID, blank=True)
    reason = models.CharField(_("reason"), max_length=MOST_SAID, blank=True)
    programme = models.ForeignKey(Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expressed_at = models.DateTimeField(null=True, blank=True)
    expressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_by = models.DateField(null=True, blank=True)
    # Of an expression the buyer's answer, of an invitation the enterprise's.
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=InterestStatus.values), name="interest_status"),
            # Two officers at once, or two clicks: one of them stands.
            models.UniqueConstraint(
                fields=["need", "enterprise"], condition=Q(status__in=STANDING_INTEREST), name="interest_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(expressed_at__isnull=False, expressed_by__isnull=False)
                | Q(invited_at__isnull=False, invited_by__isnull=False),
                name="interest_begun_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InterestStatus.INVITED, InterestStatus.ACCEPTED])
                | Q(invited_at__isnull=False, invited_by__isnull=False),
                name="interest_invited_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status=InterestStatus.INVITED) | Q(answer_by__isnull=False), name="interest_invited_until"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InterestStatus.REFUSED, InterestStatus.DECLINED])
                | (~Q(reason="") & Q(answered_by__isnull=False)),
                name="interest_no_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "-created_at"], name="interest_of_enterprise")]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.need_id}"

    @property
    def ran_out(self) -> bool:
        """Nobody answered the invitation in its time. What lapses otherwise has no day any more."""
        return self.status == InterestStatus.LAPSED and self.answer_by is not None
