"""How fresh search is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from curation.matching.collection import PRODUCTS
from curation.models import SearchChange, SearchState


@dataclass(frozen=True)
class Freshness:
    # Seconds since the oldest change that can not be found yet; 0 when there is none.
    lag: float
    waiting: int
    products: int
    rebuilt_at: dt.datetime | None


def search_freshness() -> Freshness:
    outbox = SearchChange.objects.aggregate(since=Min("noted_at"), waiting=Count("transaction"))
    state = SearchState.objects.filter(collection=PRODUCTS.name).first()
    lag = (timezone.now() - outbox["since"]).total_seconds() if outbox["since"] else 0.0
    return Freshness(
        max(lag, 0.0), outbox["waiting"], int(state.entries) if state else 0, state.rebuilt_at if state else None
    )
