"""Language, and the organisation one acts for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.methods import require_http_methods, require_POST
from portal.models import Membership
from portal.policy import PUBLIC, SIGNED_IN, policy
from portal.services.membership import act_for

YEAR = 60 * 60 * 24 * 365


def in_language(response: HttpResponse, language: str) -> HttpResponse:
    """Remember the language in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@policy(PUBLIC)
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    response = redirect(_back(request))
    if language in dict(settings.LANGUAGES):
        in_language(response, language)
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def switch_organisation(request: HttpRequest) -> HttpResponse:
    mine = Membership.objects.active().visible_to(request.user).filter(user=request.user).select_related("organisation")
    if request.method == "POST":
        act_for(request.user, get_object_or_404(mine, pk=request.POST.get("membership") or 0), request.session)
        return redirect("home")
    return render(request, "portal/switch_organisation.html", {"memberships": mine})


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"
