"""The companion's page of one enterprise, and the manager's caseload. They draw on applications, so they live here."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnerships.selectors import assisted as selectors
from portal.consents import scope_labels
from portal.enums import Role
from portal.forms.assistance import AppointmentForm, AssignForm, RefuseForm
from portal.models import Appointment, Assignment, CompanionRequest, Enterprise, VisitKit
from portal.policy import COMPANION, PLUT, policy, roles
from portal.selectors.enterprise import completeness
from portal.selectors.ladder import ladder_of
from portal.services import assistance as service

MANAGER = roles(Role.PLUT_MANAGER)
ROWS = 20


def companion_desk(request: HttpRequest) -> tuple[str, dict[str, object]]:
    """The home page of a companion: who needs help today, and why."""
    rows = selectors.caseload(request.user)
    pressing = [row for row in rows if row.weight]
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    kinds = selectors.KINDS.values()
    return "home/companion.html", {"page": page, "rows": page.object_list, "pressing": len(pressing), "kinds": kinds}


def centre_desk(request: HttpRequest) -> tuple[str, dict[str, object]]:
    """The home page of a centre's manager: requests first, then who looks after whom."""
    waiting = CompanionRequest.objects.open().visible_to(request.user)
    plut = request.user.organisation
    page = Paginator(selectors.assignments_of_centre(request.user), ROWS).get_page(request.GET.get("page"))
    return "home/centre.html", {
        "requests": [
            (asked, AssignForm(plut=plut, prefix=f"a{asked.pk}"), RefuseForm(prefix=f"r{asked.pk}"))
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
            "form": AppointmentForm(),
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
    """Assign somebody, or say why not."""
    asked = get_object_or_404(
        CompanionRequest.objects.open().visible_to(request.user).select_related("enterprise__organisation"), pk=pk
    )
    plut = request.user.organisation
    assigning = "refuse" not in request.POST
    form = (
        AssignForm(request.POST, plut=plut, prefix=f"a{pk}") if assigning else RefuseForm(request.POST, prefix=f"r{pk}")
    )
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect("home")
    try:
        if assigning:
            service.assign_companion(asked.enterprise, form.cleaned_data["companion"], plut=plut, by=request.user)
            messages.success(request, _("Assigned. The companion and the business have been told."))
        else:
            service.refuse_request(asked, answer=form.cleaned_data["answer"], by=request.user)
            messages.success(request, _("The business has your answer."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("home")


@policy(MANAGER)
@require_POST
def assignment_end(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    service.end_assignment(assignment, by=request.user)
    messages.success(request, _("Ended. The business has been told and can ask again."))
    return redirect("home")


@policy(COMPANION)
@require_http_methods(["POST"])
def appointment_add(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _enterprise(request, pk)
    form = AppointmentForm(request.POST)
    if form.is_valid():
        try:
            service.make_appointment(enterprise, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("The visit is planned. The business has been told."))
    else:
        messages.error(request, next(iter(form.errors.values()))[0])
    return redirect("assisted_enterprise", pk=enterprise.pk)


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


def _enterprise(request: HttpRequest, pk: int) -> Enterprise:
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation", "village")
    found = visible.prefetch_related("activities__kbli").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
