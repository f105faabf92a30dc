"""Reads of products and photos."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from portal.enums import DocumentKind
from portal.models import Document, Enterprise, Product


def products_of(enterprise: Enterprise, *, text: str = "", show: str = "") -> QuerySet[Product]:
    """The enterprise's own list, by name, with the photos. `show`: "" on sale, "withdrawn", "all"."""
    found = enterprise.products.select_related("kbli").prefetch_related("photos")
    if show != "all":
        found = found.filter(withdrawn_at__isnull=show != "withdrawn")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    return found.order_by("name", "pk")


def product_counts(enterprise: Enterprise) -> dict[str, int]:
    return enterprise.products.aggregate(
        on_sale=Count("pk", filter=Q(withdrawn_at=None)), withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False))
    )


def with_tkdn_certificate(products: QuerySet[Product], day: dt.date) -> QuerySet[Product]:
    """`tkdn_certified` of each, as `has_tkdn_certificate` says of one."""
    papers = Document.objects.counting_on(day).filter(
        Q(product=None) | Q(product=OuterRef("pk")),
        enterprise=OuterRef("enterprise"),
        kind=DocumentKind.TKDN,
        verified_at__isnull=False,
    )
    return products.annotate(tkdn_certified=Exists(papers))


def has_tkdn_certificate(product: Product, day: dt.date) -> bool:
    """Verified and valid that day, for this product or for all of the enterprise's."""
    papers = product.enterprise.documents.counting_on(day).filter(kind=DocumentKind.TKDN, verified_at__isnull=False)
    return papers.filter(Q(product=None) | Q(product=product)).exists()
