"""The public directory: verified enterprises and what they sell."""

from __future__ import annotations

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Prefetch, Q, QuerySet

from portal.enums import BusinessClass
from portal.models import Activity, Enterprise, Organisation, Region
from portal.selectors.ladder import on_rung, with_ladder
from portal.text import fold

CLOSE_ENOUGH = 0.45


def where_it_went(pk: int) -> tuple[Enterprise | None, Enterprise | None]:
    """A public enterprise that was merged, and the one it is part of now where that is public."""
    merged = Enterprise.objects.merged().select_related("organisation").filter(pk=pk).first()
    if merged is None:
        return None, None
    return merged, Enterprise.objects.public().select_related("organisation").filter(pk=merged.merged_into_id).first()


def directory(*, province: str = "", business_class: str = "", rung: str = "") -> QuerySet[Enterprise]:
    """Verified enterprises, complete enough to be compared, by name."""
    rows = on_rung(with_ladder(Enterprise.objects.listed()), rung).select_related("organisation", "village")
    rows = rows.prefetch_related(
        Prefetch("activities", Activity.objects.filter(is_main=True).select_related("kbli"), to_attr="main_activities")
    ).annotate(product_count=Count("products", filter=Q(products__withdrawn_at=None)))
    if province:
        rows = rows.filter(village__code__startswith=f"{province}.")
    if business_class in (BusinessClass.MICRO, BusinessClass.SMALL, BusinessClass.MEDIUM):
        rows = rows.filter(business_class=business_class)
    return rows.order_by("organisation__name")


def near_in_name(text: str) -> TrigramWordSimilarity:
    return TrigramWordSimilarity(" ".join(_words(text)), "organisation__name")


def named(text: str) -> Q:
    """Has all the words in its name, or nearly so; with rows annotated by `near`."""
    in_name = Q(near__gte=CLOSE_ENOUGH)
    has_all = Q()
    for word in _words(text):
        has_all &= Q(organisation__name__icontains=word)
    return in_name | has_all if has_all else Q(pk__in=[])


def _words(text: str) -> list[str]:
    return fold(text[:200]).split()[:8]


def provinces() -> QuerySet[Region]:
    return Region.objects.filter(level=Region.Level.PROVINCE).order_by("name")


def plut_centres(province: str = "") -> QuerySet[Organisation]:
    rows = Organisation.objects.with_capability("plut").order_by("name")
    return rows.filter(region_code__startswith=province) if province else rows
