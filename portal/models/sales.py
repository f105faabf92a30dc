from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.models.enterprise import MOST_RUPIAH, Enterprise

FIRST_SALES_YEAR = 1990


class AnnualSales(models.Model):
    """What an enterprise sold in one whole year, in rupiah.

    `Enterprise.annual_sales` and `sales_year` are the newest of these rows; a trigger keeps them the same.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="sales")
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.BigIntegerField(_("sales"))

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "year"], name="annual_sales_once"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lt=MOST_RUPIAH), name="annual_sales_amount"),
            models.CheckConstraint(condition=Q(year__gte=FIRST_SALES_YEAR, year__lt=2200), name="annual_sales_year"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.amount}"
