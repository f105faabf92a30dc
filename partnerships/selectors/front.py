"""What the public pages show: published national figures beside the portal's own, open needs, partnerships in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.utils import timezone

from curation.enums import ProgrammeStatus
from curation.models import Curation, Need
from partnerships.selectors.public import active_partnerships
from portal.enums import EnterpriseStatus
from portal.models import ContextFigure, Enterprise, LinkageFigure, Region

GLOBAL_CHAIN, LARGE_INDUSTRY = "global_value_chain_share", "linked_to_large_industry"
FIRST_ROUND = ("first_round_enterprises", "first_round_soes", "first_round_value")


@dataclass(frozen=True)
class FirstRound:
    """The published aggregate of the 2021 round; its firms have no published names."""

    enterprises: ContextFigure
    soes: ContextFigure
    value: ContextFigure


@dataclass(frozen=True)
class OwnCounts:
    registered: int
    verified: int
    curated: int
    open_needs: int
    active: int
    active_value: int


def compared_figures() -> list[LinkageFigure]:
    """Like with like: the Vietnamese figure belongs beside the Indonesian one of the same kind and date."""
    wanted = Q(indicator=GLOBAL_CHAIN, country="ID") | Q(indicator=LARGE_INDUSTRY)
    return list(LinkageFigure.objects.filter(wanted).order_by("date", "country"))


def first_round() -> FirstRound | None:
    found = {figure.indicator: figure for figure in ContextFigure.objects.filter(indicator__in=FIRST_ROUND)}
    if len(found) < len(FIRST_ROUND):
        return None
    return FirstRound(*(found[indicator] for indicator in FIRST_ROUND))


def open_needs() -> QuerySet[Need]:
    """Needs of programmes that take applications now, the next to close first."""
    now = timezone.now()
    taking = Q(
        programmes__status=ProgrammeStatus.PUBLISHED, programmes__opens_at__lte=now, programmes__closes_at__gt=now
    )
    return (
        Need.objects.open()
        .annotate(closes_at=Min("programmes__closes_at", filter=taking))
        .filter(closes_at__isnull=False)
        .select_related("buyer", "kbli", "delivery_region")
        .order_by("closes_at", "pk")
    )


def own_counts() -> OwnCounts:
    enterprises = Enterprise.objects.aggregate(
        registered=Count("pk", filter=~Q(status=EnterpriseStatus.DRAFT)),
        verified=Count("pk", filter=Q(status=EnterpriseStatus.VERIFIED)),
    )
    active = active_partnerships().order_by().aggregate(count=Count("pk"), value=Sum("value"))
    return OwnCounts(
        registered=enterprises["registered"],
        verified=enterprises["verified"],
        curated=Curation.objects.valid().values("enterprise").distinct().count(),
        open_needs=open_needs().count(),
        active=active["count"],
        active_value=active["value"] or 0,
    )


def curated_by_province() -> dict[str, int]:
    """Enterprises that hold a valid curation, by Kemendagri province code. Provinces without any are left out."""
    codes = Curation.objects.valid().order_by().values_list("enterprise", "enterprise__village__code").distinct()
    counts: dict[str, int] = {}
    for _enterprise, code in codes:
        if code:
            counts[code[:2]] = counts.get(code[:2], 0) + 1
    return counts


def province_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    """All provinces with their count, the highest first: the table behind the map."""
    provinces = Region.objects.filter(level=Region.Level.PROVINCE)
    rows = [{"code": region.code, "name": region.name, "count": counts.get(region.code, 0)} for region in provinces]
    return sorted(rows, key=lambda row: (-row["count"], row["name"]))


def context_figures() -> QuerySet[ContextFigure]:
    return ContextFigure.objects.order_by("indicator", "date")


def linkage_figures() -> QuerySet[LinkageFigure]:
    return LinkageFigure.objects.order_by(F("date").desc(), "country")
