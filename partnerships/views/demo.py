"""The demo's own page: who can sign in, the codes of their second factors, and the mail that would have been sent."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.methods import require_safe
from portal.policy import PUBLIC, policy
from portal.sample.accounts import other_sign_ins, sign_ins
from portal.sample.keys import PASSWORD
from portal.sample.mailbox import newest

MOST_MAIL = 20
KINDS = {
    "sme": _("More small businesses"),
    "buyer": _("More buyers"),
    "authority": _("More authorities"),
    "helper": _("More helpers"),
}


@policy(PUBLIC)
@require_safe
def sign_ins_text(request: HttpRequest) -> HttpResponse:
    """One for each role, for the window `make demo` was typed in."""
    if not settings.DEMO:
        raise Http404
    with translation.override("en"):
        rows = [(str(each.role), each.email, each.organisation) for each in sign_ins()]
    role_width, email_width = (max((len(row[column]) for row in rows), default=0) for column in range(2))
    lines = [f"  {role:<{role_width}}  {email:<{email_width}}  {organisation}" for role, email, organisation in rows]
    lines += [
        "",
        f"Password of all: {PASSWORD}",
        f"Codes of the second factor, and the mail sent: {settings.SITE_URL}{reverse('demo')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@policy(PUBLIC)
@never_cache
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(
        request,
        "demo.html",
        {
            "password": PASSWORD,
            "groups": [(_("One for each role"), sign_ins())]
            + [(KINDS[kind], found) for kind, found in other_sign_ins().items() if found],
            "mail": newest(Path(settings.EMAIL_FILE_PATH), MOST_MAIL),
        },
    )
