"""Verified as a small business and large since: it keeps its contracts, and applies no more."""

from __future__ import annotations

from portal.enums import BusinessClass
from portal.models import ClassDerivation, Enterprise


def has_outgrown(enterprise: Enterprise) -> bool:
    """By the newest derivation: the stored class is the one that was verified, and stays."""
    newest = (
        ClassDerivation.objects.filter(enterprise=enterprise).order_by("-pk").values_list("business_class", flat=True)
    )
    return newest.first() == BusinessClass.LARGE
