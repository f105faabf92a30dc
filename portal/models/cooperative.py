from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import CooperativeMemberStatus, Role, Unit
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User

S = CooperativeMemberStatus
# What stands on a cooperative's list; a refusal, too, so that nobody is asked over and over.
ON_THE_LIST = (S.LISTED, S.INVITED, S.ACCEPTED, S.REFUSED)


class CooperativeMemberQuerySet(models.QuerySet["CooperativeMember"]):
    def visible_to(self, user: User) -> CooperativeMemberQuerySet:
        """Both sides, and whoever sees the cooperative's dossier."""
        of_the_cooperative = Q(cooperative__in=Enterprise.objects.visible_to(user))
        if not user.acts_as(Role.OWNER, Role.STAFF) or user.organisation_id is None:
            return self.filter(of_the_cooperative)
        asked = Q(invited__organisation=user.organisation_id) | Q(member__organisation=user.organisation_id)
        return self.filter(of_the_cooperative | asked)

    def on_the_list(self) -> CooperativeMemberQuerySet:
        return self.filter(status__in=ON_THE_LIST)

    def accepted(self) -> CooperativeMemberQuerySet:
        return self.filter(status=S.ACCEPTED)


class CooperativeMember(models.Model):
    """An enterprise on a cooperative's list, with the product it gives and how much of it in a month.

    `invited` is whom the cooperative asked; `member` the same enterprise, while it says yes: scoring, contracts and consents
    look at `member` alone. One that is not registered here stands with its name, village and NIB only.
    """

    cooperative = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="member_enterprises")
    status = models.CharField(max_length=10, choices=CooperativeMemberStatus, default=S.ACCEPTED)
    invited = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="cooperative_invitations"
    )
    member = models.ForeignKey(Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="cooperatives")
    # As the cooperative calls it.
    name = models.CharField(_("name"), max_length=200, blank=True)
    nib = models.CharField(_("NIB"), max_length=13, blank=True)
    village = models.ForeignKey(
        "portal.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("village")
    )
    product = models.CharField(_("product"), max_length=200, blank=True)
    capacity = models.DecimalField(_("capacity per month"), max_digits=16, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit, blank=True)
    listed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    listed_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = CooperativeMemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cooperative", "invited"], condition=Q(status__in=ON_THE_LIST), name="cooperative_asks_once"
            ),
            models.UniqueConstraint(
                fields=["cooperative", "member"], condition=Q(member__isnull=False), name="cooperative_member_once"
            ),
            models.CheckConstraint(
                condition=(Q(invited=None) | ~Q(invited=models.F("cooperative")))
                & (Q(member=None) | ~Q(member=models.F("cooperative"))),
                name="cooperative_not_own_member",
            ),
            # Nobody is a member without saying so, and whoever left is none.
            models.CheckConstraint(
                condition=Q(status=S.ACCEPTED, member__isnull=False) | (~Q(status=S.ACCEPTED) & Q(member=None)),
                name="cooperative_member_said_yes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CooperativeMemberStatus.values)
                & (~Q(status=S.LISTED) | Q(invited=None) & ~Q(name=""))
                & (~Q(status__in=[S.INVITED, S.REFUSED, S.LEFT]) | Q(invited__isnull=False))
                & (Q(member=None) | Q(invited=None) | Q(invited=models.F("member")))
                & (Q(nib="") | Q(nib__regex=r"^[0-9]{13}$")),
                name="cooperative_member_whole",
            ),
            models.CheckConstraint(
                condition=Q(capacity=None, unit="") | (Q(capacity__isnull=False, capacity__gt=0) & ~Q(unit="")),
                name="cooperative_member_capacity",
            ),
        ]

    def __str__(self) -> str:
        return self.name or (self.invited or self.member).name

    @property
    def enterprise(self) -> Enterprise | None:
        """Who is meant, where it is registered."""
        return self.member or self.invited
