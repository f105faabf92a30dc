"""The operator's pages for agreements: who must sign partnerships off is data, and it is dated."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.forms.agreement import AgreementForm, NewAgreementForm, PartyFormSet
from partnerships.models import Agreement
from partnerships.services.agreement import save_agreement
from portal import kept_forms
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_safe
from portal.policy import OPERATOR, policy


@policy(OPERATOR)
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    rows = Agreement.objects.prefetch_related("parties__organisation").order_by("-valid_from")
    return render(request, "partnerships/agreement_list.html", {"agreements": rows})


@policy(OPERATOR)
@require_http_methods(["GET", "POST"])
def agreement_add(request: HttpRequest) -> HttpResponse:
    return _edit(request, Agreement())


@policy(OPERATOR)
@require_http_methods(["GET", "POST"])
def agreement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Agreement, pk=pk))


def _edit(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """What was signed under an agreement keeps its signatories: once used, its parties no longer change here."""
    used = agreement.pk is not None and agreement.partnerships.exists()
    data = kept_forms.typed(request)
    form = (AgreementForm if agreement.pk else NewAgreementForm)(data, instance=agreement)
    parties = None if used else PartyFormSet(data, instance=agreement)
    if request.method == "POST" and form.is_valid() and (parties is None or parties.is_valid()):
        new = isinstance(form, NewAgreementForm)
        if new and not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location())
        save_agreement(form, parties, by=request.user)
        if new:
            form.remember(reverse("agreement_list"))
        messages.success(request, _("Saved."))
        return redirect("agreement_list")
    failed = request.method == "POST"
    return render(
        request,
        "partnerships/agreement_edit.html",
        {"form": form, "parties": parties, "agreement": agreement, "used": used},
        status=422 if failed else 200,
    )
