"""The buyer's side of a consortium: form it from a need, save, invite, fill what became free, give it up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ConsortiumStatus
from curation.forms.consortium import CancelForm, ConsortiumForm, InviteForm, ReplaceForm, first_wish
from curation.models import Consortium, Need
from curation.selectors import consortium as selector
from curation.selectors.consortium_words import (
    alternatives_said,
    left_out_said,
    member_reasons,
    reasons,
    shortfall_said,
)
from curation.services import consortium as service
from curation.services.forming import Proposal, changed, proposal
from portal import kept_forms
from portal.flow import TooLate
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_safe
from portal.policy import BUYER, OFFICER, policy
from portal.selectors.ladder import ladder_of, of_parties, read_facts
from portal.views.steps import attempt, blame, by_field, too_late

PER_PAGE = 25
# So many candidates are drawn; of the others it is said how many there are. Whoever is ticked is always drawn.
MOST_ROWS = 60


@policy(BUYER)
@require_safe
def consortium_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.with_counts(selector.consortia(request.user)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/consortium_list.html", {"page": page})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def consortium_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Look as often as one likes; only “save” keeps something."""
    need = get_object_or_404(_needs(request), pk=pk)
    form = ConsortiumForm(kept_forms.typed(request), wish=first_wish(need))

    def save(seen: str) -> HttpResponse:
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "consortium_list")
        saved, _found = service.save_proposal(need, form.wish, by=request.user, seen=seen)
        url = reverse("consortium", args=[saved.pk])
        form.remember(url)
        messages.success(request, _("Saved as a proposal. Nobody has been asked yet."))
        return redirect(url)

    return _forming(request, need, form, save, back=reverse("buyer_need", args=[pk]))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def consortium_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal formed anew; of one that asks already, what became free."""
    consortium = _find(request, pk)
    back = reverse("consortium", args=[pk])
    draft = consortium.status == ConsortiumStatus.DRAFT
    kind = ConsortiumForm if draft else ReplaceForm
    form = kind(kept_forms.typed(request), wish=first_wish(consortium.need, consortium))
    if consortium.status not in (ConsortiumStatus.DRAFT, ConsortiumStatus.INVITING):
        if request.method == "POST":
            return too_late(request, service.not_open(consortium), form, back=back)
        messages.info(request, service.not_open(consortium))
        return redirect(back)

    def save(seen: str) -> HttpResponse:
        if draft:
            service.save_proposal(consortium.need, form.wish, by=request.user, seen=seen, consortium=consortium)
            messages.success(request, _("Saved as a proposal. Nobody has been asked yet."))
        else:
            days = form.cleaned_data["days"]
            service.replace_members(consortium, form.wish, by=request.user, seen=seen, days=days)
            messages.success(request, _("The new members are asked."))
        return redirect(back)

    return _forming(request, consortium.need, form, save, back=back, consortium=consortium)


@policy(BUYER)
@require_safe
def consortium(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def consortium_invite(request: HttpRequest, pk: int) -> HttpResponse:
    subject = _find(request, pk)
    form = InviteForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        if attempt(request, lambda: service.invite_members(subject, by=request.user, days=days), form):
            messages.success(request, _("The members are asked. You are told of each answer."))
            return redirect("consortium", pk=pk)
    context = {
        "form": form,
        "title": _("Ask the members"),
        "intro": _("Each answers by itself. Accepting promises a part of its capacity for the whole term."),
        "submit_text": _("Invite the members"),
        "cancel_url": reverse("consortium", args=[pk]),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def consortium_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    subject = _find(request, pk)
    form = CancelForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(request, lambda: service.cancel_consortium(subject, by=request.user, reason=reason), form):
            messages.success(request, _("The consortium is given up. Whoever was asked has been told."))
            return redirect("consortium", pk=pk)
    context = {
        "form": form,
        "title": _("Give up the consortium"),
        "intro": _("Nobody is bound any more, and what was promised is free again."),
        "submit_text": _("Give it up"),
        "cancel_url": reverse("consortium", args=[pk]),
        "danger": True,
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _forming(
    request: HttpRequest,
    need: Need,
    form: ConsortiumForm,
    save: Callable[[str], HttpResponse],
    *,
    back: str,
    consortium: Consortium | None = None,
) -> HttpResponse:
    """What is asked, what comes of it, and what else would do; a button of an alternative asks for that instead."""
    found: Proposal | None = None
    status = 200
    do = request.POST.get("do", "look")
    if closed := service.why_closed(need):
        messages.warning(request, closed)
    if not form.is_bound or form.is_valid():
        wish = form.wish if form.is_bound else first_wish(need, consortium)
        subject = need if consortium is None or do == "save" else _frozen(need, consortium)
        try:
            if do == "save":
                return save(request.POST.get("seen", ""))
            found = proposal(subject, wish, by=request.user, consortium=consortium)
            if do not in ("look", "save"):
                found, form = _instead(request, subject, form, found, do, consortium)
        except TooLate as late:
            messages.error(request, late.message)
            found, status = proposal(subject, wish, by=request.user, consortium=consortium), 409
        except ValidationError as error:
            blame(form, by_field(error)) if form.is_bound else messages.error(request, " ".join(error.messages))
            status = 422
            if form.is_bound and getattr(error, "code", "") == "short":
                found = proposal(subject, wish, by=request.user, consortium=consortium)
    elif request.method == "POST":
        status = 422
    context = {"need": need, "form": form, "found": found, "back": back, "consortium": consortium}
    context |= _shown(need, found, form) if found is not None else {}
    return render(request, "curation/consortium_form.html", {**context, "has_errors": status != 200}, status=status)


def _frozen(need: Need, consortium: Consortium) -> Need:
    return service.of_the_consortium(consortium) if consortium.status != ConsortiumStatus.DRAFT else need


def _instead(
    request: HttpRequest, need: Need, form: ConsortiumForm, found: Proposal, do: str, consortium: Consortium | None
) -> tuple[Proposal, ConsortiumForm]:
    """The alternative that was pressed, as if it had been typed."""
    kind, _colon, key = do.partition(":")
    chosen = next((each for each in found.others if each.kind == kind and str(each.key or "") == key), None)
    if chosen is None:
        return found, form
    wish = changed(form.wish, chosen)
    return proposal(need, wish, by=request.user, consortium=consortium), type(form)(wish=wish)


def _shown(need: Need, found: Proposal, form: ConsortiumForm) -> dict[str, Any]:
    chosen = {part.row.key for part in found.parts}
    ticked = form.pinned | form.excluded
    rows = [
        row for place, row in enumerate(found.field.rows) if place < MOST_ROWS or row.key in ticked or row.key in chosen
    ]
    read_facts(row.enterprise for row in (*rows, *(part.row for part in found.parts)))
    why, helps = shortfall_said(found, need) if found.why is not None else ([], [])
    say = partial(reasons, ceiling=need.ceiling_price, required=need.required_certificates)
    return {
        "parts": [(part, say(part.row.facts, part.price)) for part in found.parts],
        "rows": [(row, say(row.facts, row.price), row.key in chosen) for row in rows],
        "hidden_rows": len(found.field.rows) - len(rows),
        "others": alternatives_said(found),
        "short": why,
        "helps": helps,
        "left_out": left_out_said(found, need),
    }


def _page(request: HttpRequest, subject: Consortium) -> HttpResponse:
    members = list(subject.members.select_related("product", "commitment").prefetch_related(of_parties()))
    for member in members:
        member.consortium = subject
        member.ladder = ladder_of(member.enterprise)
    taking = [member for member in members if member.status in ("proposed", "invited", "accepted")]
    covered = sum((member.quantity for member in taking), 0)
    context = {
        "consortium": subject,
        "need": subject.need,
        "members": [(member, member_reasons(member)) for member in members if member.status != "excluded"],
        "excluded": [member for member in members if member.status == "excluded"],
        "accepted": sum((member.quantity for member in members if member.status == "accepted"), 0),
        "free": subject.quantity - covered,
        "money": sum(member.money for member in taking),
        "may_manage": request.user.has_perm("curation.manage_consortium", subject),
    }
    return render(request, "curation/consortium.html", context)


def _needs(request: HttpRequest):
    return Need.objects.managed_by(request.user).published().select_related("buyer", "kbli", "delivery_region")


def _find(request: HttpRequest, pk: int) -> Consortium:
    rows = Consortium.objects.managed_by(request.user)
    return get_object_or_404(rows.select_related("need__buyer", "need__kbli", "need__delivery_region"), pk=pk)
