"""The public side of needs: what buyers look for."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from curation.forms.need import NeedFilterForm
from curation.models import Need, Programme
from curation.selectors import needs as selector
from portal.policy import PUBLIC, policy

PER_PAGE = 12


@policy(PUBLIC)
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    form = NeedFilterForm(request.GET or None, provinces=selector.provinces_with_needs())
    wanted = form.wanted if form.is_bound else {}
    page = Paginator(selector.public_needs(wanted), PER_PAGE).get_page(request.GET.get("page"))
    filtered = any(name != "order" for name in wanted)
    return render(request, "curation/need_list.html", {"form": form, "page": page, "filtered": filtered})


@policy(PUBLIC)
@require_safe
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Published ones, also withdrawn or ended: a link somebody kept still says what became of it."""
    need = get_object_or_404(
        Need.objects.visible_to(request.user).published().select_related("buyer", "kbli", "hs", "delivery_region"),
        pk=pk,
    )
    return render(
        request,
        "curation/need_detail.html",
        {
            "need": need,
            "tag": selector.need_tag(need),
            "programmes": Programme.objects.visible_to(request.user).filter(needs=need).open().select_related("buyer"),
        },
    )
