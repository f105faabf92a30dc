"""Where a typed point lies, beside the address it is said to belong to."""

from __future__ import annotations

import math
from decimal import Decimal

from django.utils.translation import gettext as _

from portal.models import Region
from portal.reference.outlines import kilometres_off, province_at

# The outlines are coarse: so far outside its province a point still counts as in it.
BORDER_KM = 15
# Small islands are not drawn at all: near the regency's own point a place counts as in it, too.
NEAR_REGENCY_KM = 60
# No place in Indonesia is farther from the drawn outlines.
ABROAD_KM = 150
KM_A_DEGREE = 111.32

Number = Decimal | float


def is_abroad(latitude: Number, longitude: Number) -> bool:
    return kilometres_off(float(latitude), float(longitude)) > ABROAD_KM


def fits_village(village: Region, latitude: Number, longitude: Number) -> bool:
    """In the village's province, or near its regency."""
    here = float(latitude), float(longitude)
    return kilometres_off(*here, village.code[:2]) <= BORDER_KM or _near_regency(village, *here)


def point_warning(village: Region | None, latitude: Number | None, longitude: Number | None) -> str:
    """For the person who typed it and for whoever checks it; empty where there is nothing to compare."""
    if village is None or latitude is None or longitude is None or fits_village(village, latitude, longitude):
        return ""
    own = Region.objects.get(pk=village.code[:2]).name
    code = province_at(float(latitude), float(longitude))
    if not code:
        return _("The map point lies outside %(own)s, the province of your village. Compare the two.") % {"own": own}
    there = Region.objects.get(pk=code).name
    return _("The map point lies in %(there)s, but your village in %(own)s. Compare the two.") % {
        "there": there,
        "own": own,
    }


def _near_regency(village: Region, latitude: float, longitude: float) -> bool:
    regency = Region.objects.filter(pk=village.code[:5]).first()
    if regency is None or regency.latitude is None or regency.longitude is None:
        return False
    north = latitude - float(regency.latitude)
    east = (longitude - float(regency.longitude)) * math.cos(math.radians(latitude))
    return math.hypot(north, east) * KM_A_DEGREE <= NEAR_REGENCY_KM
