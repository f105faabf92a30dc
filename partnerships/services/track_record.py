"""How an enterprise's deliveries went, counted for scoring: one row of each, anew with every answer."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import Coalesce, Round

from curation.models import TrackRecord
from partnerships.models import DeliveryLine
from partnerships.models.delivery import ANSWERED
from portal.models import Enterprise

RUPIAH: DecimalField[Decimal, Decimal] = DecimalField(max_digits=24, decimal_places=2)


@transaction.atomic
def measure_track_record(enterprise: Enterprise) -> None:
    """Two answers at once wait for each other here, so that the later one counts both."""
    TrackRecord.objects.get_or_create(enterprise=enterprise)
    TrackRecord.objects.select_for_update().get(enterprise=enterprise)
    answered = DeliveryLine.objects.filter(delivery__order__share__enterprise=enterprise, delivery__status__in=ANSWERED)
    on_time = Q(delivery__delivered_on__lte=F("delivery__order__deliver_by"))
    # Each line to the rupiah, as its invoice is.
    value = Round((F("accepted") + F("rejected")) * F("order_line__price"), output_field=RUPIAH)
    TrackRecord.objects.filter(enterprise=enterprise).update(
        **answered.aggregate(
            deliveries=Count("delivery", distinct=True),
            on_time=Count("delivery", distinct=True, filter=on_time),
            answered_value=Coalesce(Sum(value), Decimal(0), output_field=RUPIAH),
            accepted_value=Coalesce(Sum("amount"), 0),
        )
    )
