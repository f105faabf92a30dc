"""What a new day asks for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from portal.jobs import enqueue
from portal.models import BeatSlot
from portal.services.annual_sales import queue_sales_requests
from portal.services.class_history import queue_new_rules
from portal.services.completeness import queue_measuring
from portal.services.confirmation import queue_confirmations
from portal.services.data_request import DAY_JOB
from portal.services.document_reminders import queue_reminders
from portal.services.duplicates import queue_sweep
from portal.services.plan_reminders import queue_plan_reminders
from portal.services.reminders import queue_reminder_of_queue
from portal.services.webhook import FORGET

TASK = "portal.day"
KEPT = dt.timedelta(days=90)


def first_of_day(task: str) -> bool:
    """True once a day for each task, whichever scheduler asks first. Ask inside the transaction that queues the work."""
    zone = timezone.get_default_timezone()
    slot = timezone.make_aware(dt.datetime.combine(timezone.localdate(timezone=zone), dt.time()), zone)
    _row, first = BeatSlot.objects.get_or_create(task=task, slot=slot)
    if first:
        BeatSlot.objects.filter(task=task, slot__lt=slot - KEPT).delete()
    return first


@transaction.atomic
def begin_day() -> bool:
    """Queue the day's work, once: False when another scheduler has done so already."""
    if not first_of_day(TASK):
        return False
    queue_new_rules()
    queue_reminders()
    queue_plan_reminders()
    queue_reminder_of_queue()
    queue_confirmations()
    queue_measuring()
    queue_sales_requests()
    queue_sweep()
    enqueue(FORGET, timezone.localdate().isoformat())
    enqueue(DAY_JOB, timezone.localdate().isoformat())
    return True
