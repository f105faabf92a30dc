"""Filled copies of one kit that wait beside each other: whose, since when, and what each would change."""

from __future__ import annotations

from dataclasses import dataclass

from portal.enums import KitStatus
from portal.kits.comparing import Item
from portal.kits.merging import compared
from portal.models import User, VisitKit


@dataclass(frozen=True)
class Beside:
    """`items`: what it changes, while it waits; nothing of a merged one."""

    kit: VisitKit
    items: tuple[Item, ...]


def beside(kit: VisitKit, *, by: User) -> list[Beside]:
    """In the order in which they came. Only what counts: a copy that was called back waits no more."""
    others = VisitKit.objects.visible_to(by).family_of(kit).exclude(pk=kit.pk)
    found = others.filter(status__in=[KitStatus.BROUGHT_BACK, KitStatus.MERGED]).select_related(
        "enterprise__organisation", "enterprise__village", "brought_by", "merged_by"
    )
    return [Beside(each, _changed(each, by)) for each in found]


def _changed(kit: VisitKit, by: User) -> tuple[Item, ...]:
    return tuple(compared(kit, by=by).items) if kit.status == KitStatus.BROUGHT_BACK else ()
