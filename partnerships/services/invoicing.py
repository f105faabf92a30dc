"""Invoices: for what was accepted and not invoiced yet, or for the agreed advance; taxes and penalties as lines of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import InvoiceKind, InvoiceLineKind, InvoiceStatus, OrderStatus, PaymentStatus, PpnWay
from partnerships.flow import INVOICE
from partnerships.models import Delivery, Invoice, InvoiceLine, PurchaseOrder
from partnerships.selectors.invoices import Money, invoiceable, money_of, pph_rates, ppn_rule
from partnerships.services import telling
from partnerships.services.ordering import locked_order
from partnerships.services.settling import settle_if_done
from partnerships.services.walls import walls
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.jobs import enqueue
from portal.models import DatedRule, User
from portal.notifications import day
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused

LATE_JOB = "partnerships.tell_of_late_invoice"
K = InvoiceLineKind


@dataclass(frozen=True)
class Deductions:
    """What is added to or taken from goods. `pph`: the code of a rate of the dated rule, empty for none."""

    ppn: str = PpnWay.NONE
    pph: str = ""
    penalty: int = 0
    penalty_note: str = ""


@dataclass(frozen=True)
class Papers:
    reference: str
    tax_invoice: str = ""
    note: str = ""
    file: UploadedFile | None = None


@transaction.atomic
def send_invoice(
    order: PurchaseOrder, deliveries: Iterable[Delivery], *, by: User, papers: Papers, deductions: Deductions
) -> Invoice:
    """For all that was accepted of these deliveries. What of an advance falls to it is settled by itself: in proportion,
    and with the last delivery whatever is left."""
    current = locked_order(order)
    _permit(current, by)
    open_lines = invoiceable(current)
    wanted = {each.pk for each in deliveries}
    lines = [line for line in open_lines if line.delivery_id in wanted]
    if not lines or wanted - {line.delivery_id for line in lines}:
        raise ValidationError({"deliveries": _("Choose deliveries that were accepted and not invoiced yet.")})
    goods = sum(line.amount or 0 for line in lines)
    money = money_of(current)
    settled = money.to_settle(goods)
    rows = [(K.GOODS, line.amount or 0, {"delivery_line": line}) for line in lines]
    rows += [(K.SETTLEMENT, -settled, {})] if settled else []
    return _send(current, InvoiceKind.GOODS, rows, goods - settled, by=by, papers=papers, deductions=deductions)


@transaction.atomic
def send_advance_invoice(
    order: PurchaseOrder, amount: int, *, by: User, papers: Papers, deductions: Deductions
) -> Invoice:
    """For the advance that the order agrees on, or a part of it."""
    current = locked_order(order)
    _permit(current, by)
    money: Money = money_of(current)
    if not 0 < amount <= money.advance_open:
        raise ValidationError(
            {
                "amount": _("The order agrees on an advance of %(agreed)s; %(left)s of it can still be invoiced.")
                % {"agreed": rupiah(current.advance, exact=True), "left": rupiah(money.advance_open, exact=True)}
            }
        )
    rows: list[Row] = [(K.ADVANCE, amount, {})]
    return _send(current, InvoiceKind.ADVANCE, rows, amount, by=by, papers=papers, deductions=deductions)


@transaction.atomic
def return_invoice(invoice: Invoice, *, reason: str, by: User) -> None:
    """It is not complete or not right; the enterprise sends another. Only while it is in time, and nothing was paid of it:
    nobody gains days by returning what is overdue."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    order = locked_order(invoice.order)
    permit(by, "partnerships.buy", invoice)
    _require_unpaid(invoice, "return")
    if invoice.due_on < timezone.localdate():
        raise MoveNotAllowed(
            _("Its last day was %(day)s. What is overdue is paid, or disputed outside the invoice.")
            % {"day": tanggal(invoice.due_on)},
            move="return",
            status=invoice.status,
            code="overdue",
        )
    with walls("return", invoice):
        INVOICE.make(
            "return",
            invoice,
            by=by,
            personal={"reason": reason},
            reason=reason.strip(),
            returned_by=by,
            returned_at=timezone.now(),
        )
        check_ties()
    telling.tell_supplier(order, "invoice.returned", path_of=invoice, invoice=invoice.reference)


@transaction.atomic
def withdraw_invoice(invoice: Invoice, *, by: User) -> None:
    """The enterprise takes it back, while nothing was paid of it."""
    order = locked_order(invoice.order)
    permit(by, "partnerships.supply", invoice)
    _require_unpaid(invoice, "withdraw")
    with walls("withdraw", invoice):
        INVOICE.make("withdraw", invoice, by=by)
        check_ties()
    telling.tell_buyer(order, "invoice.withdrawn", path_of=invoice, invoice=invoice.reference)


def queue_late() -> None:
    """A job for each invoice whose day has passed and of which nobody was told. Safe to run twice."""
    late = Invoice.objects.filter(status=InvoiceStatus.SENT, due_on__lt=timezone.localdate(), late_told_at=None)
    for pk in late.order_by("pk").values_list("pk", flat=True):
        enqueue(LATE_JOB, str(pk), payload={"invoice": pk})


@transaction.atomic
def tell_of_late(invoice: Invoice) -> bool:
    """Both sides, once."""
    order = locked_order(invoice.order)
    current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    late = current.status == InvoiceStatus.SENT and current.due_on < timezone.localdate()
    if not late or current.late_told_at is not None:
        return False
    current.late_told_at = timezone.now()
    current.save(update_fields=["late_told_at"])
    for tell in (telling.tell_buyer, telling.tell_supplier):
        tell(order, "invoice.late", path_of=current, invoice=current.reference, due=day(current.due_on))
    return True


