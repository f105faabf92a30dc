from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import BusinessClass, ClassCause, IndustrySize
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    import datetime as dt

    from portal.models.user import User


class ClassDerivationQuerySet(models.QuerySet["ClassDerivation"]):
    def known_on(self, day: dt.date) -> ClassDerivationQuerySet:
        """What had been derived by the end of that day, newest first."""
        return self.filter(from_day__lte=day).order_by("-pk")

    def visible_to(self, user: User) -> ClassDerivationQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class ClassDerivation(models.Model):
    """One derivation of an enterprise's class and of its being an IKM: from which day, by which rule, on which figures.

    Written with every derivation, in its transaction; rows are only ever added. `entry` is the number of the entry in the
    enterprise's audit trail that tells of the save behind it.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="class_history")
    from_day = models.DateField(_("from"))
    # "large" only where a new rule made it so: nobody large is stored as an SME.
    business_class = models.CharField(_("business class"), max_length=10, choices=BusinessClass, blank=True)
    class_rule = models.ForeignKey("portal.DatedRule", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.CharField(max_length=20, blank=True)
    ikm = models.CharField(max_length=12, choices=IndustrySize, blank=True)
    ikm_rule = models.ForeignKey("portal.DatedRule", null=True, on_delete=models.PROTECT, related_name="+")
    # As they stood: capital, full_year_of_sales, annual_sales, sales_year, workforce, investment, kbli, kbli_edition. Rupiah.
    figures = models.JSONField(default=dict)
    cause = models.CharField(max_length=12, choices=ClassCause)
    changed = ArrayField(models.CharField(max_length=30), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClassDerivationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["enterprise", "-id"], name="class_history_newest")]
        constraints = [models.UniqueConstraint(fields=["enterprise", "entry"], name="class_once_per_save")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.from_day} {self.business_class}"

    @property
    def is_ikm(self) -> bool | None:
        return self.ikm in (IndustrySize.SMALL, IndustrySize.MEDIUM) if self.ikm else None
