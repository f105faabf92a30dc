"""How an enterprise's contracts went, counted for scoring: one row of each, anew with every answer and every proven report."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import Coalesce, Round
from django.utils import timezone

from curation.models import TrackRecord
from partnerships.enums import Party
from partnerships.models import DeliveryLine, Incident, Share
from partnerships.models.delivery import ANSWERED
from partnerships.models.partnership import PUBLIC_STATES
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
    proven = Incident.objects.proven().filter(share__enterprise=enterprise, side=Party.BUYER)
    TrackRecord.objects.filter(enterprise=enterprise).update(
        contracts=Share.objects.filter(enterprise=enterprise, partnership__status__in=PUBLIC_STATES).count(),
        disputed_on=sorted(timezone.localdate(at) for at in proven.values_list("ended_at", flat=True) if at),
        **answered.aggregate(
            deliveries=Count("delivery", distinct=True),
            on_time=Count("delivery", distinct=True, filter=on_time),
            answered_value=Coalesce(Sum(value), Decimal(0), output_field=RUPIAH),
            accepted_value=Coalesce(Sum("amount"), 0),
        ),
    )
