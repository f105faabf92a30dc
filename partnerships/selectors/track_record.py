"""How one's own deliveries went, as scoring reads it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from curation.models import TrackRecord
from curation.scoring.evidence import DISPUTE_DAYS
from portal.enums import SME_ROLES
from portal.models import User


def own_record(user: User) -> TrackRecord | None:
    """An enterprise's, once a delivery of it was answered."""
    if not user.acts_as(*SME_ROLES):
        return None
    return TrackRecord.objects.filter(enterprise__organisation=user.organisation_id, deliveries__gt=0).first()


def recent_disputes(record: TrackRecord | None) -> int:
    """As evidence counts them today."""
    since = timezone.localdate() - dt.timedelta(days=DISPUTE_DAYS)
    return sum(day > since for day in record.disputed_on) if record else 0
