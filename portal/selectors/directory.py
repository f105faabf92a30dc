"""The public directory: verified enterprises and what they sell."""

from __future__ import annotations

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from portal.enums import BusinessClass
from portal.models import Activity, Enterprise, Organisation, Product, Region
from portal.selectors.ladder import on_rung, with_ladder
from portal.text import fold

CLOSE_ENOUGH = 0.45


def where_it_went(pk: int) -> tuple[Enterprise | None, Enterprise | None]:
    """A public enterprise that was merged, and the one it is part of now where that is public."""
    merged = Enterprise.objects.merged().select_related("organisation").filter(pk=pk).first()
    if merged is None:
        return None, None
    return merged, Enterprise.objects.public().select_related("organisation").filter(pk=merged.merged_into_id).first()


def directory(*, text: str = "", province: str = "", business_class: str = "", rung: str = "") -> QuerySet[Enterprise]:
    """Verified enterprises, complete enough to be compared; with a text, those whose name or product has its words or is spelt nearly so, best first."""
    rows = on_rung(with_ladder(Enterprise.objects.listed()), rung).select_related("organisation", "village")
    rows = rows.prefetch_related(
        Prefetch("activities", Activity.objects.filter(is_main=True).select_related("kbli"), to_attr="main_activities")
    ).annotate(product_count=Count("products", filter=Q(products__withdrawn_at=None)))
    if province:
        rows = rows.filter(village__code__startswith=f"{province}.")
    if business_class in (BusinessClass.MICRO, BusinessClass.SMALL, BusinessClass.MEDIUM):
        rows = rows.filter(business_class=business_class)
    words = fold(text).split()[:8]
    if not words:
        return rows.order_by("organisation__name")
    in_product = Q()
    in_name = Q()
    for word in words:
        in_product &= Q(name__icontains=word) | Q(description__icontains=word)
        in_name &= Q(organisation__name__icontains=word)
    products = Product.objects.on_sale().filter(enterprise=OuterRef("pk"))
    nearly = products.annotate(near=TrigramWordSimilarity(" ".join(words), "name")).filter(near__gte=CLOSE_ENOUGH)
    rows = rows.annotate(
        exact=Exists(products.filter(in_product)), near=TrigramWordSimilarity(" ".join(words), "organisation__name")
    )
    return rows.filter(in_name | Q(exact=True) | Q(near__gte=CLOSE_ENOUGH) | Exists(nearly)).order_by(
        "-exact", "-near", "organisation__name"
    )


def provinces() -> QuerySet[Region]:
    return Region.objects.filter(level=Region.Level.PROVINCE).order_by("name")


def plut_centres(province: str = "") -> QuerySet[Organisation]:
    rows = Organisation.objects.with_capability("plut").order_by("name")
    return rows.filter(region_code__startswith=province) if province else rows
