"""Where a profile stands with its confirmation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from portal.models import Enterprise
from portal.rules.confirmation import PROFILES, terms_of


@dataclass(frozen=True)
class Confirmation:
    """`state`: "fresh", "asked" or "out". `since`: confirmed last, or verified. `until`: the day it falls out, once asked."""

    state: str
    since: dt.date | None
    until: dt.date | None
    products: int


def confirmation_of(enterprise: Enterprise) -> Confirmation:
    terms = terms_of(PROFILES, timezone.localdate())
    asked_on = enterprise.confirmation_asked_on
    until = terms.out_on(asked_on) if terms and asked_on else None
    state = "out" if enterprise.unconfirmed_since else "asked" if asked_on else "fresh"
    return Confirmation(state, enterprise.counted_from, until, enterprise.products.on_sale().count())
