"""Registering a business: the first page of somebody who has just signed up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.enums import LegalForm, Role
from portal.forms.enterprise.registration import RegistrationForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods
from portal.policy import SIGNED_IN, policy
from portal.services.enterprise import register_enterprise
from portal.services.membership import act_for


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def enterprise_register(request: HttpRequest) -> HttpResponse:
    """Anybody signed in may register one; from then on the session acts for it."""
    kept = kept_forms.take(request) if request.method == "GET" else None
    form = RegistrationForm(request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "dossier")
        enterprise = register_enterprise(
            form.cleaned_data["name"], LegalForm(form.cleaned_data["legal_form"]), by=request.user
        )
        membership = enterprise.organisation.memberships.get(user=request.user, role=Role.OWNER)
        act_for(request.user, membership, request.session)
        form.remember(reverse("dossier"))
        messages.success(request, _("%(name)s has a dossier now. Fill it in section by section.") % form.cleaned_data)
        return redirect("dossier")
    return render(
        request,
        "portal/enterprise/register.html",
        {"form": form, "acting_for": request.user.organisation},
        status=422 if request.method == "POST" else 200,
    )
