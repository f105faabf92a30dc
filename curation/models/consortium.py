from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import ConsortiumStatus, MemberStatus
from curation.models.need import Need
from portal.enums import DocumentKind, Role, Unit
from portal.models import Commitment, Enterprise, Product

if TYPE_CHECKING:
    from portal.models import User

MOST_MEMBERS, MOST_MONTHS = 20, 60
# What an enterprise learns of, and keeps seeing: whom the buyer only thought of it never sees.
TOLD = (
    MemberStatus.INVITED,
    MemberStatus.ACCEPTED,
    MemberStatus.DECLINED,
    MemberStatus.EXPIRED,
    MemberStatus.RELEASED,
)
# Who has a part in it, or may still have.
TAKING_PART = (MemberStatus.PROPOSED, MemberStatus.INVITED, MemberStatus.ACCEPTED)


class ConsortiumQuerySet(models.QuerySet["Consortium"]):
    def visible_to(self, user: User) -> ConsortiumQuerySet:
        """The buyer's own; an enterprise's once it was invited."""
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(need__buyer=user.organisation_id)
        if user.acts_as(Role.OWNER, Role.STAFF):
            theirs = ConsortiumMember.objects.filter(
                consortium=OuterRef("pk"), enterprise__organisation=user.organisation_id, status__in=TOLD
            )
            return self.filter(Exists(theirs))
        return self.none()

    def managed_by(self, user: User) -> ConsortiumQuerySet:
        return (
            self.filter(need__buyer=user.organisation_id) if user.acts_as(Role.OFFICER, Role.APPROVER) else self.none()
        )


class Consortium(models.Model):
    """Several enterprises that together cover a need: quantity a month, from the first day for so many months.

    What it was formed by stands here as it was asked; who gives how much stands with the members. `answer_by`: until then
    whoever is invited answers; `replace_by`: until then the buyer fills what became free, else it has failed.
    """

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="consortia")
    status = models.CharField(max_length=10, choices=ConsortiumStatus, default=ConsortiumStatus.DRAFT)
    quantity = models.DecimalField(_("quantity per month"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    ceiling_price = models.BigIntegerField(_("ceiling price per unit"))
    required_certificates = ArrayField(
        models.CharField(max_length=20, choices=DocumentKind), default=list, blank=True, verbose_name=_("certificates")
    )
    starts_on = models.DateField(_("first day"))
    months = models.PositiveSmallIntegerField(
        _("months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )
    members_at_most = models.PositiveSmallIntegerField(
        _("members at most"), default=5, validators=[MinValueValidator(1), MaxValueValidator(MOST_MEMBERS)]
    )
    least_share = models.PositiveSmallIntegerField(_("smallest share in %"), default=5)
    most_share = models.PositiveSmallIntegerField(_("largest share in %"), default=100)
    each_holds = models.BooleanField(_("each member holds every certificate"), default=False)
    curated_only = models.BooleanField(_("only enterprises that you have curated"), default=True)
    near_only = models.BooleanField(_("only from the province of delivery"), default=False)
    # Nothing better by more than the half per cent exists among these candidates; else the best that was found in time.
    proved = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    replace_by = models.DateField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    is_sample = models.BooleanField(default=False)

    objects = ConsortiumQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ConsortiumStatus.values), name="consortium_status"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, ceiling_price__gt=0, ceiling_price__lt=10**15), name="consortium_amounts"
            ),
            models.CheckConstraint(
                condition=Q(
                    months__gte=1,
                    months__lte=MOST_MONTHS,
                    members_at_most__gte=1,
                    members_at_most__lte=MOST_MEMBERS,
                    least_share__gte=0,
                    least_share__lte=F("most_share"),
                    most_share__gte=1,
                    most_share__lte=100,
                ),
                name="consortium_bounds",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ConsortiumStatus.FAILED, ConsortiumStatus.CANCELLED]) | ~Q(reason=""),
                name="consortium_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=ConsortiumStatus.INVITING) | Q(answer_by__isnull=False),
                name="consortium_invites_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.need}"

    @property
    def number(self) -> str:
        return f"KS-{timezone.localtime(self.created_at).year}-{self.pk:05d}"

    @property
    def ends_on(self) -> dt.date:
        """The last day, inclusive."""
        month = self.starts_on.month - 1 + self.months
        year, month = self.starts_on.year + month // 12, month % 12 + 1
        first = dt.date(year, month, 1)
        days = (dt.date(year + month // 12, month % 12 + 1, 1) - first).days
        return first.replace(day=min(self.starts_on.day, days)) - dt.timedelta(days=1)


class ConsortiumMemberQuerySet(models.QuerySet["ConsortiumMember"]):
    def visible_to(self, user: User) -> ConsortiumMemberQuerySet:
        """The buyer's own; an enterprise's own part, once it was invited."""
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(consortium__need__buyer=user.organisation_id)
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(enterprise__organisation=user.organisation_id, status__in=TOLD)
        return self.none()

    def taking_part(self) -> ConsortiumMemberQuerySet:
        return self.filter(status__in=TAKING_PART)


class ConsortiumMember(models.Model):
    """An enterprise in a consortium, or one that the buyer keeps out of it (`excluded`).

    `quantity` a month in the need's unit, `price` of one such unit in rupiah, as the product stood when it was formed.
    `facts`: what spoke for it, as plain values: score, km, certificates, free capacity.
    """

    consortium = models.ForeignKey(Consortium, on_delete=models.CASCADE, related_name="members")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="consortium_parts")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=MemberStatus, default=MemberStatus.PROPOSED)
    pinned = models.BooleanField(default=False)
    quantity = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    # The same share in the product's own unit: what is promised of its capacity.
    product_quantity = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True, max_length=1000)
    commitment = models.OneToOneField(
        Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="consortium_member"
    )

    objects = ConsortiumMemberQuerySet.as_manager()

    class Meta:
        ordering = ["-quantity", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["consortium", "enterprise"], name="consortium_member_once"),
            models.CheckConstraint(condition=Q(status__in=MemberStatus.values), name="consortium_member_status"),
            models.CheckConstraint(
                condition=Q(status=MemberStatus.EXCLUDED, pinned=False)
                | (
                    ~Q(status=MemberStatus.EXCLUDED)
                    & Q(
                        product__isnull=False,
                        quantity__isnull=False,
                        quantity__gt=0,
                        price__isnull=False,
                        price__gt=0,
                        product_quantity__isnull=False,
                        product_quantity__gt=0,
                    )
                ),
                name="consortium_member_part",
            ),
            models.CheckConstraint(
                condition=~Q(status=MemberStatus.ACCEPTED)
                | Q(commitment__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="consortium_member_committed",
            ),
            models.CheckConstraint(
                condition=~Q(status=MemberStatus.INVITED) | Q(answer_by__isnull=False, invited_at__isnull=False),
                name="consortium_member_invited_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.quantity or ''}".strip()

    @property
    def share(self) -> Decimal:
        """Of the whole, in per cent."""
        return (self.quantity or Decimal(0)) * 100 / self.consortium.quantity

    @property
    def money(self) -> int:
        """Rupiah a month, to the rupiah."""
        return round((self.quantity or Decimal(0)) * (self.price or Decimal(0)))
