"""What an enterprise can apply for: needs that fit it, open programmes, the criteria explained, what its score would be."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from curation.forms.criteria import SHAPE_HELP
from curation.models import Programme
from curation.scoring.explain import shortest_path
from curation.scoring.features import FEATURES
from curation.selectors import criteria as criteria_selector
from curation.selectors import opportunities as selector
from curation.selectors.fairness import reported
from curation.selectors.openings import Fits, fits_of
from curation.selectors.papers import with_numbers
from curation.selectors.programmes import with_counts
from curation.services.opening import chances
from curation.services.scoring import dry_run, dry_runs
from portal.enums import Role
from portal.methods import require_safe
from portal.models import Enterprise, Product
from portal.policy import COMPANION, PUBLIC, SME, policy
from portal.selectors.enterprise import enterprise_of

FITS_PER_PAGE = 10


@policy(SME)
@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """The open needs that fit what the enterprise sells, the best first."""
    return _for_you(request, enterprise_of(request.user))


@policy(COMPANION)
@require_safe
def assisted_opportunities(request: HttpRequest, pk: int) -> HttpResponse:
    """The same, of an enterprise that the companion looks after."""
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation")
    return _for_you(request, get_object_or_404(visible, pk=pk))


def _for_you(request: HttpRequest, enterprise: Enterprise | None) -> HttpResponse:
    fits = fits_of(enterprise, user=request.user) if enterprise else Fits([], [], 0, 0)
    page = Paginator(fits.rows, FITS_PER_PAGE).get_page(request.GET.get("page"))
    rows = chances(enterprise, list(page)) if enterprise else []
    context = {
        "enterprise": enterprise,
        "fits": fits,
        "page": page,
        "rows": rows,
        "own": request.user.acts_as(Role.OWNER, Role.STAFF),
    }
    return render(request, "curation/openings.html", context)


@policy(SME)
@require_safe
def open_programmes(request: HttpRequest) -> HttpResponse:
    """Open programmes, the one that closes first on top, each with what the enterprise would score today."""
    enterprise = enterprise_of(request.user)
    words = request.GET.get("q", "").strip()
    page = Paginator(selector.found_programmes(words), selector.PER_PAGE).get_page(request.GET.get("page"))
    programmes = list(page)
    mine = selector.standing_applications(enterprise, programmes) if enterprise else {}
    versions = [programme.published[0] for programme in programmes if programme.published]
    explained = dry_runs(enterprise, versions) if enterprise else []
    by_programme = {explanation.criteria_set.programme_id: explanation for explanation in explained}
    rows = [
        selector.Opportunity(programme, by_programme.get(programme.pk), mine.get(programme.pk))
        for programme in programmes
    ]
    context = {"rows": rows, "page": page, "q": words, "enterprise": enterprise}
    return render(request, "curation/open_programmes.html", context)


@policy(PUBLIC)
@require_safe
def programme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme as everybody may see it: needs, dates, criteria with what counts, how many applied."""
    programmes = with_counts(Programme.objects.visible_to(request.user)).select_related("buyer")
    programme = get_object_or_404(programmes, pk=pk)
    needs = list(programme.needs.select_related("delivery_region"))
    criteria_set = programme.criteria
    context = {
        "programme": programme,
        "needs": needs,
        "criteria_set": criteria_set,
        "rules": criteria_selector.rules(criteria_set, needs),
        "reported": reported(request.user).filter(pk=pk).exists(),
        "is_sme": request.user.is_authenticated and request.user.acts_as(Role.OWNER, Role.STAFF),
    }
    return render(request, "curation/programme_detail.html", context)


@policy(PUBLIC)
@require_safe
def scoring_rules(request: HttpRequest) -> HttpResponse:
    """How scores count, what an enterprise can be judged by, and what it never is."""
    return render(request, "curation/scoring_rules.html", {"features": FEATURES.values(), "shapes": SHAPE_HELP.items()})


@policy(SME)
@require_safe
def opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run: what the score would be now, by criterion, and the shortest way to be curated. Nothing is stored."""
    programme = get_object_or_404(
        with_counts(Programme.objects.visible_to(request.user)).select_related("buyer"), pk=pk
    )
    enterprise = enterprise_of(request.user)
    products = Product.objects.visible_to(request.user).on_sale()
    chosen = products.filter(pk=request.GET["product"]).first() if request.GET.get("product", "").isdigit() else None
    explanation = (
        with_numbers(dry_run(enterprise, programme, chosen), request.user)
        if enterprise and programme.criteria
        else None
    )
    mine = selector.standing_applications(enterprise, [programme]).get(pk) if enterprise else None
    context = {
        "programme": programme,
        "needs": programme.needs.select_related("delivery_region"),
        "enterprise": enterprise,
        "products": products,
        "chosen": chosen,
        "explanation": explanation,
        "path": shortest_path(explanation) if explanation else None,
        "opportunity": selector.Opportunity(programme, explanation, mine),
        "mine": mine,
        "full": programme.is_full,
        "closed_at": programme.closes_at if programme.closes_at <= timezone.now() else None,
    }
    return render(request, "curation/opportunity.html", context)
