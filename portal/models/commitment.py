from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.enums import Role, Unit
from portal.models.enterprise import Enterprise
from portal.models.product import Product

if TYPE_CHECKING:
    from portal.models.user import User


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: User) -> CommitmentQuerySet:
        """Its own people's: what a business has promised to one buyer is nothing to another."""
        if not user.acts_as(Role.OWNER, Role.STAFF):
            return self.none()
        return self.filter(product__enterprise__in=Enterprise.objects.visible_to(user))

    def standing(self) -> CommitmentQuerySet:
        return self.filter(released_at=None, ends_on__gte=timezone.localdate())


class Commitment(models.Model):
    """So much of a product's monthly capacity is promised, in its unit, from a day to a day (both inclusive).

    Who promised to whom stands in what points here. The database adds up: on no day more is promised than the product's
    capacity, nor than the enterprise's own where it declares one in a unit that converts (commitment_within_capacity).
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="commitments")
    quantity = models.DecimalField(max_digits=16, decimal_places=2)
    unit = models.CharField(max_length=20, choices=Unit)
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commitment_quantity"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="commitment_term"),
        ]
        indexes = [
            models.Index(fields=["product", "starts_on"], name="commitment_standing", condition=Q(released_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit} {self.starts_on} – {self.ends_on}"
