"""Deliveries: recorded by the enterprise with their papers, answered line by line by the buyer's officer."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import DeliveryStatus, OrderStatus
from partnerships.forms.orders import DeliveryForm, PapersForm, ReceiptForm
from partnerships.models import Delivery, DeliveryPaper
from partnerships.selectors import orders as selector
from partnerships.selectors.incidents import reports_of
from partnerships.services import delivering, receiving
from partnerships.views.orders import find_order
from partnerships.views.steps import form_page, late
from portal import kept_forms
from portal.flow import status_label
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import OFFICER, PARTIES, SME, TRADERS, policy
from portal.views.files import answer_file
from portal.views.steps import attempt


@policy(SME)
@require_http_methods(["GET", "POST"])
def delivery_add(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    detail = reverse("order_detail", args=[pk])
    form = DeliveryForm(kept_forms.typed(request), request.FILES or None, order=selector.order(row, request.user))
    if row.status != OrderStatus.CONFIRMED:
        return late(request, _("Goods are handed over under an order that you have confirmed."), form, back=detail)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or detail)
        data = form.cleaned_data
        made: list[Delivery] = []

        def record() -> None:
            made.append(
                delivering.record_delivery(
                    row,
                    form.quantities(),
                    by=request.user,
                    **{name: data[name] for name in ("bast_number", "delivered_on", "note", "files")},
                )
            )

        if attempt(request, record, form):
            location = reverse("delivery_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("The delivery was recorded. The buyer was told."))
            return redirect(location)
    return form_page(
        request,
        form,
        back=row.number,
        under=row.partnership.title,
        title=_("Record a delivery"),
        submit_text=_("Record the delivery"),
        cancel_url=detail,
    )


@policy(PARTIES)
@require_safe
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = _find(request, pk)
    user, open_now = request.user, delivery.status == DeliveryStatus.DELIVERED
    return render(
        request,
        "partnerships/delivery_detail.html",
        {
            "delivery": delivery,
            "order": delivery.order,
            "lines": delivery.lines.all(),
            "may_answer": open_now and user.has_perm("partnerships.buy", delivery),
            "may_withdraw": open_now and user.has_perm("partnerships.supply", delivery),
            "may_add": user.has_perm("partnerships.add_delivery_paper", delivery),
            "may_report": user.has_perm("partnerships.report_incident", delivery.partnership),
            "reports": reports_of(user, delivery=delivery),
        },
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def delivery_answer(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = _find(request, pk)
    if not request.user.has_perm("partnerships.buy", delivery):
        raise PermissionDenied
    detail = reverse("delivery_detail", args=[pk])
    limits = {line: selector.acceptable(line) for line in delivery.lines.all()}
    form = ReceiptForm(kept_forms.typed(request), limits=limits)
    if delivery.status != DeliveryStatus.DELIVERED:
        said = _("This was already changed: it is now “%(status)s”.") % {"status": status_label(delivery)}
        return late(request, said, form, back=detail)

    def answer() -> None:
        number = form.cleaned_data["receipt_reference"]
        receiving.answer_delivery(delivery, form.receipts(), by=request.user, reference=number)

    if request.method == "POST" and form.is_valid() and attempt(request, answer, form):
        messages.success(request, _("Your answer was recorded. The enterprise was told."))
        return redirect(detail)
    return form_page(
        request,
        form,
        back=delivery.bast_number,
        under=f"{delivery.order.number} · {delivery.partnership.title}",
        title=_("Answer the delivery"),
        intro=_("Lower a quantity where goods are not as agreed, and say why. What you leave counts as accepted."),
        submit_text=_("Record the answer"),
        cancel_url=detail,
    )


@policy(SME)
@require_POST
def delivery_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = _find(request, pk)
    delivering.withdraw_delivery(delivery, by=request.user)
    messages.success(request, _("The delivery was taken back. The buyer was told."))
    return redirect("order_detail", delivery.order_id)


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def delivery_paper_add(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = _find(request, pk)
    if not request.user.has_perm("partnerships.add_delivery_paper", delivery):
        raise PermissionDenied
    detail = reverse("delivery_detail", args=[pk])
    form = PapersForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request, partial(delivering.add_papers, delivery, form.cleaned_data["files"], by=request.user), form
        )
    ):
        messages.success(request, _("The files were added."))
        return redirect(detail)
    return form_page(
        request,
        form,
        back=delivery.bast_number,
        under=f"{delivery.order.number} · {delivery.partnership.title}",
        title=_("Add photos and papers"),
        submit_text=_("Add"),
        cancel_url=detail,
    )


@policy(PARTIES)
@require_safe
def delivery_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    paper = get_object_or_404(DeliveryPaper.objects.visible_to(request.user).select_related("delivery"), pk=pk)
    return answer_file(paper.file, f"{paper.delivery.bast_number}-{paper.pk}")


def _find(request: HttpRequest, pk: int) -> Delivery:
    found = selector.delivery_with_lines(Delivery.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
