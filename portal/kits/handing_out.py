"""Kits for some enterprises, with what is asked today."""

from __future__ import annotations

from collections.abc import Iterable

from portal.kits.questions import Asked
from portal.models import Enterprise, User, VisitKit
from portal.services import kit as service


def hand_out(enterprises: Iterable[Enterprise], *, by: User) -> list[tuple[VisitKit, bool]]:
    """One for each, and whether it is new."""
    chosen = list(enterprises)
    asked = Asked(chosen[0]).keys if chosen else []
    return service.hand_out_kits(chosen, asked=asked, by=by)
