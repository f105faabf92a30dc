"""One click that says: everything is still right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.enums import Role
from portal.methods import require_http_methods
from portal.models import Enterprise
from portal.policy import policy, roles
from portal.selectors.confirmation import confirmation_of
from portal.services.confirmation import confirm_profile
from portal.views.steps import attempt


@policy(roles(Role.OWNER, Role.STAFF, Role.COMPANION))
@require_http_methods(["GET", "POST"])
def profile_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """For the business, and for the companion who looks after it."""
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation", "village")
    enterprise = get_object_or_404(visible, pk=pk)
    refused = request.method == "POST" and not attempt(request, lambda: confirm_profile(enterprise, by=request.user))
    if request.method == "POST" and not refused:
        messages.success(request, _("Confirmed. Buyers find the profile as it is."))
        return redirect("profile_confirm", pk=pk)
    context = {
        "enterprise": enterprise,
        "confirmation": confirmation_of(enterprise),
        "own": request.user.acts_as(Role.OWNER, Role.STAFF),
        "has_errors": refused,
    }
    return render(request, "portal/enterprise/confirm.html", context, status=422 if refused else 200)
