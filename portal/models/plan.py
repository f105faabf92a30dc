"""A business plan that can be measured: what will be made, for whom, how much each quarter, and what it takes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import FundingSource, MarketKind, PlanIndicator, Unit
from portal.models.enterprise import MOST_RUPIAH, Enterprise

if TYPE_CHECKING:
    from portal.models.user import User

QUARTERS = (1, 2, 3, 4)
FIRST_PLAN_YEAR, LAST_PLAN_YEAR = 2020, 2100


def planned(label: object) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=2, null=True, blank=True)


class PlanProduct(models.Model):
    """What the plan means to make or offer, and how much of it in a month once it runs."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="plan_products")
    name = models.CharField(_("product"), max_length=200)
    quantity = models.DecimalField(_("planned per month"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(name="") & Q(quantity__gt=0), name="plan_product_whole")]

    def __str__(self) -> str:
        return self.name


class PlanMarket(models.Model):
    """Whom it is sold to, and what they are expected to buy in a year, in rupiah."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="plan_markets")
    kind = models.CharField(_("kind of buyer"), max_length=20, choices=MarketKind)
    name = models.CharField(_("who and where"), max_length=200)
    amount = models.BigIntegerField(_("expected sales in a year"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(kind__in=MarketKind.values) & Q(amount__gt=0, amount__lt=MOST_RUPIAH),
                name="plan_market_whole",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanTargetQuerySet(models.QuerySet["PlanTarget"]):
    def visible_to(self, user: User) -> PlanTargetQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class PlanTarget(models.Model):
    """What one indicator shall reach in each quarter of a year; in rupiah, in `unit`, or counted."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="plan_targets")
    indicator = models.CharField(_("indicator"), max_length=20, choices=PlanIndicator)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    q1 = planned(_("January to March"))
    q2 = planned(_("April to June"))
    q3 = planned(_("July to September"))
    q4 = planned(_("October to December"))

    objects = PlanTargetQuerySet.as_manager()

    class Meta:
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "indicator", "year"], name="plan_target_once"),
            models.CheckConstraint(
                condition=Q(indicator__in=PlanIndicator.values)
                & Q(year__gte=FIRST_PLAN_YEAR, year__lt=LAST_PLAN_YEAR)
                & (Q(indicator=PlanIndicator.PRODUCTION) ^ Q(unit="")),
                name="plan_target_whole",
            ),
            models.CheckConstraint(
                condition=~Q(q1=None, q2=None, q3=None, q4=None)
                & Q(*(Q(**{f"q{n}": None}) | Q(**{f"q{n}__gt": 0}) for n in QUARTERS)),
                name="plan_target_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} {self.year}"

    def target_of(self, quarter: int) -> Decimal | None:
        return getattr(self, f"q{quarter}")


class PlanFunding(models.Model):
    """What the plan needs money for, how much in rupiah, and where it shall come from."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="plan_funding")
    purpose = models.CharField(_("what for"), max_length=200)
    amount = models.BigIntegerField(_("how much"))
    source = models.CharField(_("from where"), max_length=20, choices=FundingSource)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="") & Q(source__in=FundingSource.values) & Q(amount__gt=0, amount__lt=MOST_RUPIAH),
                name="plan_funding_whole",
            )
        ]

    def __str__(self) -> str:
        return self.purpose


class PlanProgressQuerySet(models.QuerySet["PlanProgress"]):
    def visible_to(self, user: User) -> PlanProgressQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class PlanProgress(models.Model):
    """What was reached in a quarter, beside the target as it stood. A correction is another row; the newest counts.

    Apart from `PlanTarget`, so that nothing that happens to a plan later takes this history with it.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="plan_progress")
    indicator = models.CharField(max_length=20, choices=PlanIndicator)
    unit = models.CharField(max_length=20, choices=Unit, blank=True)
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    target = models.DecimalField(max_digits=18, decimal_places=2)
    actual = models.DecimalField(_("reached"), max_digits=18, decimal_places=2)
    note = models.CharField(_("why"), max_length=500, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PlanProgressQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["enterprise", "indicator", "year", "quarter"], name="progress_of_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__in=QUARTERS, indicator__in=PlanIndicator.values, target__gt=0, actual__gte=0),
                name="plan_progress_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} {self.year} Q{self.quarter}"


class PlanReminder(models.Model):
    """Its people were told that a quarter of the plan has ended and what was reached is not entered. One row, one notice."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="plan_reminders")
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "year", "quarter"], name="plan_reminded_once"),
            models.CheckConstraint(condition=Q(quarter__in=QUARTERS), name="plan_reminder_quarter"),
        ]