def payment_term(order: PurchaseOrder, on: dt.date) -> int:
    """Calendar days: what the contract says, or less where a rule in force allows at most that ("payment_term")."""
    rule = DatedRule.objects.in_force(on).filter(key="payment_term").values_list("parameters", flat=True).first()
    agreed = order.partnership.payment_days
    return min(agreed, rule["max_days"]) if rule and "max_days" in rule else agreed


def check_ties() -> None:
    """Ask the database now, and not only at the end: so what does not tie is said to who did it."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS invoice_ties, invoice_line_ties, advance_within_cap IMMEDIATE")
        cursor.execute("SET CONSTRAINTS invoice_ties, invoice_line_ties, advance_within_cap DEFERRED")


Row = tuple[InvoiceLineKind, int, dict[str, Any]]


def _send(
    order: PurchaseOrder,
    kind: InvoiceKind,
    rows: list[Row],
    before_tax: int,
    *,
    by: User,
    papers: Papers,
    deductions: Deductions,
) -> Invoice:
    today = timezone.localdate()
    rows = [*rows, *_taxes(before_tax, deductions, today)]
    total = sum(amount for _kind, amount, _fields in rows)
    _check(order, papers, deductions, before_tax, total)
    invoice = Invoice(
        order=order,
        sequence=(order.invoices.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        kind=kind,
        reference=papers.reference.strip(),
        tax_invoice=papers.tax_invoice.strip(),
        note=papers.note.strip(),
        before_tax=before_tax,
        total=total,
        due_on=today + dt.timedelta(days=payment_term(order, today)),
        sent_by=by,
    )
    _attach(invoice, papers.file)
    with walls("invoice", order):
        invoice.save()
        for position, (line, amount, fields) in enumerate(rows, 1):
            InvoiceLine.objects.create(invoice=invoice, position=position, kind=line, amount=amount, **fields)
        check_ties()
    payload = {
        "order": order.pk,
        "kind": kind.value,
        "before_tax": before_tax,
        "total": total,
        "due_on": invoice.due_on.isoformat(),
        "lines": [[line.value, amount] for line, amount, _fields in rows],
    }
    audit.record(invoice, "send", by=by, payload=payload)
    telling.tell_buyer(
        order,
        "invoice.sent",
        path_of=invoice,
        invoice=invoice.reference,
        total=rupiah(total, exact=True),
        due=day(invoice.due_on),
    )
    if total == 0:
        # All of it was paid in advance.
        INVOICE.make("settle", invoice, by=None)
        settle_if_done(order)
    return invoice


def _taxes(before_tax: int, deductions: Deductions, on: dt.date) -> Iterable[Row]:
    if deductions.ppn != PpnWay.NONE:
        rate, numerator, denominator = ppn_rule(on)
        base = _round(Decimal(before_tax) * numerator / denominator)
        amount = _round(base * rate / 100)
        yield K.PPN, amount, {"rate": rate, "base": base}
        if deductions.ppn == PpnWay.COLLECTED:
            yield K.PPN_COLLECTED, -amount, {"rate": rate, "base": base}
    if deductions.pph:
        rate = pph_rates(on)[deductions.pph]
        yield K.PPH, -_round(before_tax * rate / 100), {"rate": rate, "base": before_tax}
    if deductions.penalty:
        yield K.PENALTY, -deductions.penalty, {"note": deductions.penalty_note.strip()}


def _round(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _check(order: PurchaseOrder, papers: Papers, deductions: Deductions, before_tax: int, total: int) -> None:
    """What stands against it, by field."""
    against: dict[str, list[str]] = {}
    if not papers.reference.strip():
        against["reference"] = [_("Enter the number of your invoice.")]
    elif order.invoices.live().filter(reference=papers.reference.strip()).exists():
        against["reference"] = [_("An invoice with this number was sent already.")]
    if deductions.pph and deductions.pph not in pph_rates(timezone.localdate()):
        against["pph"] = [_("This rate does not hold today.")]
    if not 0 <= deductions.penalty <= before_tax or total < 0:
        against["penalty"] = [_("A penalty is at most what is invoiced.")]
    elif deductions.penalty and not deductions.penalty_note.strip():
        against["penalty_note"] = [_("Say what the penalty is for.")]
    if against:
        raise ValidationError(against)


def _attach(invoice: Invoice, file: UploadedFile | None) -> None:
    if file is None:
        return
    try:
        paper = read_paper(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    invoice.file.save(f"paper{paper.suffix}", ContentFile(paper.data), save=False)
    invoice.file_name, invoice.sha256 = (file.name or "")[-200:], paper.sha256


def _permit(order: PurchaseOrder, by: User) -> None:
    permit(by, "partnerships.supply", order)
    if order.status != OrderStatus.CONFIRMED:
        raise MoveNotAllowed(
            _("Invoices are sent under an order that you have confirmed."), move="invoice", status=order.status
        )


def _require_unpaid(invoice: Invoice, move: str) -> None:
    current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    paid = current.payments.exclude(status=PaymentStatus.WITHDRAWN)
    if current.status == InvoiceStatus.SENT and paid.exists():
        raise MoveNotAllowed(
            _("A payment of this invoice was recorded. It stays as it is."),
            move=move,
            status=current.status,
            code="paid",
        )
