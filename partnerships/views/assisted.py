"""The companion's page of one enterprise, and the manager's caseload. They draw on applications, so they live here."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.selectors import assisted as selectors
from portal import kept_forms
from portal.consents import scope_labels
from portal.enums import Role
from portal.forms.assistance import AppointmentForm, AssignForm, RefuseForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Appointment, Assignment, CompanionRequest, Enterprise, VisitKit
from portal.policy import COMPANION, PLUT, policy, roles
from portal.selectors.enterprise import completeness
from portal.selectors.ladder import ladder_of
from portal.services import assistance as service
from portal.views.steps import attempt

MANAGER = roles(Role.PLUT_MANAGER)
ROWS = 20


def companion_desk(request: HttpRequest) -> tuple[str, dict[str, object]]:
    """The home page of a companion: who needs help today, and why."""
    rows = selectors.caseload(request.user)
    pressing = [row for row in rows if row.weight]
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    kinds = selectors.KINDS.values()
    return "home/companion.html", {"page": page, "rows": page.object_list, "pressing": len(pressing), "kinds": kinds}


def centre_desk(request: HttpRequest, sent: dict[int, AssignForm] | None = None) -> tuple[str, dict[str, object]]:
    """The home page of a centre's manager: requests first, then who looks after whom.

    `sent`: by request, the form that was answered with an error.
    """
    waiting = CompanionRequest.objects.open().visible_to(request.user)
    plut = request.user.organisation
    page = Paginator(selectors.assignments_of_centre(request.user), ROWS).get_page(request.GET.get("page"))
    return "home/centre.html", {
        "requests": [
            (asked, (sent or {}).get(asked.pk) or AssignForm(plut=plut, prefix=f"a{asked.pk}"))
            for asked in waiting.select_related("enterprise__organisation", "enterprise__village")
        ],
        "page": page,
        "loads": selectors.loads(request.user),
    }


@policy(PLUT)
@require_safe
def assisted_enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _enterprise(request, pk)
    row = next(iter(selectors.caseload(request.user, only=[enterprise.pk])), selectors.Assisted(enterprise))
    return render(
        request,
        "assisted/enterprise.html",
        {
            "enterprise": enterprise,
            "row": row,
            "parts": scope_labels(row.consent.scopes) if row.consent else [],
            "complete": completeness(enterprise),
            "ladder": ladder_of(enterprise),
            "is_companion": request.user.acts_as(Role.COMPANION),
            "kit": VisitKit.objects.visible_to(request.user).open().filter(enterprise=enterprise).first(),
            "assign": _assign_form(request, enterprise),
            "assignment": enterprise.assignments.open().select_related("companion").first(),
        },
    )


@policy(MANAGER)
@require_POST
def companion_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """To an enterprise that asked, or from one companion to another."""
    enterprise = _enterprise(request, pk)
    form = AssignForm(request.POST, plut=request.user.organisation)
    if form.is_valid():
        made = service.assign_companion(
            enterprise, form.cleaned_data["companion"], plut=request.user.organisation, by=request.user
        )
        words = {"who": made.companion, "name": enterprise}
        messages.success(request, _("%(who)s looks after %(name)s now. Both have been told.") % words)
        return redirect("assisted_enterprise", pk=enterprise.pk)
    messages.error(request, form.errors["companion"][0])
    return redirect("assisted_enterprise", pk=enterprise.pk)


@policy(MANAGER)
@require_POST
def companion_request_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looks after the business from now on."""
    asked = _asked(request, pk)
    plut = request.user.organisation
    form = AssignForm(request.POST, plut=plut, prefix=f"a{pk}")
    if form.is_valid():
        companion = form.cleaned_data["companion"]
        step = partial(service.assign_companion, asked.enterprise, companion, plut=plut, by=request.user)
        if attempt(request, step, form):
            messages.success(request, _("Assigned. The companion and the business have been told."))
            return redirect("home")
    return render(request, *centre_desk(request, {pk: form}), status=422)


@policy(MANAGER)
@require_http_methods(["GET", "POST"])
def companion_request_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Not possible now: the business reads why, and where else to ask."""
    asked = _asked(request, pk)
    form = RefuseForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        step = partial(service.refuse_request, asked, answer=form.cleaned_data["answer"], by=request.user)
        if attempt(request, step, form):
            messages.success(request, _("The business has your answer."))
            return redirect("home")
    context = {
        "form": form,
        "title": asked.enterprise.name,
        "intro": asked.message,
        "submit_text": _("Answer the business"),
        "cancel_url": reverse("home"),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(MANAGER)
@require_POST
def assignment_end(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    service.end_assignment(assignment, by=request.user)
    messages.success(request, _("Ended. The business has been told and can ask again."))
    return redirect("home")


@policy(COMPANION)
@require_http_methods(["GET", "POST"])
def appointment_add(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _enterprise(request, pk)
    form = AppointmentForm(kept_forms.typed(request))
    location = reverse("assisted_enterprise", args=[enterprise.pk])
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or location)
        if attempt(request, partial(service.make_appointment, enterprise, by=request.user, **form.values), form):
            form.remember(location)
            messages.success(request, _("The visit is planned. The business has been told."))
            return redirect(location)
    context = {
        "form": form,
        "title": _("Plan a visit"),
        "intro": enterprise.name,
        "submit_text": _("Plan a visit"),
        "cancel_url": location,
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(COMPANION)
@require_POST
def appointment_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    appointment = get_object_or_404(
        Appointment.objects.visible_to(request.user).select_related("enterprise__organisation"), pk=pk
    )
    service.call_off(appointment, by=request.user)
    messages.success(request, _("Called off. The business has been told."))
    return redirect("assisted_enterprise", pk=appointment.enterprise_id)


def _assign_form(request: HttpRequest, enterprise: Enterprise) -> AssignForm | None:
    return AssignForm(plut=request.user.organisation) if request.user.acts_as(Role.PLUT_MANAGER) else None


def _asked(request: HttpRequest, pk: int) -> CompanionRequest:
    waiting = CompanionRequest.objects.open().visible_to(request.user)
    return get_object_or_404(waiting.select_related("enterprise__organisation"), pk=pk)


def _enterprise(request: HttpRequest, pk: int) -> Enterprise:
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation", "village")
    found = visible.prefetch_related("activities__kbli").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
