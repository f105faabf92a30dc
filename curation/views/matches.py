"""The enterprises that fit a buyer's need."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from curation.models import Need
from curation.selectors.matches import MOST, matches_of
from portal.policy import BUYER, policy


@policy(BUYER)
@require_safe
def buyer_need_matches(request: HttpRequest, pk: int) -> HttpResponse:
    needs = Need.objects.managed_by(request.user).select_related("buyer", "kbli", "delivery_region")
    need = get_object_or_404(needs, pk=pk)
    curated = request.GET.get("curated") == "1"
    matches = matches_of(need, user=request.user, curated=curated)
    context = {"need": need, "matches": matches, "curated": curated, "most": MOST}
    return render(request, "curation/buyer_need_matches.html", context)
