"""The public side of needs: what buyers look for."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from curation.enums import SearchOf
from curation.forms.need import NeedFilterForm
from curation.matching.query import MatchQuery
from curation.models import Need, Programme
from curation.selectors import needs as selector
from curation.selectors.directory import divisions
from curation.selectors.interests import standing_of
from curation.selectors.search import counts_alone, search_needs
from curation.views.saved_search import save_url
from portal.enums import Role
from portal.methods import require_safe
from portal.policy import PUBLIC, policy
from portal.selectors.enterprise import enterprise_of

PER_PAGE = 12


# Parameter in the address of each filter that may be loosened.
PARAMETERS = {"province": "province", "certificates": "certificate", "kbli": "kbli", "flags": "flag"}


@policy(PUBLIC)
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    form = NeedFilterForm(request.GET, provinces=selector.provinces_with_needs())
    wanted = form.wanted
    query = MatchQuery(text=wanted.get("q", ""), filters=form.filters)
    search = search_needs(query, user=request.user) if query.text else counts_alone(query, of_needs=True)
    form.show(search.counts, divisions(search, wanted.get("kbli", "")))
    # Words that say nothing look for nothing: then all are listed, as without any.
    by_words = "q" in wanted and not search.says_nothing
    rows = selector.public_needs(wanted, search.ids if by_words else None)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    reasons = selector.reasons(search, page) if by_words else {}
    context = {
        "form": form,
        "wanted": wanted,
        "save_url": save_url(request, SearchOf.NEEDS, wanted),
        "text": wanted.get("q", ""),
        "search": search,
        "page": page,
        "rows": [(need, reasons.get(need.pk)) for need in page],
        "filtered": any(name != "order" for name in wanted),
        "loosen": [(PARAMETERS[each.filter], each.rows) for each in search.loosen if each.filter in PARAMETERS],
    }
    return render(request, "curation/need_list.html", context)


@policy(PUBLIC)
@require_safe
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Published ones, also withdrawn or ended: a link somebody kept still says what became of it."""
    need = get_object_or_404(
        Need.objects.visible_to(request.user).published().select_related("buyer", "kbli", "hs", "delivery_region"),
        pk=pk,
    )
    tag, user = selector.need_tag(need), request.user
    own = enterprise_of(user) if user.is_authenticated and user.acts_as(Role.OWNER, Role.STAFF) else None
    standing = standing_of(need, [own.pk]).get(own.pk) if own else None
    return render(
        request,
        "curation/need_detail.html",
        {
            "need": need,
            "tag": tag,
            "interest": standing,
            "may_express": own is not None and tag == "open",
            "programmes": Programme.objects.visible_to(request.user).filter(needs=need).open().select_related("buyer"),
        },
    )
