"""Requests for finance at the enterprise's side, and what both sides read: the list, and one request."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import FinancingStatus
from partnerships.forms.financing import AnswerForm, FinancingForm, QueueFilter
from partnerships.models import FinancingRequest, Invoice, Partnership, PurchaseOrder, SharedValue
from partnerships.selectors import financing as selector
from partnerships.selectors.sharing import Paper, paper_of, shareable
from partnerships.services import financing as service
from partnerships.views.steps import form_page, late
from portal import kept_forms
from portal.consents import before_choosing, text_in_use
from portal.enums import ConsentPurpose, Role
from portal.flow import MoveNotAllowed, status_label
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Enterprise
from portal.policy import FINANCING, OWNER, SME, policy
from portal.selectors.enterprise import enterprise_of
from portal.views.files import answer_file
from portal.views.steps import attempt

PAGE = 20


@policy(FINANCING)
@require_safe
def financing_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.acts_as(Role.FINANCE_OFFICER):
        page = Paginator(selector.own_requests(user), PAGE).get_page(request.GET.get("page"))
        found = {"page": page, "rows": selector.briefs(page)}
        return render(request, "partnerships/financing_list.html", found)
    chosen = {name: request.GET.get(name, "") for name in ("status", "kind", "due")}
    page = Paginator(selector.queue(user, **chosen), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "partnerships/financing_desk.html",
        {
            "page": page,
            "rows": selector.briefs(page),
            "chips": selector.chips(user, **chosen),
            "filter": QueueFilter(initial=chosen),
            "filtered": any(chosen.values()),
            "days": service.answer_days(user.organisation),
        },
    )


@policy(FINANCING)
@require_safe
def financing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    at_desk = request.user.acts_as(Role.FINANCE_OFFICER)
    url, paper = ("", "") if at_desk else selector.paper_link(row)
    return render(
        request,
        "partnerships/financing_detail.html",
        {
            "found": selector.request_of(row, request.user),
            "row": row,
            "at_desk": at_desk,
            "paper_url": url,
            "paper": paper,
            "trail": selector.trail_of_request(row),
            "belongs": at_desk and row.is_open and not request.user.has_perm("partnerships.finance", row),
        },
    )


@policy(FINANCING)
@require_safe
def financing_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A paper that was ticked, while it is the one that was shared, and for a financier while the consent lasts."""
    shared = get_object_or_404(
        SharedValue.objects.visible_to(request.user).select_related("document").exclude(document=None), pk=pk
    )
    document = shared.document
    if document is None or not document.file or document.sha256 != (shared.value or {}).get("sha256"):
        raise Http404
    return answer_file(document.file, f"{document.kind}-{document.pk}")


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def financing_of_contract(request: HttpRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Partnership.objects.visible_to(request.user).select_related("buyer"), pk=pk)
    return _send(request, Paper(_enterprise(request), contract), reverse("partnership_detail", args=[pk]))


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def financing_of_order(request: HttpRequest, pk: int) -> HttpResponse:
    own = PurchaseOrder.objects.visible_to(request.user).select_related("partnership__buyer")
    order = get_object_or_404(own, pk=pk)
    paper = Paper(_enterprise(request), order.partnership, order=order)
    return _send(request, paper, reverse("order_detail", args=[pk]))


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def financing_of_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    own = Invoice.objects.visible_to(request.user).select_related("order__partnership__buyer")
    invoice = get_object_or_404(own, pk=pk)
    paper = Paper(_enterprise(request), invoice.partnership, invoice=invoice)
    return _send(request, paper, reverse("invoice_detail", args=[pk]))


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def financing_answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    detail = reverse("financing_detail", args=[pk])
    consented = selector.request_of(row, request.user).consented
    known = shareable(paper_of(row), but=row.consent.scopes) if consented and row.consent else []
    form = AnswerForm(kept_forms.typed(request), known=known)
    if row.status != FinancingStatus.ASKED:
        return late(request, changed(row), form, back=detail)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(
            request,
            lambda: service.answer_question(row, text=data["text"], fields=data.get("shared", []), by=request.user),
            form,
        ):
            messages.success(request, _("Your answer was sent. %(name)s was told.") % {"name": row.financier.label})
            return redirect(detail)
    return form_page(
        request,
        form,
        back=row.number,
        under=row.financier.name,
        title=_("Answer the question"),
        intro=row.question,
        submit_text=_("Send the answer"),
        cancel_url=detail,
    )


@policy(OWNER)
@require_POST
def financing_accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    service.accept_offer(row, by=request.user)
    messages.success(request, _("You accepted the offer. %(name)s pays out next.") % {"name": row.financier.label})
    return redirect("financing_detail", pk)


@policy(SME)
@require_POST
def financing_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    service.withdraw_request(row, by=request.user)
    messages.success(request, _("The request was taken back. What you shared can no longer be read there."))
    return redirect("financing_detail", pk)


@policy(SME)
@require_POST
def financing_stop_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_request(request, pk)
    service.stop_sharing(row, by=request.user)
    messages.success(request, _("Withdrawn. From now on nobody there can read what you shared."))
    return redirect("financing_detail", pk)


def find_request(request: HttpRequest, pk: int) -> FinancingRequest:
    return get_object_or_404(selector.with_names(FinancingRequest.objects.visible_to(request.user)), pk=pk)


def changed(row: FinancingRequest) -> str:
    return _("This was already changed: it is now “%(status)s”.") % {"status": status_label(row)}


def _send(request: HttpRequest, paper: Paper, back: str) -> HttpResponse:
    known = shareable(paper)
    form = FinancingForm(kept_forms.typed(request), paper=paper, known=known)
    try:
        service.check_paper(paper)
    except MoveNotAllowed as refusal:
        return late(request, refusal.message, form, back=back)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "financing_list")
        financier = form.cleaned_data["financier"]
        made: list[FinancingRequest] = []
        if attempt(
            request, lambda: made.append(service.send_request(paper, financier, form.wish(), by=request.user)), form
        ):
            location = reverse("financing_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("Your request was sent. %(name)s was told.") % {"name": financier.label})
            return redirect(location)
    text = text_in_use(ConsentPurpose.SHARING)
    return render(
        request,
        "partnerships/financing_new.html",
        {
            "form": form,
            "paper": paper,
            "kind": service.kind_of(paper).label,
            "text": before_choosing(text, paper.enterprise),
            "version": text.version,
            "cancel_url": back,
        },
        status=422 if request.method == "POST" else 200,
    )


def _enterprise(request: HttpRequest) -> Enterprise:
    found = enterprise_of(request.user)
    if found is None:
        raise Http404
    return found
