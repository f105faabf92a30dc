"""The finance officer's steps with a request, and the days within which the financier says that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import FinancingStatus as S
from partnerships.flow import FINANCING
from partnerships.forms.financing import AnswerDaysForm, DeclineForm, DisbursementForm, OfferForm, QuestionForm
from partnerships.models import FinancingRequest
from partnerships.services import financing_desk as service
from partnerships.services.financing import answer_days
from partnerships.views.financing import changed, find_request
from partnerships.views.steps import form_page, late
from portal import kept_forms
from portal.methods import require_http_methods, require_POST
from portal.policy import FINANCIER, policy
from portal.services.organisation import state_answer_days
from portal.views.steps import attempt


@policy(FINANCIER)
@require_POST
def financing_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    service.take_up(row, by=request.user)
    messages.success(request, _("You took the request up. The business was told."))
    return redirect("financing_detail", pk)


@policy(FINANCIER)
@require_http_methods(["GET", "POST"])
def financing_ask(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    return _step(
        request,
        row,
        "ask",
        QuestionForm(kept_forms.typed(request)),
        lambda data: service.ask_for_more(row, question=data["question"], by=request.user),
        done=_("The business was told what you need."),
        title=_("Ask for more"),
        intro=_("Your stated days stop until the business has answered."),
        submit_text=_("Ask"),
    )


@policy(FINANCIER)
@require_http_methods(["GET", "POST"])
def financing_offer(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    form = OfferForm(kept_forms.typed(request), initial={"amount": row.amount, "months": row.months})
    return _step(
        request,
        row,
        "offer",
        form,
        lambda _data: service.make_offer(row, form.offer(), by=request.user),
        done=_("The offer was made. The business was told."),
        title=_("Make an offer"),
        submit_text=_("Make the offer"),
    )


@policy(FINANCIER)
@require_http_methods(["GET", "POST"])
def financing_disburse(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    return _step(
        request,
        row,
        "disburse",
        DisbursementForm(kept_forms.typed(request), initial={"amount": row.offered_amount}),
        lambda data: service.record_disbursement(
            row,
            amount=int(data["amount"]),
            paid_on=data["paid_on"],
            reference=data["reference"],
            by=request.user,
        ),
        done=_("The payment was recorded. The business was told."),
        title=_("Record the payment"),
        submit_text=_("Record the payment"),
    )


@policy(FINANCIER)
@require_http_methods(["GET", "POST"])
def financing_decline(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    return _step(
        request,
        row,
        "decline",
        DeclineForm(kept_forms.typed(request)),
        lambda data: service.decline(row, why=data["why"], reason=data["reason"], by=request.user),
        done=_("The business was told, with your reason."),
        title=_("Decline the request"),
        intro=_("From then on what was shared can no longer be read here."),
        submit_text=_("Do not grant it"),
    )


@policy(FINANCIER)
@require_http_methods(["GET", "POST"])
def financing_days(request: HttpRequest) -> HttpResponse:
    organisation = request.user.organisation
    form = AnswerDaysForm(kept_forms.typed(request), initial={"days": answer_days(organisation)})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: state_answer_days(organisation, form.cleaned_data["days"], by=request.user), form)
    ):
        messages.success(request, _("Saved. It counts for requests that are sent from now on."))
        return redirect("financing_list")
    return render(
        request,
        "partnerships/financing_days.html",
        {"form": form, "organisation": organisation, "cancel_url": reverse("financing_list")},
        status=422 if request.method == "POST" else 200,
    )


def _step(
    request: HttpRequest,
    row: FinancingRequest,
    move: str,
    form: forms.Form,
    step: Callable[[dict[str, Any]], object],
    *,
    done: str,
    **page: str,
) -> HttpResponse:
    if not request.user.has_perm("partnerships.finance", row):
        raise PermissionDenied
    detail = reverse("financing_detail", args=[row.pk])
    if S(row.status) not in FINANCING[move].from_:
        return late(request, changed(row), form, back=detail)
    if request.method == "POST" and form.is_valid() and attempt(request, lambda: step(form.cleaned_data), form):
        messages.success(request, done)
        return redirect(detail)
    return form_page(request, form, back=row.number, under=row.enterprise.name, cancel_url=detail, **page)
