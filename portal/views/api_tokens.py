from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal import kept_forms
from portal.forms.api_token import ApiTokenForm
from portal.methods import require_http_methods, require_POST
from portal.models import ApiToken
from portal.policy import SIGNED_IN, policy
from portal.services import api_token as service


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
@never_cache
def api_token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one's text is on the answer that made it, and never again."""
    if request.user.acting is None:
        return redirect("home")
    form = ApiTokenForm(kept_forms.typed(request))
    text = ""
    if request.method == "POST" and form.is_valid():
        _token, text = service.make_token(request.user.acting, by=request.user, **form.cleaned_data)
        form = ApiTokenForm()
    return render(
        request,
        "portal/api_tokens.html",
        {
            "form": form,
            "text": text,
            "tokens": ApiToken.objects.usable().visible_to(request.user).select_related("membership__organisation"),
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(SIGNED_IN)
@require_POST
def api_token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(
        ApiToken.objects.visible_to(request.user).select_related("membership__organisation"), pk=pk
    )
    service.revoke_token(token, by=request.user)
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect("api_token_list")
