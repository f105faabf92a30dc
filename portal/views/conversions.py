"""From KBLI 2020 to 2025: the enterprise's choice for each old class, and the queue of whoever reviews it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.forms.conversion import ConversionSearchForm, ProposalForm, ReviewForm, SeveralForm, TakeBackForm
from portal.methods import require_http_methods
from portal.models import ActivityConversion, Enterprise
from portal.policy import FILLING_IN, VERIFIERS, policy
from portal.rules.kbli import kbli_edition
from portal.selectors.conversion import candidates, old_activities, reasons_of
from portal.selectors.enterprise import enterprise_of
from portal.selectors.reference import search_kbli
from portal.services import conversion as service

PER_PAGE = 20
MOST_FOUND = 6


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def conversion_propose(request: HttpRequest) -> HttpResponse:
    """Each old class with what may stand for it and why; a choice waits until somebody has reviewed it."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    edition = kbli_edition(timezone.localdate())
    form = ProposalForm(kept_forms.typed(request))
    if request.method == "POST" and _proposed(request, enterprise, form):
        return redirect("conversion_propose")
    asked = ConversionSearchForm(request.GET)
    asked.full_clean()
    words, older = asked.cleaned_data.get("q", "").strip(), asked.cleaned_data.get("older")
    return render(
        request,
        "portal/enterprise/conversions.html",
        {
            "enterprise": enterprise,
            "form": form,
            "edition": edition,
            "activities": old_activities(enterprise, edition),
            "words": words,
            "searched_for": older,
            "found": search_kbli(words, edition, MOST_FOUND) if words else [],
            "may_edit": request.user.has_perm("portal.edit_enterprise", enterprise),
        },
        status=422 if request.method == "POST" else 200,
    )


def _proposed(request: HttpRequest, enterprise: Enterprise, form: ProposalForm) -> bool:
    try:
        if "withdraw" in request.POST:
            return _taken_back(request, enterprise)
        if not form.is_valid():
            return False
        older, newer = form.cleaned_data["older"], form.cleaned_data["newer"]
        service.propose_conversion(enterprise, older, newer, by=request.user)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    messages.success(
        request, _("%(newer)s is proposed. The ministry or your companion looks at it.") % {"newer": newer}
    )
    return True


def _taken_back(request: HttpRequest, enterprise: Enterprise) -> bool:
    own = ActivityConversion.objects.visible_to(request.user).filter(enterprise=enterprise)
    asked = TakeBackForm(request.POST, queryset=own)
    if not asked.is_valid():
        raise Http404
    service.withdraw_conversion(asked.cleaned_data["withdraw"], by=request.user)
    messages.success(request, _("Your choice is taken back."))
    return True


@policy(VERIFIERS)
@require_http_methods(["GET", "POST"])
def conversion_queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, oldest first. Those that are called the same can be accepted several at once."""
    waiting = _waiting(request)
    form = SeveralForm(kept_forms.typed(request), queryset=waiting)
    if request.method == "POST" and form.is_valid():
        done = 0
        for conversion in form.cleaned_data["chosen"]:
            try:
                service.accept_conversion(conversion, by=request.user)
            except ValidationError as problem:
                messages.error(request, f"{conversion.enterprise}: {problem.messages[0]}")
            else:
                done += 1
        messages.success(request, _("%(n)s accepted. The businesses have been told.") % {"n": done})
        return redirect("conversion_queue")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/conversions/queue.html",
        {"form": form, "page": page, "rows": [(each, reasons_of(each)) for each in page]},
        status=422 if request.method == "POST" else 200,
    )


@policy(VERIFIERS)
@require_http_methods(["GET", "POST"])
def conversion_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Old and new class side by side, with their descriptions and what else was likely."""
    visible = ActivityConversion.objects.visible_to(request.user)
    conversion = get_object_or_404(
        visible.select_related("enterprise__organisation", "older", "newer", "proposed_by", "decided_by"), pk=pk
    )
    form = ReviewForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid() and _reviewed(request, conversion, form):
        return redirect("conversion_queue")
    return render(
        request,
        "portal/conversions/review.html",
        {
            "conversion": conversion,
            "form": form,
            "others": [
                each for each in candidates(conversion.older, conversion.newer.edition) if each.kbli != conversion.newer
            ],
            "reasons": reasons_of(conversion),
            "may_review": conversion.is_open
            and conversion.proposed_by_id != request.user.pk
            and request.user.has_perm("portal.review_conversion", conversion.enterprise),
        },
        status=422 if request.method == "POST" else 200,
    )


def _reviewed(request: HttpRequest, conversion: ActivityConversion, form: ReviewForm) -> bool:
    try:
        if form.cleaned_data["decision"] == ReviewForm.ACCEPT:
            service.accept_conversion(conversion, by=request.user)
        else:
            service.decline_conversion(conversion, form.cleaned_data["reason"], by=request.user)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    messages.success(request, _("Saved. The business has been told."))
    return True


def _waiting(request: HttpRequest) -> QuerySet[ActivityConversion]:
    return (
        ActivityConversion.objects.visible_to(request.user)
        .open()
        .select_related("enterprise__organisation", "older", "newer", "proposed_by")
        .order_by("proposed_at", "pk")
    )
