"""Public pages that draw on all three apps."""

from __future__ import annotations

import csv

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partnerships.selectors import front
from partnerships.selectors.public import active_partnerships
from portal.methods import require_safe
from portal.policy import PUBLIC, policy

TOP_PROVINCES = 5


@policy(PUBLIC)
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    counts = front.curated_by_province()
    needs = front.open_needs()
    rows = front.province_rows(counts)
    return render(
        request,
        "front/landing.html",
        {
            "figures": front.compared_figures(),
            "first_round": front.first_round(),
            "own": front.own_counts(),
            "needs": needs[:3],
            "partnerships": active_partnerships()[:3],
            "province_counts": counts,
            "top_provinces": [row for row in rows[:TOP_PROVINCES] if row["count"]],
            "most": rows[0]["count"] if rows else 0,
        },
    )


@policy(PUBLIC)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The landing page's one search box: needs, or businesses and their products."""
    target = "enterprise_directory" if request.GET.get("in") == "enterprises" else "need_list"
    return redirect(f"{reverse(target)}?{urlencode({'q': request.GET.get('q', '').strip()[:200]})}")


@policy(PUBLIC)
@require_safe
def national_figures(request: HttpRequest) -> HttpResponse:
    counts = front.curated_by_province()
    return render(
        request,
        "front/national_figures.html",
        {
            "linkage": front.linkage_figures(),
            "context": front.context_figures(),
            "own": front.own_counts(),
            "provinces": front.province_rows(counts),
            "province_counts": counts,
            "now": timezone.now(),
        },
    )


@policy(PUBLIC)
@require_safe
def national_figures_csv(request: HttpRequest) -> HttpResponse:
    """The published figures as they were loaded: one row each, with publisher and date."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="mitrapasok-national-figures.csv"'
    rows = csv.writer(answer)
    rows.writerow(["indicator", "definition", "country", "value", "unit", "date", "publisher"])
    for figure in front.linkage_figures():
        rows.writerow(
            [
                figure.indicator,
                figure.definition,
                figure.country,
                figure.value,
                "percent",
                figure.date,
                figure.publisher,
            ]
        )
    for known in front.context_figures():
        rows.writerow([known.indicator, known.definition, "ID", known.value, known.unit, known.date, known.publisher])
    own = front.own_counts()
    today = timezone.localdate()
    for name in ("registered", "verified", "curated", "open_needs", "active", "active_value"):
        unit = "rupiah" if name == "active_value" else "count"
        rows.writerow(
            [f"portal_{name}", _("counted by this portal"), "ID", getattr(own, name), unit, today, settings.SITE_URL]
        )
    return answer


@policy(PUBLIC)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "front/accessibility.html")


@policy(PUBLIC)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "front/privacy.html")
