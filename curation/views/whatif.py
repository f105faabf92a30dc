"""What would change, beside the draft that is being written: recomputed as one types, or by a button. Nothing is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import Shape
from curation.forms.criteria import WORDS, BandForm, CriterionForm
from curation.models import CriteriaSet, Criterion, PoolRun, Programme
from curation.scoring.features import FEATURES
from curation.scoring.pool import Rules
from curation.scoring.quantities import cents
from curation.selectors import whatif
from curation.services.pool import start_pool_run
from curation.services.whatif import name_movers
from portal.flow import MoveNotAllowed
from portal.methods import require_POST, require_safe
from portal.policy import BUYER, OFFICER, policy
from portal.presentation.charts import score_bars
from portal.views.steps import attempt

PER_PAGE = 25
WAYS = ("entering", "leaving")
NOT_TRIED = WORDS | {"csrfmiddlewaretoken", "try"}


@policy(OFFICER)
@require_POST
def pool_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Score every verified enterprise under the draft. What keeps it from being scored stands on the page of the criteria."""
    programme = _programme(request, pk)
    attempt(request, lambda: start_pool_run(programme, by=request.user))
    draft = programme.criteria_sets.filter(published_at=None).exists()
    return redirect("criteria_edit" if draft else "programme", pk=pk)


@policy(BUYER)
@require_safe
def pool_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Live: the page of the criteria asks for this fragment again until the run has ended."""
    run = get_object_or_404(PoolRun.objects.visible_to(request.user).select_related("programme"), pk=pk)
    polled = request.headers.get("X-Requested-With") == "fetch"
    template = "curation/pool_state.html" if polled else "curation/pool_run.html"
    may_start = request.user.has_perm("curation.manage_programme", run.programme)
    return render(request, template, pool_context(run.programme) | {"polled": polled, "may_start": may_start})


@policy(OFFICER)
@require_safe
def criteria_movers(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Who would enter, or leave. What is tried out stands in the address, so that a colleague can be sent it."""
    programme = _programme(request, pk)
    draft = programme.criteria_sets.filter(published_at=None).prefetch_related("criteria").first()
    if draft is None or way not in WAYS:
        raise Http404
    context: dict[str, Any] = {"programme": programme, "way": way, "entering": way == "entering", "ways": WAYS}
    tried = tried_rules(programme, draft, request.GET)
    if tried is None:
        context["refusal"] = _("This address holds something that cannot be tried. Go back to the criteria.")
        return render(request, "curation/criteria_movers.html", context, status=422)
    try:
        effect = whatif.effect(programme, tried)
        counted = range(effect.whole.entering if context["entering"] else effect.whole.leaving)
        page = Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))
        named = name_movers(
            programme,
            tried,
            effect,
            entering=context["entering"],
            limit=PER_PAGE,
            offset=max(page.start_index() - 1, 0),
            by=request.user,
        )
    except MoveNotAllowed as refused:
        return render(request, "curation/criteria_movers.html", context | {"refusal": refused.message})
    if named.refusal:
        return render(request, "curation/criteria_movers.html", context | {"refusal": named.refusal})
    context |= {"effect": effect, "page": page, "rows": named.rows}
    return render(request, "curation/criteria_movers.html", context)


def tried_rules(programme: Programme, draft: CriteriaSet, typed: QueryDict) -> Rules | None:
    """The draft with what is typed in its place: band and weights, or one criterion. None while that can't be read."""
    if "feature" in typed:
        return _with_criterion(programme, draft, typed)
    if "threshold" not in typed:
        return _rules(programme, draft, list(draft.criteria.all()))
    form = BandForm(typed, instance=draft)
    return of_band(programme, form) if form.is_valid() else None


def of_band(programme: Programme, form: BandForm) -> Rules:
    band = form.band
    return Rules(
        tuple(form.tried), cents(band["threshold"]), cents(band["review_floor"]), cents(programme.minimum_coverage)
    )


def of_criterion(programme: Programme, draft: CriteriaSet, form: CriterionForm, tried: Criterion) -> Rules:
    """In the place of the one that is changed, or added."""
    others = [each for each in draft.criteria.all() if each.pk != form.instance.pk]
    return _rules(programme, draft, sorted([*others, tried], key=lambda each: each.position))


def effect_context(
    programme: Programme, rules: Rules, typed: QueryDict, *, criterion: Criterion | None = None
) -> dict[str, Any]:
    """For the fragment: what would change, or why that can't be said."""
    total = sum(criterion.weight for criterion in rules.criteria)
    context = {"programme": programme, "total": total, "rules": rules}
    try:
        effect = whatif.effect(programme, rules)
    except MoveNotAllowed as refused:
        return context | {"refusal": refused.message}
    asked = (
        [("feature", criterion.feature), ("shape", criterion.shape), ("criterion", criterion.pk or "")]
        if criterion
        else []
    )
    kept = [(name, value) for name, values in typed.lists() if name not in NOT_TRIED for value in values]
    query = urlencode([*asked, *kept])
    return context | {
        "effect": effect,
        "bars": score_bars([(bar.low, bar.high, bar.enterprises, bar.held) for bar in effect.bars]),
        "bar_rows": [bar for bar in effect.bars if bar.enterprises],
        # Four pixels a point.
        "threshold_x": f"{rules.threshold / 25:g}",
        "floor_x": f"{rules.review_floor / 25:g}",
        "threshold": rules.threshold / 100,
        "floor": rules.review_floor / 100,
        "entering_url": f"{reverse('criteria_movers', args=[programme.pk, 'entering'])}?{query}",
        "leaving_url": f"{reverse('criteria_movers', args=[programme.pk, 'leaving'])}?{query}",
        "unbalanced": total != 100,
    }


def pool_context(programme: Programme) -> dict[str, Any]:
    run = whatif.standing_run(programme)
    under_way = programme.pool_runs.open().first()
    last = programme.pool_runs.first()
    return {
        "programme": programme,
        "pool_run": run,
        "under_way": under_way,
        "stopped": last is not None and last.state == "failed",
        "minutes": whatif.usual_minutes(programme) if under_way or run is None else None,
    }


def _with_criterion(programme: Programme, draft: CriteriaSet, typed: QueryDict) -> Rules | None:
    feature, shape = FEATURES.get(typed["feature"]), typed.get("shape", "")
    if feature is None or shape not in feature.shapes:
        return None
    number = typed.get("criterion", "")
    found = draft.criteria.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    instance = found or Criterion(criteria_set=draft, feature=feature.key, shape=shape)
    form = CriterionForm(typed, feature=feature, shape=Shape(shape), instance=instance)
    tried = form.tried
    return of_criterion(programme, draft, form, tried) if tried else None


def _rules(programme: Programme, draft: CriteriaSet, criteria: list[Criterion]) -> Rules:
    return Rules(tuple(criteria), cents(draft.threshold), cents(draft.review_floor), cents(programme.minimum_coverage))


def _programme(request: HttpRequest, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)
