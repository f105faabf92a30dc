"""The enterprises that fit a buyer's need."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from curation.enums import InterestStatus
from curation.models import Need
from curation.selectors.interests import standing_of
from curation.selectors.matches import MOST, matches_of
from curation.selectors.needs import need_tag
from portal.methods import require_safe
from portal.policy import BUYER, policy


@policy(BUYER)
@require_safe
def buyer_need_matches(request: HttpRequest, pk: int) -> HttpResponse:
    needs = Need.objects.managed_by(request.user).select_related("buyer", "kbli", "delivery_region")
    need = get_object_or_404(needs, pk=pk)
    curated = request.GET.get("curated") == "1"
    matches = matches_of(need, user=request.user, curated=curated)
    standing = standing_of(need, [row.enterprise.pk for row in matches.rows])
    context = {
        "need": need,
        "matches": matches,
        "curated": curated,
        "most": MOST,
        "rows": [(row, standing.get(row.enterprise.pk)) for row in matches.rows],
        "interested": need.interests.filter(status=InterestStatus.EXPRESSED).count(),
        "may_invite": need_tag(need) == "open" and request.user.has_perm("curation.manage_need", need),
    }
    return render(request, "curation/buyer_need_matches.html", context)
