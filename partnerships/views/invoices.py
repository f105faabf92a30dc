"""Invoices and payments: sent by the enterprise, paid in parts by the buyer's officer, confirmed or disputed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import InvoiceStatus, OrderStatus, PaymentStatus
from partnerships.flow import INVOICE, PAYMENT
from partnerships.forms.invoices import AdvanceForm, InvoiceForm, PaymentForm
from partnerships.models import Invoice, Payment, PurchaseOrder
from partnerships.selectors import invoices as selector
from partnerships.selectors.incidents import reports_of
from partnerships.services import invoicing, paying
from partnerships.views.orders import find_order
from partnerships.views.steps import form_page, late, with_reason
from portal import kept_forms
from portal.flow import status_label
from portal.forms.once import ALREADY_SENT, OnceForm
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import OFFICER, PARTIES, SME, policy
from portal.views.files import answer_file
from portal.views.steps import attempt


@policy(SME)
@require_http_methods(["GET", "POST"])
def invoice_new(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    form = InvoiceForm(kept_forms.typed(request), request.FILES or None, lines=selector.invoiceable(row))
    if row.status == OrderStatus.CONFIRMED and not form.offered:
        said = _("Nothing that was accepted is left to be invoiced.")
        return late(request, said, form, back=reverse("order_detail", args=[pk]))

    def send() -> Invoice:
        return invoicing.send_invoice(
            row, form.chosen(), by=request.user, papers=form.papers(), deductions=form.deductions()
        )

    return _send(request, row, form, send, title=_("Send an invoice"))


@policy(SME)
@require_http_methods(["GET", "POST"])
def invoice_advance(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    money = selector.money_of(row)
    form = AdvanceForm(kept_forms.typed(request), request.FILES or None, money=money)
    if row.status == OrderStatus.CONFIRMED and not money.advance_open:
        said = _("No advance is left to be invoiced under this order.")
        return late(request, said, form, back=reverse("order_detail", args=[pk]))

    def send() -> Invoice:
        return invoicing.send_advance_invoice(
            row,
            form.cleaned_data["amount"],
            by=request.user,
            papers=form.papers(),
            deductions=form.deductions(),
        )

    return _send(request, row, form, send, title=_("Invoice the advance"))


@policy(PARTIES)
@require_safe
def invoice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    user, bill = request.user, selector.bill(row)
    buys, supplies = user.has_perm("partnerships.buy", row), user.has_perm("partnerships.supply", row)
    moves = {move.name for move in INVOICE.open_to(user, row)}
    today = timezone.localdate()
    may_report = user.has_perm("partnerships.report_incident", row.partnership)
    held = any(each.status != PaymentStatus.WITHDRAWN for each in bill.payments)
    return render(
        request,
        "partnerships/invoice_detail.html",
        {
            "bill": bill,
            "invoice": row,
            "order": row.order,
            "late": row.due_on < today,
            "may_pay": buys and row.status == InvoiceStatus.SENT and selector.open_of(row) > 0,
            "may_return": "return" in moves and not held and row.due_on >= today,
            "may_withdraw": "withdraw" in moves and not held,
            "may_finance": row.status == InvoiceStatus.SENT
            and selector.open_of(row) > 0
            and user.has_perm("partnerships.ask_for_finance", row),
            "payments": [
                {
                    "row": each,
                    "moves": {move.name for move in PAYMENT.open_to(user, each)},
                    "may_report": each.status == PaymentStatus.DISPUTED and may_report,
                }
                for each in bill.payments
            ],
            "may_report": may_report,
            "reports": reports_of(user, invoice=row) + reports_of(user, payment__invoice=row),
            "supplies": supplies,
            "interest_source": selector.interest_source(today),
        },
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def invoice_return(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return with_reason(
        request,
        row,
        partial(invoicing.return_invoice, row),
        is_open=row.status == InvoiceStatus.SENT,
        permission="partnerships.buy",
        detail=reverse("invoice_detail", args=[pk]),
        title=_("Return the invoice"),
        intro=_("The enterprise reads what is missing or not right, and sends another. Its days are counted anew."),
        submit_text=_("Return it"),
        done=_("The invoice was returned. The enterprise was told."),
    )


@policy(SME)
@require_POST
def invoice_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    invoicing.withdraw_invoice(row, by=request.user)
    messages.success(request, _("The invoice was taken back. The buyer was told."))
    return redirect("order_detail", row.order_id)


@policy(PARTIES)
@require_safe
def invoice_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(
        Invoice.objects.visible_to(request.user).select_related("order__partnership").exclude(file=""), pk=pk
    )
    return answer_file(row.file, f"invoice-{row.pk}")


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def payment_new(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    if not request.user.has_perm("partnerships.buy", row):
        raise PermissionDenied
    detail = reverse("invoice_detail", args=[pk])
    form = PaymentForm(kept_forms.typed(request), open_amount=selector.open_of(row))
    if row.status != InvoiceStatus.SENT:
        said = _("This was already changed: it is now “%(status)s”.") % {"status": status_label(row)}
        return late(request, said, form, back=detail)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or detail)
        data = form.cleaned_data
        if attempt(
            request,
            lambda: paying.record_payment(
                row,
                amount=data["amount"],
                paid_on=data["paid_on"],
                reference=data["reference"],
                by=request.user,
            ),
            form,
        ):
            form.remember(detail)
            messages.success(request, _("The payment was recorded. The enterprise confirms that it came."))
            return redirect(detail)
    return form_page(
        request,
        form,
        back=row.number,
        under=row.partnership.title,
        title=_("Record a payment"),
        submit_text=_("Record the payment"),
        cancel_url=detail,
    )


@policy(SME)
@require_POST
def payment_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _find_payment(request, pk)
    paying.confirm_payment(payment, by=request.user)
    messages.success(request, _("You confirmed the payment. The buyer was told."))
    return redirect("invoice_detail", payment.invoice_id)


@policy(SME)
@require_http_methods(["GET", "POST"])
def payment_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _find_payment(request, pk)
    return with_reason(
        request,
        payment.invoice,
        partial(paying.dispute_payment, payment),
        is_open=payment.status == PaymentStatus.RECORDED,
        permission="partnerships.supply",
        detail=reverse("invoice_detail", args=[payment.invoice_id]),
        title=_("Dispute the payment"),
        intro=_("Say what did not come. The invoice counts as open until the buyer has looked."),
        submit_text=_("Tell the buyer"),
        done=_("The buyer has been told."),
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def payment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _find_payment(request, pk)
    return with_reason(
        request,
        payment.invoice,
        partial(paying.withdraw_payment, payment),
        is_open=payment.status in (PaymentStatus.RECORDED, PaymentStatus.DISPUTED),
        permission="partnerships.buy",
        detail=reverse("invoice_detail", args=[payment.invoice_id]),
        title=_("Take the payment back"),
        intro=_("It was recorded by mistake, or did not arrive. Record it again as it was."),
        submit_text=_("Take back"),
        done=_("The payment was taken back. The enterprise was told."),
    )


def _send(
    request: HttpRequest, row: PurchaseOrder, form: OnceForm, send: Callable[[], Invoice], *, title: str
) -> HttpResponse:
    detail = reverse("order_detail", args=[row.pk])
    if row.status != OrderStatus.CONFIRMED:
        return late(request, _("Invoices are sent under an order that you have confirmed."), form, back=detail)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or detail)
        made: list[Invoice] = []
        if attempt(request, lambda: made.append(send()), form):
            location = reverse("invoice_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("The invoice was sent. The buyer was told."))
            return redirect(location)
    return form_page(
        request,
        form,
        back=row.number,
        under=row.partnership.title,
        title=title,
        submit_text=_("Send the invoice"),
        cancel_url=detail,
    )


def _find(request: HttpRequest, pk: int) -> Invoice:
    found = selector.with_payments(Invoice.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _find_payment(request: HttpRequest, pk: int) -> Payment:
    own = Payment.objects.visible_to(request.user).select_related(
        "invoice__order__partnership__buyer", "invoice__order__share__enterprise__organisation"
    )
    return get_object_or_404(own, pk=pk)
