"""Closing one's business on the portal. It draws on applications and contracts, so it lives here."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.forms.closing import ClosingForm
from partnerships.selectors.closing import obstacles_to_closing
from partnerships.services.closing import close_enterprise
from portal import kept_forms
from portal.enums import EnterpriseStatus, Role
from portal.methods import require_http_methods
from portal.models import Enterprise
from portal.policy import policy, roles
from portal.views.steps import attempt, too_late


@policy(roles(Role.OWNER))
@require_http_methods(["GET", "POST"])
def enterprise_close(request: HttpRequest) -> HttpResponse:
    """Its own confirm page: it cannot be undone."""
    own = Enterprise.objects.visible_to(request.user).select_related("organisation")
    enterprise = get_object_or_404(own, organisation=request.user.organisation_id)
    form = ClosingForm(kept_forms.typed(request))
    if enterprise.status != EnterpriseStatus.VERIFIED:
        said = _("Only an active business can be closed here.")
        if request.method == "POST":
            return too_late(request, said, form, back=reverse("dossier"))
        messages.info(request, said)
        return redirect("dossier")
    if not request.user.has_perm("portal.close_enterprise", enterprise):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(request, lambda: close_enterprise(enterprise, reason=reason, by=request.user), form):
            messages.success(request, _("%(name)s is closed.") % {"name": enterprise.organisation.name})
            return redirect("dossier")
    obstacles = [] if request.method == "POST" else obstacles_to_closing(enterprise)
    return render(
        request,
        "portal/enterprise/close.html",
        {"form": form, "enterprise": enterprise, "obstacles": obstacles},
        status=422 if request.method == "POST" else 200,
    )
