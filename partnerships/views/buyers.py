"""Buyers for everybody to read: how soon each accepts and pays, and what was reported of it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from partnerships.selectors import buyer_record as selector
from partnerships.selectors.public import public_partnerships
from portal.methods import require_safe
from portal.policy import PUBLIC, policy

PAGE = 20
CONTRACTS = 10


@policy(PUBLIC)
@require_safe
def buyer_public_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(selector.buyers(query), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "records": selector.records(page, request.user), "query": query}
    return render(request, "partnerships/buyer_list.html", context | {"fewest": selector.FEWEST})


@policy(PUBLIC)
@require_safe
def buyer_public(request: HttpRequest, pk: int) -> HttpResponse:
    buyer = get_object_or_404(selector.buyers(), pk=pk)
    (record,) = selector.records([buyer], request.user)
    return render(
        request,
        "partnerships/buyer_detail.html",
        {
            "buyer": buyer,
            "record": record,
            "fewest": selector.FEWEST,
            "sees_all": selector.sees_all_of(request.user, buyer),
            "partnerships": public_partnerships().filter(buyer=buyer)[:CONTRACTS],
        },
    )
