"""The fairness report: to the ministries at any time, to everybody once a programme's decisions are out."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from curation.reports import fairness_csv
from curation.selectors.fairness import fairness, reported
from portal.exports import as_download
from portal.methods import require_safe
from portal.policy import PUBLIC, policy

PER_PAGE = 25


@policy(PUBLIC)
@require_safe
def fairness_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(reported(request.user).order_by("-closes_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/fairness_list.html", {"page": page, "now": timezone.now()})


@policy(PUBLIC)
@require_safe
def programme_fairness(request: HttpRequest, pk: int) -> HttpResponse:
    report = fairness(get_object_or_404(reported(request.user), pk=pk))
    return render(request, "curation/fairness.html", {"report": report, "programme": report.programme})


@policy(PUBLIC)
@require_safe
def programme_fairness_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The same figures. What begins like a formula is shielded."""
    report = fairness(get_object_or_404(reported(request.user), pk=pk))
    return as_download(fairness_csv(report), f"pemerataan-{pk}.csv", "text/csv; charset=utf-8")
