"""Payments: recorded by the buyer, never above the invoice; confirmed or disputed by the enterprise."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import InvoiceStatus, PartnershipStatus, PaymentStatus
from partnerships.flow import INVOICE, PAYMENT
from partnerships.models import Invoice, Payment, PurchaseOrder
from partnerships.selectors.invoices import open_of, paid_of
from partnerships.services import telling
from partnerships.services.ordering import locked_order
from partnerships.services.settling import settle_if_done
from partnerships.services.walls import walls
from portal import audit
from portal.flow import MoveNotAllowed, permit, status_label
from portal.models import User
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah


@transaction.atomic
def record_payment(invoice: Invoice, *, amount: int, paid_on: dt.date, reference: str, by: User) -> Payment:
    """The whole or a part. Raises ValidationError by field; MoveNotAllowed when a colleague was faster and nothing is open."""
    order = locked_order(invoice.order)
    permit(by, "partnerships.buy", invoice)
    current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    if current.status != InvoiceStatus.SENT:
        raise MoveNotAllowed(
            _("This was already changed: it is now “%(status)s”.") % {"status": status_label(current)},
            move="pay",
            status=current.status,
        )
    check_payment(current, amount, paid_on, reference)
    with walls("pay", current):
        payment = Payment.objects.create(
            invoice=current, amount=amount, paid_on=paid_on, reference=reference.strip(), recorded_by=by
        )
    audit.record(
        payment, "pay", by=by, payload={"invoice": current.pk, "amount": amount, "paid_on": paid_on.isoformat()}
    )
    telling.tell_supplier(
        order, "payment.recorded", path_of=current, invoice=current.reference, amount=rupiah(amount, exact=True)
    )
    _follow(current, order)
    invoice.refresh_from_db()
    return payment


def check_payment(invoice: Invoice, amount: int, paid_on: dt.date, reference: str) -> None:
    against: dict[str, list[str]] = {}
    left = open_of(invoice)
    if amount <= 0:
        against["amount"] = [_("Enter an amount above zero")]
    elif amount > left:
        against["amount"] = [_("%(left)s of this invoice are still open.") % {"left": rupiah(left, exact=True)}]
    first = timezone.localdate(invoice.sent_at)
    if not first <= paid_on <= timezone.localdate():
        against["paid_on"] = [_("Choose a day from the invoice on %(first)s until today.") % {"first": tanggal(first)}]
    if not reference.strip():
        against["reference"] = [_("Enter the reference of the transfer.")]
    elif invoice.payments.exclude(status=PaymentStatus.WITHDRAWN).filter(reference=reference.strip()).exists():
        against["reference"] = [_("This transfer was recorded already.")]
    elif other := _paid_elsewhere(invoice, reference.strip()):
        against["reference"] = [
            _("Your organisation recorded this transfer for %(enterprise)s already. One transfer goes to one business.")
            % {"enterprise": other.order.share.name}
        ]
    if against:
        raise ValidationError(against)


def _paid_elsewhere(invoice: Invoice, reference: str) -> Payment | None:
    """Several invoices of a business are often paid by one transfer; never two businesses."""
    order = invoice.order
    return (
        Payment.objects.filter(invoice__order__partnership__buyer=order.partnership.buyer_id, reference=reference)
        .exclude(status=PaymentStatus.WITHDRAWN)
        .exclude(invoice__order__share__enterprise=order.share.enterprise_id)
        .select_related("invoice__order__share__enterprise__organisation", "invoice__order__share__party")
        .first()
    )


@transaction.atomic
def confirm_payment(payment: Payment, *, by: User) -> None:
    """The money came; also after it was disputed."""
    order = locked_order(payment.order)
    with walls("confirm", payment):
        PAYMENT.make("confirm", payment, by=by, answered_at=timezone.now(), answered_by=by)
    telling.tell_buyer(order, "payment.confirmed", path_of=payment.invoice, reference=payment.reference)
    _follow(payment.invoice, order)


@transaction.atomic
def dispute_payment(payment: Payment, *, reason: str, by: User) -> None:
    """The money did not come, or not all of it. The invoice is open again until the buyer has looked."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    order = locked_order(payment.order)
    if order.partnership.status == PartnershipStatus.COMPLETED:
        raise MoveNotAllowed(
            _("The partnership is completed: both sides confirmed that everything was paid."),
            move="dispute",
            status=payment.status,
        )
    with walls("dispute", payment):
        PAYMENT.make(
            "dispute",
            payment,
            by=by,
            personal={"reason": reason},
            reason=reason.strip(),
            answered_at=timezone.now(),
            answered_by=by,
        )
    telling.tell_buyer(order, "payment.disputed", path_of=payment.invoice, reference=payment.reference)
    _follow(payment.invoice, order)


@transaction.atomic
def withdraw_payment(payment: Payment, *, reason: str, by: User) -> None:
    """Recorded by mistake; it can be recorded again as it was."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    order = locked_order(payment.order)
    with walls("withdraw", payment):
        PAYMENT.make("withdraw", payment, by=by, personal={"reason": reason}, reason=reason.strip())
    telling.tell_supplier(order, "payment.withdrawn", path_of=payment.invoice, reference=payment.reference)
    _follow(payment.invoice, order)


def _follow(invoice: Invoice, order: PurchaseOrder) -> None:
    """The invoice is paid as long as what was paid, and not disputed, is its total; and the order with it."""
    current = Invoice.objects.get(pk=invoice.pk)
    whole = paid_of(current) == current.total
    if current.status == InvoiceStatus.SENT and whole:
        INVOICE.make("settle", invoice, by=None)
    elif current.status == InvoiceStatus.PAID and not whole:
        INVOICE.make("reopen", invoice, by=None)
    settle_if_done(order)
