"""Public: what a verified business shows, and where help is. Finding one: curation.views.directory."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from portal.methods import require_safe
from portal.models import Enterprise, Region
from portal.policy import PUBLIC, policy
from portal.selectors import directory as selectors
from portal.selectors.class_history import timeline
from portal.selectors.document import public_papers
from portal.selectors.ladder import ladder_of


@policy(PUBLIC)
@require_safe
def enterprise_public(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, class, trade, place and products. No phone, no numbers, no finances. One that was merged says where it went."""
    merged, kept = selectors.where_it_went(pk)
    if merged is not None:
        status = 200 if kept else 410
        return render(request, "portal/enterprise_merged.html", {"merged": merged, "kept": kept}, status=status)
    enterprise = get_object_or_404(Enterprise.objects.public().select_related("organisation", "village"), pk=pk)
    return render(
        request,
        "portal/enterprise_public.html",
        {
            "enterprise": enterprise,
            "ladder": ladder_of(enterprise),
            "changes": timeline(enterprise, public=True),
            "activities": enterprise.activities.select_related("kbli"),
            "products": enterprise.products.on_sale().select_related("kbli").prefetch_related("photos"),
            "documents": public_papers(enterprise, timezone.localdate()),
        },
    )


@policy(PUBLIC)
@require_safe
def plut_list(request: HttpRequest) -> HttpResponse:
    province = request.GET.get("province", "")
    centres = list(selectors.plut_centres(province))
    places = Region.objects.in_bulk([centre.region_code for centre in centres if centre.region_code])
    return render(
        request,
        "portal/plut_list.html",
        {
            "centres": [(centre, places.get(centre.region_code)) for centre in centres],
            "provinces": selectors.provinces(),
            "province": province,
        },
    )
