"""Public: who is registered and verified, and where help is."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.enums import BusinessClass, Rung
from portal.models import Enterprise, Region
from portal.policy import PUBLIC, policy
from portal.selectors import directory as selectors
from portal.selectors.class_history import timeline
from portal.selectors.document import public_papers
from portal.selectors.ladder import ladder_of

# Whoever is listed here has sent its data.
RUNGS = [(Rung.DOCUMENTS.value, Rung.DOCUMENTS.label), (Rung.VISITED.value, Rung.VISITED.label)]
CLASSES = [choice for choice in BusinessClass.choices if choice[0] != BusinessClass.LARGE]


@policy(PUBLIC)
@require_safe
def enterprise_directory(request: HttpRequest) -> HttpResponse:
    filters = {
        "text": request.GET.get("q", "").strip()[:200],
        "province": request.GET.get("province", ""),
        "business_class": request.GET.get("class", ""),
        "rung": request.GET.get("checked", ""),
    }
    page = Paginator(selectors.directory(**filters), 24).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/directory.html",
        {
            **filters,
            "page": page,
            "rows": [(enterprise, ladder_of(enterprise)) for enterprise in page],
            "rungs": RUNGS,
            "provinces": selectors.provinces(),
            "classes": CLASSES,
        },
    )


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
