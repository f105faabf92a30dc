"""The criteria of a programme: the band and weights, each criterion on its own page, templates, the next version."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation.enums import ProgrammeStatus, Shape
from curation.forms.criteria import SHAPE_HELP, BandForm, CriterionForm, TemplateForm
from curation.models import CriteriaSet, Criterion, Programme
from curation.scoring.criteria import TEMPLATES, validate
from curation.scoring.features import FEATURES
from curation.selectors.criteria import rule
from curation.services import criteria as service
from portal import kept_forms
from portal.enums import Role
from portal.flow import MoveNotAllowed
from portal.policy import policy, roles

BUYER = roles(Role.OFFICER, Role.APPROVER)
OFFICER = roles(Role.OFFICER)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def criteria_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft version: threshold, floor and weights in one form, with their sum and what is still wrong."""
    programme = _programme(request, pk)
    draft = _draft(programme)
    form = BandForm(request.POST or kept_forms.take(request), instance=draft)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            service.balance(
                draft,
                threshold=form.cleaned_data["threshold"],
                review_floor=form.cleaned_data["review_floor"],
                weights=form.balance,
                by=request.user,
            )
            messages.success(request, _("Saved."))
            return redirect("criteria_edit", pk=pk)
    context = {
        "programme": programme,
        "criteria_set": draft,
        "form": form,
        "problems": [problem.message for problem in validate(draft)] if form.criteria and not form.is_bound else [],
        "rows": [(criterion, rule(criterion), weight, minimum) for criterion, weight, minimum in form.rows],
        "templates": TemplateForm(choices=_templates()),
        "in_force": programme.criteria,
    }
    return render(request, "curation/criteria_edit.html", context, status=status)


@policy(OFFICER)
@require_POST
def criteria_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill an empty draft from a template."""
    programme = _programme(request, pk)
    form = TemplateForm(request.POST, choices=_templates())
    if form.is_valid():
        try:
            service.use_template(_draft(programme), form.cleaned_data["template"], by=request.user)
        except MoveNotAllowed as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The template's criteria stand here now. Change what doesn't fit."))
    return redirect("criteria_edit", pk=pk)


@policy(OFFICER)
@require_safe
def criterion_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """First step of adding: what is looked at, and how it counts."""
    programme = _programme(request, pk)
    used = set(_draft(programme).criteria.values_list("feature", flat=True))
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
    form = _criterion_form(
        request, feature, shape, instance=Criterion(criteria_set=draft, feature=feature, shape=shape)
    )
    if request.method == "POST" and form.is_valid():
        service.add_criterion(draft, by=request.user, **form.values)
        messages.success(request, _("The criterion is added."))
        return redirect("criteria_edit", pk=pk)
    return _criterion_page(request, form, programme, _("Add a criterion"))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def criterion_edit(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    programme = _programme(request, pk)
    draft = _draft(programme)
    criterion = get_object_or_404(draft.criteria, pk=criterion_pk)
    form = _criterion_form(request, criterion.feature, criterion.shape, instance=criterion)
    if request.method == "POST" and form.is_valid():
        service.change_criterion(criterion, by=request.user, **form.values)
        messages.success(request, _("Saved."))
        return redirect("criteria_edit", pk=pk)
    return _criterion_page(request, form, programme, _("Change the criterion"))


@policy(OFFICER)
@require_POST
def criterion_remove(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    programme = _programme(request, pk)
    criterion = get_object_or_404(_draft(programme).criteria, pk=criterion_pk)
    service.remove_criterion(criterion, by=request.user)
    messages.success(request, _("The criterion is removed."))
    return redirect("criteria_edit", pk=pk)


@policy(OFFICER)
@require_POST
def criteria_next(request: HttpRequest, pk: int) -> HttpResponse:
    """A copy of the version in force to work on. It counts from its own publication on."""
    programme = _programme(request, pk)
    try:
        service.begin_next_version(programme, by=request.user)
    except MoveNotAllowed as error:
        messages.error(request, error.message)
        return redirect("programme", pk=pk)
    return redirect("criteria_edit", pk=pk)


@policy(OFFICER)
@require_POST
def criteria_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the next version of an open programme."""
    programme = _programme(request, pk)
    draft = programme.criteria_sets.filter(published_at=None).first()
    if programme.status != ProgrammeStatus.PUBLISHED or draft is None:
        # Published meanwhile in another tab, by this person or by a colleague.
        messages.info(request, _("There is no new version to publish."))
        return redirect("programme", pk=pk)
    try:
        service.put_in_force(draft, by=request.user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return redirect("criteria_edit", pk=pk)
    except MoveNotAllowed as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The new version is in force. Provisional scores are computed anew."))
    return redirect("programme", pk=pk)


def _programme(request: HttpRequest, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)


def _draft(programme: Programme) -> CriteriaSet:
    return get_object_or_404(programme.criteria_sets.filter(published_at=None).prefetch_related("criteria"))


def _templates() -> list[tuple[str, object]]:
    return [(key, template.name) for key, template in TEMPLATES.items()]


def _criterion_form(request: HttpRequest, feature: str, shape: str, *, instance: Criterion) -> CriterionForm:
    known = FEATURES.get(feature)
    if known is None or shape not in known.shapes:
        raise Http404
    return CriterionForm(request.POST or kept_forms.take(request), feature=known, shape=Shape(shape), instance=instance)


def _criterion_page(request: HttpRequest, form: CriterionForm, programme: Programme, title: str) -> HttpResponse:
    context = {
        "form": form,
        "programme": programme,
        "title": title,
        "shape_help": SHAPE_HELP[form.shape],
        "cancel_url": reverse("criteria_edit", args=[programme.pk]),
    }
    return render(request, "curation/criterion_form.html", context, status=422 if request.method == "POST" else 200)
