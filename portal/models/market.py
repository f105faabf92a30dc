from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import InnovationKind
from portal.models.enterprise import MOST_RUPIAH, Enterprise

FIRST_EXPORT_YEAR = 1990


class ExportRecord(models.Model):
    """Goods of one kind that went to one country in a year. Value in rupiah.

    `country`: ISO 3166, two letters. `destination`: as somebody wrote it before there was a list to choose from.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="export_records")
    country = models.CharField(_("country"), max_length=2, blank=True)
    destination = models.CharField(max_length=300, blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    hs = models.ForeignKey(
        "portal.HsCode", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("HS code")
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    value = models.BigIntegerField(_("value"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(country="") | ~Q(destination=""), name="export_destination"),
            # Not Indonesia: that is no export.
            models.CheckConstraint(
                condition=Q(country="") | (Q(country__regex=r"^[A-Z]{2}$") & ~Q(country="ID")), name="export_country"
            ),
            models.CheckConstraint(
                condition=(Q(value=None) | Q(value__gt=0, value__lt=MOST_RUPIAH))
                & (Q(year=None) | Q(year__gte=FIRST_EXPORT_YEAR, year__lt=2200)),
                name="export_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.country or self.destination


class Innovation(models.Model):
    """A brand, design or patent as it is registered. `Enterprise.registered_innovations` counts them."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="innovations")
    kind = models.CharField(_("kind"), max_length=20, choices=InnovationKind)
    number = models.CharField(_("registration number"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    registered_on = models.DateField(_("registered on"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "kind", "number"], name="innovation_once"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(title="") & Q(kind__in=InnovationKind.values), name="innovation_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.title
