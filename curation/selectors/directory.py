"""Enterprises as the directory lists them: found by what they sell, and by their name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from curation.matching.facets import CURRENT
from curation.matching.query import Filters
from curation.models import SearchedProduct
from curation.selectors.match_parts import Part, parts_of
from curation.selectors.search import Search, in_rank
from portal.models import Enterprise, KbliClass, Product
from portal.selectors.directory import directory, named, near_in_name


@dataclass(frozen=True)
class Offer:
    """Why an enterprise is there: its best product, and the parts of its rank."""

    product: Product
    words: tuple[str, ...]
    parts: list[Part]


def listed(filters: Filters, *, rung: str = "", search: Search | None = None) -> QuerySet[Enterprise]:
    """By name; with a search the best first, and after them those that only their name brings here."""
    rows = directory(province=filters.province, business_class=filters.business_class, rung=rung)
    if of_products := _of_products(filters):
        rows = rows.filter(Exists(SearchedProduct.objects.filter(of_products, owner=OuterRef("pk"))))
    if search is None:
        return rows
    text, owners = search.query.text, search.owners
    rows = rows.annotate(near=near_in_name(text)).filter(Q(pk__in=owners) | named(text))
    best = [in_rank(owners, "pk")] if owners else []
    return rows.order_by(*best, F("near").desc(), "organisation__name")


def offers(search: Search) -> dict[int, Offer]:
    """By enterprise; of what may still be seen."""
    products = Product.objects.public().select_related("kbli").in_bulk(search.ids)
    return {
        match.owner: Offer(
            products[match.id],
            match.words,
            parts_of(search.query, match, products[match.id], search.found.shares),
        )
        for match in search.found.matches
        if match.id in products
    }


def divisions(search: Search, chosen: str = "") -> list[tuple[str, str]]:
    """KBLI divisions that are there, and the class that was asked for."""
    codes = {*search.counts.get("kbli", {}), *([chosen] if chosen else [])}
    found = KbliClass.objects.filter(edition=CURRENT, code__in=codes).order_by("code")
    return [(each.code, str(each)) for each in found]


def _of_products(filters: Filters) -> Q | None:
    wanted = Q()
    if filters.curated:
        wanted &= Q(curated=True)
    if filters.certificates:
        wanted &= Q(certificates__contains=list(filters.certificates))
    if filters.kbli:
        wanted &= Q(edition=CURRENT, kbli__startswith=filters.kbli)
    return wanted or None
