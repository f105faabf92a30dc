"""A buyer's marks, and those of other buyers that it can recognise."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.forms.certificate import RecogniseForm, WithdrawRequestForm
from curation.models import Curation, Programme
from curation.selectors import marks
from curation.services.recognition import ask_for_recognition, cover_of, withdraw_request
from portal import kept_forms
from portal.flow import TooLate
from portal.methods import require_http_methods, require_safe
from portal.policy import BUYER, OFFICER, policy
from portal.selectors.ladder import read_facts
from portal.views.steps import attempt, too_late

PER_PAGE = 20


@policy(BUYER)
@require_safe
def curation_list(request: HttpRequest) -> HttpResponse:
    """The marks that this buyer gave: what awaits a decision, what ends soon."""
    listed = marks.own_marks(request.user)
    state = request.GET.get("state", "") if request.GET.get("state") in marks.STATES else ""
    words = request.GET.get("q", "")
    page = Paginator(marks.found(listed.filter(marks.of_state(state)), words), PER_PAGE).get_page(
        request.GET.get("page")
    )
    read_facts(mark.enterprise for mark in page)
    context = {"page": page, "chips": _chips(request, state), "words": words, "state": state}
    return render(request, "curation/curation_list.html", context)


@policy(BUYER)
@require_safe
def other_marks(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    page = Paginator(marks.found(marks.recognisable(request.user), words), PER_PAGE).get_page(request.GET.get("page"))
    read_facts(mark.enterprise for mark in page)
    return render(request, "curation/other_marks.html", {"page": page, "words": words})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def curation_recognise(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Which criteria of one's own programme the other buyer's mark covers; then ask the enterprise for the rest."""
    curation = get_object_or_404(Curation.objects.public().of_other_buyers(request.user).with_names(), token=token)
    programmes = marks.programmes_that_recognise(request.user)
    form = RecogniseForm(kept_forms.typed(request), programmes=programmes)
    if request.method == "POST" and form.is_valid():
        programme = form.cleaned_data["programme"]
        if attempt(request, lambda: ask_for_recognition(curation, programme, by=request.user), form):
            messages.success(request, _("Asked. The enterprise completes what the mark does not cover, and sends it."))
            return redirect("other_marks")
    context = {
        "form": form,
        "curation": curation,
        "offers": [_offer(curation, programme) for programme in programmes[:PER_PAGE]],
        "asked": marks.asked_on(curation, request.user),
        "cancel_url": reverse("other_marks"),
    }
    return render(request, "curation/recognise.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def recognition_withdraw(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Take back a request that the enterprise has not answered yet."""
    curation = get_object_or_404(Curation.objects.public().of_other_buyers(request.user).with_names(), token=token)
    asked = marks.asked_on(curation, request.user)
    form = WithdrawRequestForm(
        kept_forms.typed(request),
        programmes=Programme.objects.managed_by(request.user).filter(applications__in=asked).distinct(),
    )
    back = reverse("curation_recognise", args=[token])
    if request.method == "POST":
        if not asked.exists():
            said = _("The enterprise has sent it already, or the request was withdrawn.")
            return too_late(request, said, form, back=back)
        if form.is_valid():
            step = partial(withdraw_request, curation, form.cleaned_data["programme"], by=request.user)
            try:
                if attempt(request, step, form):
                    messages.success(request, _("Withdrawn. The enterprise has been told."))
                    return redirect("other_marks")
            except TooLate as late:
                return too_late(request, late.message, form, back=back)
    elif not asked.exists():
        return redirect(back)
    context = {"form": form, "curation": curation, "cancel_url": back}
    return render(
        request, "curation/recognition_withdraw.html", context, status=422 if request.method == "POST" else 200
    )


def _offer(curation: Curation, programme: Programme) -> dict[str, Any]:
    lines = cover_of(curation, programme)
    return {"programme": programme, "lines": lines, "covered": sum(line.covered for line in lines)}


def _chips(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    tally = marks.tally(request.user)
    address = reverse("curation_list")
    chips = [{"label": _("All"), "count": tally["all"], "current": not current, "url": address}]
    for state, label in marks.STATES.items():
        chips.append(
            {"label": label, "count": tally[state], "current": state == current, "url": f"{address}?state={state}"}
        )
    return chips
