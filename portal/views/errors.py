"""The error pages: each says what happened and what to do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.enums import Role
from portal.policy import WrongRole, page_before, shows_its_form


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    wanted = []
    if isinstance(exception, WrongRole) and exception.policy.roles:
        wanted = [role.label for role in Role if role in exception.policy.roles]
    return render(request, "403.html", {"wanted": wanted}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(404, "not_found", _("Nothing is at this address."))
    return render(request, "404.html", status=404)


def not_trusted(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or with that of the session before: somebody signed in again in another tab.

    Where one of our own pages sent it, it is shown again with what was typed, to be looked at and sent. Where the body was cut off
    on its way the token was, too: then that is what happened.
    """
    if getattr(request.META.get("wsgi.input"), "missing", 0) > 0:
        return render(request, "cut.html", status=400)
    if request.method == "POST" and page_before(request) and shows_its_form(request):
        kept_forms.keep(request)
        messages.warning(
            request, _("Nothing was sent yet: you had signed in again since. Look it through and send it.")
        )
        return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(500, "error", _("The service has a problem. Try again in a few minutes."))
    # Without the request: what fills in a page's frame asks the database, which may be what failed.
    return HttpResponse(render_to_string("500.html", {"code": getattr(request, "id", "")}), status=500)


def _problem(status: int, kind: str, detail: str) -> HttpResponse:
    body = {"type": f"urn:mitrapasok:problem:{kind}", "title": detail, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
