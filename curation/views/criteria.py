"""The criteria of a programme: the band and weights, each criterion on its own page, templates, the next version.

A colleague may publish the version, or take a criterion out, while somebody works on it: what was typed is then shown
again, with what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus, Shape
from curation.forms.criteria import SHAPE_HELP, BandForm, CriterionForm, NewCriterionForm, TemplateForm
from curation.models import CriteriaSet, Criterion, Programme
from curation.scoring.criteria import TEMPLATES, validate
from curation.scoring.features import FEATURES
from curation.scoring.pool import Rules
from curation.selectors.criteria import rule
from curation.selectors.whatif import standing_run, without_evidence
from curation.services import criteria as service
from curation.views.whatif import effect_context, of_band, of_criterion, pool_context
from portal import kept_forms
from portal.flow import TooLate
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import OFFICER, policy
from portal.views.steps import attempt, too_late, tried

F = TypeVar("F", bound=CriterionForm)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def criteria_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft version: threshold, floor and weights in one form, with their sum and what is still wrong."""
    programme = _programme(request, pk)
    draft = _draft(programme)
    form = BandForm(kept_forms.typed(request), instance=draft or _to_read(request, programme))
    if draft is None:
        return _published(request, programme, form)
    if "try" in request.POST:
        rules = of_band(programme, form) if form.is_valid() else None
        return _tried(request, programme, rules, form, partial(_edit_page, request, programme, draft, form))
    if request.method == "POST" and form.is_valid():
        step = partial(service.balance, draft, weights=form.balance, by=request.user, **form.band)
        if answer := _saved(request, programme, form, step, _("Saved.")):
            return answer
    return _edit_page(request, programme, draft, form, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_POST
def criteria_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill an empty draft from a template."""
    programme = _programme(request, pk)
    templates = TemplateForm(request.POST, choices=_templates())
    draft = _draft(programme)
    if draft is None:
        return _published(request, programme, templates)
    if templates.is_valid():
        key = templates.cleaned_data["template"]
        said = _("The template's criteria stand here now. Change what doesn't fit.")
        step = partial(service.use_template, draft, key, by=request.user)
        if answer := _saved(request, programme, templates, step, said):
            return answer
    return _edit_page(request, programme, draft, BandForm(instance=draft), templates=templates, status=422)


@policy(OFFICER)
@require_safe
def criterion_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """First step of adding: what is looked at, and how it counts."""
    programme = _programme(request, pk)
    draft = _draft(programme)
    if draft is None:
        raise Http404
    used = set(draft.criteria.values_list("feature", flat=True))
    rows = [
        (feature, [(shape, shape.label, SHAPE_HELP[shape]) for shape in feature.shapes], feature.key in used)
        for feature in FEATURES.values()
    ]
    return render(request, "curation/criterion_choose.html", {"programme": programme, "rows": rows})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def criterion_add(request: HttpRequest, pk: int, feature: str, shape: str) -> HttpResponse:
    programme = _programme(request, pk)
    draft = _draft(programme)
    subject = Criterion(criteria_set=draft or _to_read(request, programme), feature=feature, shape=shape)
    form = _criterion_form(request, subject, NewCriterionForm)
    if draft is None:
        return _published(request, programme, form)
    if "try" in request.POST:
        return _tried_criterion(request, programme, draft, form, _("Add a criterion"))
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location())
        step = partial(service.add_criterion, draft, by=request.user, **form.values)
        if answer := _saved(request, programme, form, step, _("The criterion is added.")):
            if answer.status_code == 302:
                form.remember(reverse("criteria_edit", args=[pk]))
            return answer
    return _criterion_page(request, form, programme, _("Add a criterion"))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def criterion_edit(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    programme = _programme(request, pk)
    criterion = Criterion.objects.filter(criteria_set__programme=programme, pk=criterion_pk).first()
    if criterion is None and request.method == "POST":
        words = forms.modelform_factory(Criterion, fields=CriterionForm.Meta.fields)(request.POST)
        return too_late(request, service.GONE, words, back=reverse("criteria_edit", args=[pk]))
    if criterion is None:
        raise Http404
    form = _criterion_form(request, criterion, CriterionForm)
    if criterion.criteria_set.published_at is not None:
        return _published(request, programme, form)
    if "try" in request.POST:
        return _tried_criterion(request, programme, criterion.criteria_set, form, _("Change the criterion"))
    if request.method == "POST" and form.is_valid():
        # Another instance: the form has put what was typed on its own.
        step = partial(service.change_criterion, Criterion(pk=criterion_pk), by=request.user, **form.values)
        if answer := _saved(request, programme, form, step, _("Saved.")):
            return answer
    return _criterion_page(request, form, programme, _("Change the criterion"))


@policy(OFFICER)
@require_POST
def criterion_remove(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    programme = _programme(request, pk)
    criterion = get_object_or_404(Criterion, criteria_set__programme=programme, pk=criterion_pk)
    step = partial(service.remove_criterion, criterion, by=request.user)
    return _saved(request, programme, None, step, _("The criterion is removed.")) or redirect("criteria_edit", pk=pk)


@policy(OFFICER)
@require_POST
def criteria_next(request: HttpRequest, pk: int) -> HttpResponse:
    """A copy of the version in force to work on. It counts from its own publication on."""
    programme = _programme(request, pk)
    if attempt(request, partial(service.begin_next_version, programme, by=request.user)):
        return redirect("criteria_edit", pk=pk)
    return redirect("programme", pk=pk)


@policy(OFFICER)
@require_POST
def criteria_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the next version of an open programme."""
    programme = _programme(request, pk)
    draft = _draft(programme)
    if draft is None or programme.status != ProgrammeStatus.PUBLISHED:
        # Published meanwhile in another tab, by this person or by a colleague.
        messages.info(request, _("There is no new version to publish."))
        return redirect("programme", pk=pk)
    against = tried(partial(service.put_in_force, draft, by=request.user))
    if against:
        problems = [text for texts in against.values() for text in texts]
        return _edit_page(request, programme, draft, BandForm(instance=draft), problems=problems, status=422)
    messages.success(request, _("The new version is in force. Provisional scores are computed anew."))
    return redirect("programme", pk=pk)


def _programme(request: HttpRequest, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)


def _draft(programme: Programme) -> CriteriaSet | None:
    return programme.criteria_sets.filter(published_at=None).prefetch_related("criteria").first()


def _to_read(request: HttpRequest, programme: Programme) -> CriteriaSet:
    """What was sent to a draft that is published by now is read against the newest version; to look at there is none."""
    newest = programme.criteria_sets.prefetch_related("criteria").order_by("-version").first()
    if newest is None or request.method != "POST":
        raise Http404
    return newest


def _overview(programme: Programme) -> str:
    return reverse("programme", args=[programme.pk])


def _published(request: HttpRequest, programme: Programme, *typed: forms.BaseForm) -> HttpResponse:
    """To whoever still had the page of the draft open."""
    if request.method != "POST":
        raise Http404
    return too_late(request, service.PUBLISHED, *typed, back=_overview(programme))


def _saved(
    request: HttpRequest, programme: Programme, form: forms.BaseForm | None, step: Callable[[], object], said: str
) -> HttpResponse | None:
    """Back to the criteria when it is done; None to show the form again, with what stands against it."""
    try:
        if not attempt(request, step, form):
            return None
    except TooLate as late:
        return too_late(request, late.message, *filter(None, [form]), back=_overview(programme))
    messages.success(request, said)
    return redirect("criteria_edit", pk=programme.pk)


def _tried_criterion(
    request: HttpRequest, programme: Programme, draft: CriteriaSet, form: CriterionForm, title: str
) -> HttpResponse:
    form.is_valid()
    tried = form.tried
    rules = of_criterion(programme, draft, form, tried) if tried else None
    return _tried(request, programme, rules, form, partial(_criterion_page, request, form, programme, title))


def _tried(
    request: HttpRequest,
    programme: Programme,
    rules: Rules | None,
    form: BandForm | CriterionForm,
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    """What it would change: the fragment alone to htmx, the whole page to a form that was sent by a button."""
    criterion = form.instance if isinstance(form, CriterionForm) else None
    context = effect_context(programme, rules, request.POST, criterion=criterion) if rules else {}
    if request.htmx:
        return render(request, "curation/effect.html", context | {"form": form}, status=200 if rules else 422)
    return page(effect=context, status=200 if rules else 422)


def _templates() -> list[tuple[str, object]]:
    return [(key, template.name) for key, template in TEMPLATES.items()]


def _edit_page(
    request: HttpRequest,
    programme: Programme,
    draft: CriteriaSet,
    form: BandForm,
    *,
    problems: list[str] | None = None,
    templates: TemplateForm | None = None,
    effect: dict[str, Any] | None = None,
    status: int,
) -> HttpResponse:
    if problems is None:
        problems = [problem.message for problem in validate(draft)] if form.criteria and not form.is_bound else []
    context: dict[str, Any] = {
        "programme": programme,
        "criteria_set": draft,
        "form": form,
        "problems": problems,
        "rows": [(criterion, rule(criterion), weight, minimum) for criterion, weight, minimum in form.rows],
        "templates": templates or TemplateForm(choices=_templates()),
        "in_force": programme.criteria,
        "warnings": without_evidence(programme, form.criteria),
        "may_start": True,
        "has_errors": status != 200,
        **pool_context(programme),
        **(effect or {}),
    }
    return render(request, "curation/criteria_edit.html", context, status=status)


def _criterion_form(request: HttpRequest, criterion: Criterion, kind: type[F]) -> F:
    known = FEATURES.get(criterion.feature)
    if known is None or criterion.shape not in known.shapes:
        raise Http404
    return kind(kept_forms.typed(request), feature=known, shape=Shape(criterion.shape), instance=criterion)


def _criterion_page(
    request: HttpRequest,
    form: CriterionForm,
    programme: Programme,
    title: str,
    *,
    effect: dict[str, Any] | None = None,
    status: int | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "programme": programme,
        "title": title,
        "shape_help": SHAPE_HELP[form.shape],
        "cancel_url": reverse("criteria_edit", args=[programme.pk]),
        "pool_run": standing_run(programme),
        **(effect or {}),
    }
    if status is None:
        status = 422 if request.method == "POST" else 200
    return render(request, "curation/criterion_form.html", context, status=status)
