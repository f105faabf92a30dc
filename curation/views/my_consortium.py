"""An enterprise's side: what it is asked for, with whom, and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import MemberStatus
from curation.forms.consortium import DeclineForm
from curation.models import ConsortiumMember
from curation.selectors import consortium as selector
from curation.services import consortium as service
from portal import kept_forms
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import SME, policy
from portal.views.steps import attempt

PER_PAGE = 20


@policy(SME)
@require_safe
def my_consortia(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.own_parts(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/my_consortia.html", {"page": page})


@policy(SME)
@require_safe
def my_consortium(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@policy(SME)
@require_POST
def consortium_accept(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    service.accept_share(member, by=request.user)
    messages.success(request, _("Accepted. This part of your capacity is promised now."))
    return redirect("my_consortium", pk=pk)


@policy(SME)
@require_http_methods(["GET", "POST"])
def consortium_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Before it was accepted; afterwards it is given back, with a reason."""
    member = _find(request, pk)
    giving_back = member.status == MemberStatus.ACCEPTED
    form = DeclineForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(request, lambda: service.decline_share(member, by=request.user, reason=reason), form):
            messages.success(request, _("The buyer has been told."))
            return redirect("my_consortium", pk=pk)
    context = {
        "form": form,
        "title": _("Give the share back") if giving_back else _("Decline the share"),
        "intro": _("The buyer looks for another business. What was promised of your capacity is free again."),
        "submit_text": _("Give it back") if giving_back else _("Decline"),
        "cancel_url": reverse("my_consortium", args=[pk]),
        "danger": True,
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _page(request: HttpRequest, member: ConsortiumMember) -> HttpResponse:
    subject = member.consortium
    context = {
        "member": member,
        "consortium": subject,
        "need": subject.need,
        "others": selector.fellows(member),
        "free": selector.free_of(member),
        "may_answer": selector.may_answer(member),
        "may_give_back": selector.may_give_back(member),
    }
    return render(request, "curation/my_consortium.html", context)


def _find(request: HttpRequest, pk: int) -> ConsortiumMember:
    rows = ConsortiumMember.objects.visible_to(request.user)
    return get_object_or_404(selector.with_need(rows), pk=pk)
