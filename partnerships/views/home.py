"""The first page after signing in: what awaits this person. It draws on all three apps, so it lives in the highest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.enums import Role
from portal.navigation import DESKS
from portal.policy import SIGNED_IN, policy


@policy(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    acting = request.user.acting
    if acting is None:
        return redirect("enterprise_register")
    return render(request, "home/desk.html", {"desk": DESKS[Role(acting.role)]})
