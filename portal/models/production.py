from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import CapacityPer, Unit
from portal.models.enterprise import Enterprise

FIRST_MACHINE_YEAR = 1900


class Machine(models.Model):
    """Machines of one kind and age, with what one of them makes in a given time, where that is known."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="machines")
    name = models.CharField(_("machine"), max_length=300)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)
    year = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True)
    capacity = models.DecimalField(_("capacity of one"), max_digits=16, decimal_places=2, null=True, blank=True)
    capacity_unit = models.CharField(_("unit"), max_length=20, choices=Unit, blank=True)
    capacity_per = models.CharField(_("per"), max_length=10, choices=CapacityPer, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & Q(count__gte=1), name="machine_named"),
            models.CheckConstraint(
                condition=Q(year=None) | Q(year__gte=FIRST_MACHINE_YEAR, year__lt=2200), name="machine_year"
            ),
            models.CheckConstraint(
                condition=Q(capacity=None, capacity_unit="", capacity_per="")
                | (Q(capacity__isnull=False, capacity__gt=0) & ~Q(capacity_unit="") & ~Q(capacity_per="")),
                name="machine_capacity_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name
