"""The ministry's desk: enterprises that wait for verification, oldest first, and the decision on one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.enums import Role
from portal.models import Enterprise
from portal.policy import policy, roles

MINISTRY = roles(Role.MINISTRY_ADMIN)


@policy(MINISTRY)
@require_safe
def verification_detail(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    return render(request, "portal/verification/detail.html", {"enterprise": enterprise})
