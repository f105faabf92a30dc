from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.models import Enterprise


class TrackRecord(models.Model):
    """How an enterprise's contracts of this portal went. Counted anew with each that comes into force, each answer to a
    delivery, and each problem report that is proven (partnerships.services.track_record); scoring reads the row, and a
    trigger notes that it changed.

    Values in rupiah, of what the buyer took or did not take; what was over an order is in neither.
    """

    enterprise = models.OneToOneField(
        Enterprise, on_delete=models.CASCADE, primary_key=True, related_name="track_record"
    )
    # In force, or ended.
    contracts = models.PositiveIntegerField(default=0)
    # The day of each problem report against it that was found justified, or that it conceded. Oldest first.
    disputed_on = ArrayField(models.DateField(), default=list, blank=True)
    # Handovers that were answered, or accepted by time.
    deliveries = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    answered_value = models.BigIntegerField(default=0)
    accepted_value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(on_time__lte=F("deliveries")), name="track_record_on_time"),
            models.CheckConstraint(
                condition=Q(accepted_value__gte=0, accepted_value__lte=F("answered_value")),
                name="track_record_accepted",
            ),
        ]

    @property
    def on_time_share(self) -> Decimal | None:
        """In percent; as evidence says it."""
        return Decimal(self.on_time * 100) / self.deliveries if self.deliveries else None

    @property
    def accepted_share(self) -> Decimal | None:
        return Decimal(self.accepted_value * 100) / self.answered_value if self.answered_value else None

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.deliveries}"
