"""Public: verified businesses, found by what they sell or by their name."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.enums import SearchOf
from curation.forms.search import DirectoryForm
from curation.matching.query import MatchQuery
from curation.selectors import directory as selector
from curation.selectors.search import counts_alone, search_products
from curation.views.saved_search import save_url
from portal.methods import require_safe
from portal.policy import PUBLIC, policy
from portal.selectors.directory import provinces
from portal.selectors.ladder import ladder_of

PER_PAGE = 24
# Parameter in the address of each filter that may be loosened.
PARAMETERS = {
    "province": "province",
    "business_class": "class",
    "certificates": "certificate",
    "kbli": "kbli",
    "curated": "curated",
}


@policy(PUBLIC)
@require_safe
def enterprise_directory(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET, provinces=provinces().values_list("code", "name"))
    wanted = form.wanted
    text = wanted.get("q", "")
    query = MatchQuery(text=text, filters=form.filters)
    search = search_products(query, user=request.user) if text else counts_alone(query)
    form.show(search.counts, selector.divisions(search, wanted.get("kbli", "")))
    # Words that say nothing look for nothing: then all are listed, as without any.
    by_words = bool(text) and not search.says_nothing
    rows = selector.listed(form.filters, rung=wanted.get("checked", ""), search=search if by_words else None)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    offers = selector.offers(search) if by_words else {}
    return render(
        request,
        "curation/directory.html",
        {
            "form": form,
            "wanted": wanted,
            "save_url": save_url(request, SearchOf.BUSINESSES, wanted),
            "text": text,
            "search": search,
            "by_words": by_words,
            "page": page,
            "rows": [(enterprise, ladder_of(enterprise), offers.get(enterprise.pk)) for enterprise in page],
            "loosen": [(PARAMETERS[each.filter], each.rows) for each in search.loosen if each.filter in PARAMETERS],
        },
    )
