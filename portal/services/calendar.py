"""What a new day asks for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from portal.models import BeatSlot
from portal.services.class_history import queue_new_rules

TASK = "portal.day"
KEPT = dt.timedelta(days=90)


@transaction.atomic
def begin_day() -> bool:
    """Queue the day's work, once: False when another scheduler has done so already."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    slot = timezone.make_aware(dt.datetime.combine(today, dt.time()), timezone.get_default_timezone())
    _row, first = BeatSlot.objects.get_or_create(task=TASK, slot=slot)
    if first:
        BeatSlot.objects.filter(task=TASK, slot__lt=slot - KEPT).delete()
        queue_new_rules(today)
    return first
