from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from partnerships.enums import AgreementKind
from partnerships.models import Agreement


def agreements_in_force(day: dt.date | None = None) -> QuerySet[Agreement]:
    """Under which memorandum a partnership can be signed off on that day; the newest first."""
    found = Agreement.objects.in_force(day or timezone.localdate()).filter(kind=AgreementKind.PARTNERSHIP)
    return found.order_by("-valid_from")
