"""Knowledge transfer: what a partnership brings besides sales, step by step, at both sides of the contract."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import KnowledgeStatus as K
from partnerships.enums import PartnershipStatus
from partnerships.flow import KNOWLEDGE
from partnerships.forms.knowledge import KnowledgeForm, ReportForm
from partnerships.models import KnowledgeStep, Partnership, Share
from partnerships.selectors import knowledge as selector
from partnerships.services import knowledge as service
from partnerships.views.steps import find, form_page, late, with_reason
from portal import kept_forms
from portal.flow import status_label
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import PARTIES, SME, TRADERS, policy
from portal.views.files import answer_file
from portal.views.steps import attempt

PAGE = 20


@policy(PARTIES)
@require_safe
def knowledge_list(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    page = Paginator(selector.chosen(request.user, status), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "partnerships/knowledge_list.html",
        {
            "page": page,
            "steps": selector.steps(page),
            "chips": selector.chips(request.user, status),
            "filtered": bool(status),
        },
    )


@policy(PARTIES)
@require_safe
def knowledge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return render(
        request,
        "partnerships/knowledge_detail.html",
        {"step": row, "note": selector.note_of(row), "moves": selector.moves_of(row, request.user)},
    )


@policy(PARTIES)
@require_safe
def knowledge_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(KnowledgeStep.objects.visible_to(request.user).exclude(file=""), pk=pk)
    return answer_file(row.file, f"evidence-{row.pk}")


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def knowledge_new(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.propose_knowledge", partnership):
        raise PermissionDenied
    detail = reverse("partnership_detail", args=[pk])
    form = KnowledgeForm(kept_forms.typed(request), shares=_shares(request, partnership))
    if partnership.status != PartnershipStatus.ACTIVE:
        said = _("Knowledge transfer is agreed under a partnership in force.")
        return late(request, said, form, back=detail)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or detail)
        made: list[KnowledgeStep] = []
        if attempt(
            request,
            lambda: made.append(service.propose_step(partnership, form.chosen(), form.proposal(), by=request.user)),
            form,
        ):
            location = reverse("knowledge_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("Your proposal was sent. The other side was told."))
            return redirect(location)
    return form_page(
        request,
        form,
        back=partnership.number,
        under=partnership.title,
        title=_("Propose knowledge transfer"),
        intro=_("Training, mentoring or technology within the contract’s term. The other side agrees to it or not."),
        submit_text=_("Send the proposal"),
        cancel_url=detail,
    )


@policy(TRADERS)
@require_POST
def knowledge_agree(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    service.agree_to_step(row, by=request.user)
    messages.success(request, _("You agreed. The other side was told."))
    return redirect("knowledge_detail", pk)


@policy(TRADERS)
@require_POST
def knowledge_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    service.withdraw_step(row, by=request.user)
    messages.success(request, _("The proposal was taken back. The other side was told."))
    return redirect("knowledge_detail", pk)


@policy(SME)
@require_POST
def knowledge_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    service.confirm_step(row, by=request.user)
    messages.success(request, _("You confirmed that it was done. The buyer was told."))
    return redirect("knowledge_detail", pk)


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def knowledge_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return _with_reason(
        request,
        row,
        "refuse",
        service.refuse_step,
        title=_("Do not agree"),
        intro=_("The other side reads your reason and can propose something else."),
        submit_text=_("Send the answer"),
        done=_("The other side was told."),
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def knowledge_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return _with_reason(
        request,
        row,
        "call_off",
        service.call_off_step,
        title=_("Call it off"),
        intro=_("It was agreed, and will not take place. The other side reads why."),
        submit_text=_("Call it off"),
        done=_("It was called off. The other side was told."),
    )


@policy(SME)
@require_http_methods(["GET", "POST"])
def knowledge_return(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return _with_reason(
        request,
        row,
        "return",
        service.return_report,
        title=_("It was not done so"),
        intro=_("It counts as agreed and not done, until it is reported anew."),
        submit_text=_("Send it back"),
        done=_("The buyer was told."),
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def knowledge_report(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    if not request.user.has_perm("partnerships.take_part_in_knowledge", row):
        raise PermissionDenied
    detail = reverse("knowledge_detail", args=[pk])
    form = ReportForm(kept_forms.typed(request), request.FILES or None)
    if row.status != K.AGREED:
        said = _("This was already changed: it is now “%(status)s”.") % {"status": status_label(row)}
        return late(request, said, form, back=detail)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request,
            lambda: service.report_step(
                row, report=form.cleaned_data["report"], file=form.cleaned_data["file"], by=request.user
            ),
            form,
        )
    ):
        messages.success(request, _("The report was sent. It counts once the enterprise has confirmed it."))
        return redirect(detail)
    return form_page(
        request,
        form,
        back=row.title,
        under=row.partnership.title,
        title=_("Report what was done"),
        submit_text=_("Send the report"),
        cancel_url=detail,
    )


def _with_reason(
    request: HttpRequest, row: KnowledgeStep, move: str, step: Callable[..., object], **page: str
) -> HttpResponse:
    found = KNOWLEDGE[move]
    return with_reason(
        request,
        row,
        partial(step, row),
        permission=str(found.permission),
        is_open=row.status in found.from_,
        detail=reverse("knowledge_detail", args=[row.pk]),
        **page,
    )


def _shares(request: HttpRequest, partnership: Partnership) -> list[Share]:
    """The buyer chooses; an enterprise proposes for itself."""
    shares = partnership.shares.select_related("enterprise__organisation", "party")
    if request.user.organisation_id != partnership.buyer_id:
        shares = shares.filter(enterprise__organisation=request.user.organisation_id)
    return list(shares)


def _find(request: HttpRequest, pk: int) -> KnowledgeStep:
    return get_object_or_404(selector.own_steps(request.user), pk=pk)
