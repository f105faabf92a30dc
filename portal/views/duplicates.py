"""The ministry's desk for enterprises that may be registered twice: the queue, two side by side, and the merger."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms, statuses
from portal.enums import DuplicateStatus
from portal.flow import MoveNotAllowed, NotPermitted
from portal.forms.duplicate import ApartForm, ClaimForm, MergeForm
from portal.forms.once import ALREADY_SENT
from portal.merging import Merger
from portal.methods import require_http_methods, require_safe
from portal.models import Enterprise, SuspectedDuplicate
from portal.policy import MINISTRY, SME, policy
from portal.selectors.duplicates import match_words
from portal.selectors.enterprise import enterprise_of
from portal.selectors.ladder import ladder_of
from portal.selectors.merging import compared, consequences_of, obstacles_of, to_be_kept
from portal.services import duplicates as service
from portal.services.merging import merge

PER_PAGE = 25


@policy(MINISTRY)
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The strongest suspicion first; those decided with who decided and why."""
    found = SuspectedDuplicate.objects.visible_to(request.user)
    asked = request.GET.get("state", "")
    state = asked if asked in DuplicateStatus.values else DuplicateStatus.OPEN
    shown = found.waiting() if state == DuplicateStatus.OPEN else found.filter(status=state).order_by("-decided_at")
    shown = shown.select_related(
        "first__organisation", "first__village", "second__organisation", "second__village", "decided_by"
    )
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/duplicates/list.html",
        {
            "page": page,
            "rows": [(each, match_words(each)) for each in page],
            "state": state,
            "chips": [
                {
                    "label": statuses.label("SuspectedDuplicate", each),
                    "count": found.waiting().count()
                    if each == DuplicateStatus.OPEN
                    else found.filter(status=each).count(),
                    "current": each == state,
                    "url": f"?state={each}",
                }
                for each in DuplicateStatus.values
            ],
        },
    )


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def duplicate_pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two side by side, with what equals and what differs; "not the same" is decided here."""
    pair = _pair(request, pk)
    form = ApartForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        service.set_apart(pair, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Remembered: they are not the same."))
        return redirect("duplicate_list")
    return render(
        request,
        "portal/duplicates/pair.html",
        {
            "pair": pair,
            "form": form,
            "sides": [_side(each) for each in pair.both],
            "rows": compared(*pair.both),
            "matches": match_words(pair),
            "proposed": to_be_kept(*pair.both),
            "may_decide": pair.status != DuplicateStatus.MERGED
            and request.user.has_perm("portal.decide_duplicate", pair),
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def duplicate_merge(request: HttpRequest, pk: int, kept: int) -> HttpResponse:
    """What follows, what stands in the way, and one choice for every answer in which the two differ."""
    pair = _pair(request, pk)
    keep = next((each for each in pair.both if each.pk == kept), None)
    if keep is None:
        return redirect("duplicate_pair", pk=pair.pk)
    if pair.status == DuplicateStatus.MERGED and request.method == "GET":
        return redirect("duplicate_pair", pk=pair.pk)
    merger = Merger(lost=next(each for each in pair.both if each.pk != kept), kept=keep, by=request.user)
    form = MergeForm(kept_forms.typed(request), merger=merger)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _merged(request, pair, form)
            except NotPermitted:
                raise
            except MoveNotAllowed as refusal:
                form.add_error(None, refusal.message)
                status = 409
            except ValidationError as error:
                form.add_error(None, error.messages)
    return render(
        request,
        "portal/duplicates/merge.html",
        {
            "pair": pair,
            "merger": merger,
            "form": form,
            "obstacles": obstacles_of(merger),
            "consequences": consequences_of(merger),
            "cancel_url": reverse("duplicate_pair", args=[pair.pk]),
        },
        status=status,
    )


@policy(SME)
@require_http_methods(["GET", "POST"])
def business_claim(request: HttpRequest) -> HttpResponse:
    """For whoever was told that a NIB is taken, and whose it is. The answer is the same, whoever holds that NIB."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    form = ClaimForm(kept_forms.typed(request), initial={"nib": request.GET.get("nib", "")[:20]})
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect("dossier")
        values = form.cleaned_data
        service.claim_business(enterprise, values["nib"], values["explanation"], by=request.user)
        form.remember(reverse("dossier"))
        messages.success(
            request, _("Sent to the ministry. If the two are one, it puts them together, and you are told here.")
        )
        return redirect("dossier")
    return render(
        request,
        "portal/duplicates/claim.html",
        {"form": form, "cancel_url": reverse("dossier")},
        status=422 if request.method == "POST" else 200,
    )


def _merged(request: HttpRequest, pair: SuspectedDuplicate, form: MergeForm) -> HttpResponse:
    merger = merge(
        pair,
        kept=form.merger.kept,
        reason=form.cleaned_data["reason"],
        by=request.user,
        choices=form.choices(),
        people=form.chosen_people(),
        seen=form.cleaned_data["seen"],
    )
    words = {"lost": merger.lost, "kept": merger.kept}
    messages.success(request, _("%(lost)s is part of %(kept)s now. Both have been told.") % words)
    return redirect("verification_detail", pk=merger.kept.pk)


def _pair(request: HttpRequest, pk: int) -> SuspectedDuplicate:
    related = ("first__organisation", "first__village", "second__organisation", "second__village", "decided_by")
    visible = SuspectedDuplicate.objects.visible_to(request.user).select_related(*related, "claimed_by")
    return get_object_or_404(visible, pk=pk)


def _side(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "enterprise": enterprise,
        "ladder": ladder_of(enterprise),
        "products": enterprise.products.count(),
        "documents": enterprise.documents.count(),
        "people": enterprise.organisation.memberships.active().count(),
    }
