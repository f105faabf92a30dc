"""Saved searches as their owner lists them, and what is new in one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from curation.enums import SearchOf
from curation.matching.query import MatchQuery
from curation.matching.retrieve import find_needs
from curation.models import SavedSearch
from curation.models.saved_search import SavedSearchQuerySet
from curation.selectors.directory import listed
from curation.selectors.filters import directory_filters, need_filters
from curation.selectors.needs import public_needs
from curation.selectors.search import MOST_FOUND, search_products
from portal.models import Product, User

LISTS = {SearchOf.NEEDS: "need_list", SearchOf.BUSINESSES: "enterprise_directory"}


@dataclass(frozen=True)
class Hit:
    key: int
    title: str


def own_searches(user: User) -> SavedSearchQuerySet:
    return SavedSearch.objects.visible_to(user).order_by("name", "pk")


def address_of(search: SavedSearch) -> str:
    """The list with its filters."""
    return f"{reverse(LISTS[SearchOf(search.of)])}?{urlencode(search.filters)}"


def new_in(search: SavedSearch, user: User) -> list[Hit]:
    """What appeared since and was not told of, as its owner may see it now; the best first."""
    found = _new_needs(search, user) if search.of == SearchOf.NEEDS else _new_businesses(search, user)
    return found[:MOST_FOUND]


def _new_needs(search: SavedSearch, user: User) -> list[Hit]:
    wanted, text = search.filters, search.filters.get("q", "")
    ids = None
    if text:
        found = find_needs(MatchQuery(text=text, filters=need_filters(wanted)), user=user, limit=MOST_FOUND)
        ids = None if found.reading.only_stop_words else [match.id for match in found.matches]
    needs = public_needs(wanted, ids).prefetch_related(None).filter(published_at__gt=search.since)
    needs = needs.exclude(pk__in=search.hits.values("key"))
    return [Hit(need.pk, f"{need.item} ({need.buyer.label})") for need in needs[:MOST_FOUND]]


def _new_businesses(search: SavedSearch, user: User) -> list[Hit]:
    """Verified since, or with a product that was entered since."""
    wanted, text = search.filters, search.filters.get("q", "")
    filters = directory_filters(wanted)
    found = search_products(MatchQuery(text=text, filters=filters), user=user) if text else None
    by_words = found if found is not None and not found.says_nothing else None
    rows = listed(filters, rung=wanted.get("checked", ""), search=by_words).prefetch_related(None)
    entered = Product.objects.on_sale().filter(enterprise=OuterRef("pk"), created_at__gt=search.since)
    rows = rows.filter(Q(decided_at__gt=search.since) | Exists(entered)).exclude(pk__in=search.hits.values("key"))
    return [Hit(each.pk, each.organisation.name) for each in rows.select_related("organisation")[:MOST_FOUND]]
