"""The dossier of the enterprise one acts for: its task list, a page for each section, and sending it for checking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.enums import Role
from portal.policy import policy, roles
from portal.selectors.enterprise import completeness, enterprise_of, standing_of

SME = roles(Role.OWNER, Role.STAFF)


@policy(SME)
@require_safe
def dossier(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    return render(
        request,
        "portal/enterprise/dossier.html",
        {"enterprise": enterprise, "complete": completeness(enterprise), "standing": standing_of(enterprise)},
    )
