"""Where an organisation has events sent, and what became of each: for those who look after its systems."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from portal import kept_forms, webhooks
from portal.enums import WebhookOutcome, WebhookState
from portal.forms.once import ALREADY_SENT
from portal.forms.webhook import ReplayForm, WebhookForm
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import WebhookEndpoint, WebhookMessage
from portal.policy import SYSTEMS, policy
from portal.presentation.numbers import angka
from portal.selectors import webhook as selector
from portal.services import webhook as service
from portal.views.steps import attempt

PAGE = 25


@policy(SYSTEMS)
@require_safe
def webhook_list(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/webhooks/list.html", {"webhooks": selector.own_webhooks(request.user)})


@policy(SYSTEMS)
@require_http_methods(["GET", "POST"])
@never_cache
def webhook_add(request: HttpRequest) -> HttpResponse:
    """The secret is on the answer that made it, and never again."""
    form = WebhookForm(kept_forms.typed(request), organisation=request.user.organisation)
    made: list[WebhookEndpoint] = []

    def add() -> None:
        values = {name: form.cleaned_data[name] for name in ("url", "kinds")}
        made.append(service.add_webhook(request.user.organisation, by=request.user, **values))

    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "webhook_list")
        if attempt(request, add, form):
            form.remember(reverse("webhook", args=[made[0].pk]))
            return render(request, "portal/webhooks/secret.html", {"webhook": made[0], "secret": made[0].secret})
    return _form(request, form, _("Send events to your system"), reverse("webhook_list"), _("Add the address"))


@policy(SYSTEMS)
@require_http_methods(["GET", "POST"])
def webhook_edit(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _find(request, pk)
    form = WebhookForm(
        kept_forms.typed(request),
        initial={"url": endpoint.url, "kinds": endpoint.kinds},
        organisation=endpoint.organisation,
    )
    detail = reverse("webhook", args=[pk])

    def change() -> None:
        service.change_webhook(
            endpoint, by=request.user, **{name: form.cleaned_data[name] for name in ("url", "kinds")}
        )

    if request.method == "POST" and form.is_valid() and attempt(request, change, form):
        messages.success(request, _("Saved."))
        return redirect(detail)
    return _form(request, form, endpoint.url, detail, "")


@policy(SYSTEMS)
@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk), ReplayForm())


@policy(SYSTEMS)
@require_http_methods(["GET", "POST"])
def webhook_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything since a moment; the form stands on the address's own page."""
    endpoint = _find(request, pk)
    form = ReplayForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(request, pk, service.replay(endpoint, by=request.user, since=form.cleaned_data["since"]))
        except ValidationError as error:
            form.add_error(None, error)
    return _page(request, endpoint, form)


@policy(SYSTEMS)
@require_POST
@never_cache
def webhook_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _find(request, pk)
    secret = service.rotate_secret(endpoint, by=request.user)
    endpoint.refresh_from_db()
    return render(request, "portal/webhooks/secret.html", {"webhook": endpoint, "secret": secret, "rotated": True})


@policy(SYSTEMS)
@require_POST
def webhook_pause(request: HttpRequest, pk: int) -> HttpResponse:
    service.pause_webhook(_find(request, pk), by=request.user)
    messages.success(request, _("Paused. What happens meanwhile waits and is sent when you resume."))
    return redirect("webhook", pk)


@policy(SYSTEMS)
@require_POST
def webhook_resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _sent(request, pk, service.resume_webhook(_find(request, pk), by=request.user))


@policy(SYSTEMS)
@require_POST
def webhook_test(request: HttpRequest, pk: int) -> HttpResponse:
    service.send_test(_find(request, pk), by=request.user)
    messages.success(request, _("A test event is on its way. Load this page again to see what came back."))
    return redirect("webhook", pk)


@policy(SYSTEMS)
@require_http_methods(["GET", "POST"])
def webhook_remove(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _find(request, pk)
    if request.method == "POST":
        service.remove_webhook(endpoint, by=request.user)
        messages.success(request, _("%(url)s was removed.") % {"url": endpoint.url})
        return redirect("webhook_list")
    return render(request, "portal/webhooks/remove.html", {"webhook": endpoint})


@policy(SYSTEMS)
@require_safe
def webhook_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: what is sent, and each try."""
    message = _message(request, pk)
    tries = [(each, WebhookOutcome(each.outcome).label) for each in message.attempts.all()[:100]]
    context = {"message": message, "webhook": message.endpoint, "tries": tries, "label": _label(message.kind)}
    return render(request, "portal/webhooks/message.html", context)


@policy(SYSTEMS)
@require_POST
def webhook_message_replay(request: HttpRequest, pk: int) -> HttpResponse:
    message = _message(request, pk)
    return _sent(request, message.endpoint_id, service.replay(message.endpoint, by=request.user, only=message.pk))


def _page(request: HttpRequest, endpoint: WebhookEndpoint, form: ReplayForm) -> HttpResponse:
    state = request.GET.get("state", "")
    page = Paginator(selector.sent_by(endpoint, state), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "webhook": endpoint,
        "kinds": [_label(kind) for kind in endpoint.kinds],
        "page": page,
        "rows": [(each, _label(each.kind), _outcome(each)) for each in page],
        "chips": [{**chip, "label": chip["label"] or _("All")} for chip in selector.message_chips(endpoint, state)],
        "filtered": state in WebhookState.values,
        "form": form,
    }
    return render(request, "portal/webhooks/detail.html", context, status=_code(request, form))


def _form(request: HttpRequest, form: WebhookForm, title: str, back: str, submit: str) -> HttpResponse:
    context = {"form": form, "title": title, "cancel_url": back, "submit_text": submit}
    return render(request, "portal/webhooks/form.html", context, status=_code(request, form))


def _code(request: HttpRequest, form: forms.BaseForm) -> int:
    return 422 if request.method == "POST" and form.errors else 200


def _sent(request: HttpRequest, pk: int, count: int) -> HttpResponse:
    said = ngettext("%(n)s event is sent.", "%(n)s events are sent.", count) % {"n": angka(count)}
    messages.success(request, said)
    return redirect("webhook", pk)


def _label(kind: str) -> str:
    if kind == webhooks.TEST:
        return _("Test")
    return str(webhooks.KINDS[kind].label) if kind in webhooks.KINDS else kind


def _outcome(message: Any) -> str:
    if message.last_outcome is None:
        return ""
    return str(WebhookOutcome(message.last_outcome).label)


def _find(request: HttpRequest, pk: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.visible_to(request.user), pk=pk)


def _message(request: HttpRequest, pk: int) -> WebhookMessage:
    return get_object_or_404(WebhookMessage.objects.visible_to(request.user).select_related("endpoint"), pk=pk)
