"""A companion's visits to an enterprise: the list, and noting one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.enums import Role
from portal.forms.once import ALREADY_SENT
from portal.forms.visit import VisitForm
from portal.methods import require_http_methods, require_safe
from portal.models import Enterprise, Visit
from portal.policy import DOSSIER_READERS, policy, roles
from portal.selectors.ladder import ladder_of
from portal.services.visit import record_visit


@policy(DOSSIER_READERS)
@require_safe
def visit_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was there, when, and what they saw: for those who look after it, and for the enterprise itself."""
    enterprise = _enterprise(request, pk)
    visits = Visit.objects.visible_to(request.user).filter(enterprise=enterprise).select_related("made_by", "plut")
    return render(
        request,
        "portal/visits/list.html",
        {
            "enterprise": enterprise,
            "visits": visits,
            "ladder": ladder_of(enterprise),
            "may_add": request.user.has_perm("portal.record_visit", enterprise),
        },
    )


@policy(roles(Role.COMPANION))
@require_http_methods(["GET", "POST"])
def visit_add(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _enterprise(request, pk)
    data = request.POST if request.method == "POST" else kept_forms.take(request)
    form = VisitForm(data)
    location = reverse("visit_list", args=[enterprise.pk])
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or location)
        try:
            record_visit(enterprise, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form.remember(location)
            messages.success(request, _("The visit is noted. The business has been told."))
            return redirect(location)
    return render(
        request,
        "portal/visits/add.html",
        {"enterprise": enterprise, "form": form, "cancel_url": location},
        status=422 if request.method == "POST" else 200,
    )


def _enterprise(request: HttpRequest, pk: int) -> Enterprise:
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation", "village")
    return get_object_or_404(visible, pk=pk)
