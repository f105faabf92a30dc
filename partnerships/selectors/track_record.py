"""How one's own deliveries went, as scoring reads it."""

from __future__ import annotations

from curation.models import TrackRecord
from portal.enums import SME_ROLES
from portal.models import User


def own_record(user: User) -> TrackRecord | None:
    """An enterprise's, once a delivery of it was answered."""
    if not user.acts_as(*SME_ROLES):
        return None
    return TrackRecord.objects.filter(enterprise__organisation=user.organisation_id, deliveries__gt=0).first()
