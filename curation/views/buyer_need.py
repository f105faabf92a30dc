"""A buyer's own needs: list, add, change, publish, withdraw."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.forms.need import NeedForm
from curation.models import Need
from curation.selectors import needs as selector
from curation.services import need as service
from curation.services.confirmation import confirm_need
from portal import kept_forms
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import BUYER, OFFICER, policy
from portal.rules.confirmation import NEEDS, terms_of
from portal.views.steps import attempt, attempt_unless_changed, blame, by_field

PER_PAGE = 25


@policy(BUYER)
@require_safe
def buyer_need_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(selector.buyers_needs(request.user, words), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "curation/buyer_need_list.html",
        {
            "page": page,
            "rows": [(need, selector.need_tag(need)) for need in page],
            "may_add": request.user.has_perm("curation.add_need"),
            "words": words,
        },
    )


@policy(BUYER)
@require_safe
def buyer_need(request: HttpRequest, pk: int) -> HttpResponse:
    return _need_page(request, get_object_or_404(_needs(request), pk=pk))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def buyer_need_add(request: HttpRequest) -> HttpResponse:
    form = NeedForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "buyer_need_list")
        try:
            need = service.add_need(request.user.organisation, by=request.user, **form.values)
        except ValidationError as error:
            blame(form, by_field(error))
        else:
            url = reverse("buyer_need", args=[need.pk])
            form.remember(url)
            messages.success(request, _("Saved as a draft. Publish it so that suppliers find it."))
            return redirect(url)
    return _form_page(request, form, title=_("Add a need"), cancel_url=reverse("buyer_need_list"))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def buyer_need_edit(request: HttpRequest, pk: int) -> HttpResponse:
    need = get_object_or_404(_needs(request), pk=pk)
    url = reverse("buyer_need", args=[pk])
    form = NeedForm(kept_forms.typed(request), instance=need)
    page = {"title": _("Change the need"), "cancel_url": url}
    status = 200
    if request.method == "POST":
        status = attempt_unless_changed(
            request,
            lambda: service.change_need(Need(pk=pk), by=request.user, seen=form.cleaned_data["seen"], **form.values),
            form,
            lambda: NeedForm(instance=_needs(request).get(pk=pk)),
        )
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect(url)
    return _form_page(request, form, status=200 if status == 422 and form.searching else status, **page)


@policy(OFFICER)
@require_POST
def buyer_need_publish(request: HttpRequest, pk: int) -> HttpResponse:
    need = get_object_or_404(_needs(request), pk=pk)
    if not attempt(request, lambda: service.publish_need(need, by=request.user)):
        return _need_page(request, need, status=422)
    messages.success(request, _("The need is published."))
    return redirect("buyer_need", pk=pk)


@policy(OFFICER)
@require_POST
def buyer_need_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    confirm_need(get_object_or_404(_needs(request), pk=pk), by=request.user)
    messages.success(request, _("Confirmed. Suppliers find the need."))
    return redirect("buyer_need", pk=pk)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def buyer_need_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Its own confirm page: the public loses sight of the need."""
    need = get_object_or_404(_needs(request), pk=pk)
    if request.method == "POST" and attempt(request, lambda: service.withdraw_need(need, by=request.user)):
        messages.success(request, _("The need is withdrawn."))
        return redirect("buyer_need", pk=pk)
    context = {
        "title": _("Withdraw the need"),
        "intro": _("“%(item)s” will no longer be found by suppliers. It stays in your list.") % {"item": need.item},
        "submit_text": _("Withdraw the need"),
        "cancel_url": reverse("buyer_need", args=[pk]),
        "danger": True,
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _need_page(request: HttpRequest, need: Need, *, status: int = 200) -> HttpResponse:
    context = {
        "need": need,
        "tag": selector.need_tag(need),
        "programmes": need.programmes.order_by("-closes_at"),
        "consortia": need.consortia.order_by("-created_at"),
        "may_manage": request.user.has_perm("curation.manage_need", need),
        "may_change": selector.can_be_changed(need),
        "out_on": out_on(need),
    }
    return render(request, "curation/buyer_need.html", {**context, "has_errors": status != 200}, status=status)


def out_on(need: Need) -> dt.date | None:
    """The day on which it is paused, once somebody was asked whether it still stands."""
    terms = terms_of(NEEDS, timezone.localdate())
    return terms.out_on(need.confirmation_asked_on) if terms and need.confirmation_asked_on else None


def _needs(request: HttpRequest):
    return Need.objects.managed_by(request.user).select_related("buyer", "kbli", "hs", "delivery_region")


def _form_page(request: HttpRequest, form: NeedForm, *, status: int = 0, **context: str) -> HttpResponse:
    status = status or (422 if request.method == "POST" and not form.searching else 200)
    return render(request, "curation/need_form.html", {"form": form, **context}, status=status)
