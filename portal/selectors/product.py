"""Reads of products, photos and papers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal.models import Document, Enterprise, Product, User


@dataclass(frozen=True)
class Paper:
    """A document with what the reader's day makes of it."""

    document: Document
    expired: bool
    days_left: int | None


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


def papers_of(enterprise: Enterprise, user: User, on: dt.date) -> list[Paper]:
    documents = (
        Document.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .select_related("product", "verified_by")
        .order_by("kind", "-valid_until", "pk")
    )
    return [_paper(document, on) for document in documents]


def _paper(document: Document, on: dt.date) -> Paper:
    until = document.valid_until
    return Paper(document, until is not None and until < on, (until - on).days if until else None)
