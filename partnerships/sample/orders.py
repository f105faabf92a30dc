"""Orders under the sample's contracts in force, in every state: checked, refused, late, deemed accepted, disputed, done."""

from __future__ import annotations

from partnerships.enums import PartnershipStatus, PphRate, PpnWay
from partnerships.models import Partnership, PurchaseOrder
from partnerships.sample.past import accepted_before, ago, delivered_before, invoiced_before
from partnerships.sample.trade import Trade, say_done, supply_whole
from partnerships.selectors.invoices import ADVANCE_PERCENT
from partnerships.services.amounts import amount_of
from partnerships.services.delivering import withdraw_delivery
from partnerships.services.invoicing import (
    Deductions,
    Papers,
    return_invoice,
    send_advance_invoice,
    tell_of_late,
    withdraw_invoice,
)
from partnerships.services.ordering import ask_to_end_rest, refuse_order, withdraw_order
from partnerships.services.paying import dispute_payment, withdraw_payment
from partnerships.services.receiving import deem_accepted
from portal.sample.quiet import quietly
from portal.sample.scans import photo_of_paper

CRACKED = "Sebagian retak di tepi; foto terlampir pada berita acara."
WET = "Kemasan basah dan kadar air di atas 12%. Mohon dikirim ulang."
TOO_BUSY = "Kapasitas bulan ini sudah terpakai; bulan depan kami sanggup."
WRONG_SITE = "Tujuan kirim keliru; pesanan dibuat ulang."
NO_ACCOUNT = "Nomor rekening pada tagihan berbeda dengan yang terdaftar. Mohon diperbaiki."
NOT_THERE = "Belum masuk ke rekening kami sampai hari ini."
MISTYPED = "Salah ketik jumlah; dicatat ulang."
PROJECT_ENDS = "Perbaikan gilingan tahap dua ditunda; sisanya tidak diperlukan."


def load_orders() -> None:
    contracts = Partnership.objects.filter(is_sample=True, status=PartnershipStatus.ACTIVE)
    if PurchaseOrder.objects.filter(partnership__in=contracts).exists():
        return
    for contract, tell in zip(contracts.select_related("buyer").order_by("pk"), LIVES, strict=False):
        with quietly():
            tell(Trade(contract))


def _busy(trade: Trade) -> None:
    """Much paid, also late and with a penalty; one overdue; one being checked; one to be confirmed."""
    _paid_in_two_parts(trade)
    before = accepted_before(trade, 82, "004/BAST", "4500016020")
    late = invoiced_before(trade, before, 75, "INV-2026-001", penalty=True)
    trade.received(late, "TRX-880001", paid_on=ago(40))
    owed = invoiced_before(trade, accepted_before(trade, 52, "007/BAST", "4500016911"), 46, "INV-2026-002")
    trade.paid(owed, "TRX-880014", amount=owed.total // 2, paid_on=ago(12))
    tell_of_late(owed)
    checking = trade.confirmed(reference="4500018102")
    half = trade.quantity // 2
    withdraw_delivery(trade.delivered(checking, trade.quantity, "081/BAST"), by=trade.owner)
    trade.delivered(checking, half, "018/BAST", [photo_of_paper(["Berita acara serah terima", "018/BAST"])])
    trade.placed(reference="4500018377")


def _paid_in_two_parts(trade: Trade) -> None:
    half = trade.quantity // 2
    order = trade.confirmed(reference="4500017731")
    first = trade.delivered(order, half, "012/BAST", [photo_of_paper(["Berita acara serah terima", "012/BAST"])])
    trade.answered(first, half - 1, CRACKED)
    rest = trade.delivered(order, trade.quantity - half + 1, "015/BAST")
    trade.answered(rest, trade.quantity - half + 1)
    paper = photo_of_paper(["Tagihan", "INV-2026-011"])
    trade.received(trade.invoiced(first, "INV-2026-011", file=paper), "TRX-880021")
    trade.received(trade.invoiced(rest, "INV-2026-012"), "TRX-880022")


def _quiet_buyer(trade: Trade) -> None:
    """Nobody answered in time, and the invoice came back; one not accepted; one not taken; one taken back."""
    # Two months: longer than the agreed working days, whatever holidays lie between.
    unanswered = delivered_before(trade, 60, "BAST-041")
    deem_accepted(unanswered)
    return_invoice(trade.invoiced(unanswered, "HB/11/041"), reason=NO_ACCOUNT, by=trade.officer)
    trade.answered(trade.delivered(trade.confirmed(), trade.quantity, "BAST-052"), trade.quantity * 0, WET)
    refuse_order(trade.placed(), reason=TOO_BUSY, by=trade.owner)
    withdraw_order(trade.placed(), reason=WRONG_SITE, by=trade.officer)


def _in_dispute(trade: Trade) -> None:
    """An advance that is settled, money that did not come; and an order whose rest the buyer wants to end."""
    most = amount_of(trade.quantity, trade.line.price) * ADVANCE_PERCENT // 100
    order = trade.confirmed(reference="KS-PO-2026-311", advance=most)
    papers, none = Papers("KOP/2026/UM-1"), Deductions()
    trade.received(send_advance_invoice(order, most, by=trade.owner, papers=papers, deductions=none), "BNI-20-1")
    part = trade.quantity // 2
    first = trade.answered(trade.delivered(order, part, "KOP-BAST-1"), part)
    withdraw_invoice(trade.invoiced(first, "KOP/2026/30"), by=trade.owner)
    invoice = trade.invoiced(first, "KOP/2026/31", ppn=PpnWay.COLLECTED, pph=PphRate.GOODS)
    withdraw_payment(trade.paid(invoice, "BNI-20-2", amount=invoice.total // 10), reason=MISTYPED, by=trade.officer)
    dispute_payment(trade.paid(invoice, "BNI-20-3"), reason=NOT_THERE, by=trade.owner)
    # More than is left of the order: recorded, and not accepted.
    trade.delivered(order, trade.quantity - part + 2, "KOP-BAST-2")
    running = trade.confirmed(reference="KS-PO-2026-340", advance=most)
    some = trade.quantity // 4
    trade.answered(trade.delivered(running, some, "KOP-BAST-3"), some)
    ask_to_end_rest(running, reason=PROJECT_ENDS, by=trade.officer)


def _nearly_done(trade: Trade) -> None:
    """All of it supplied and paid; the enterprise has not yet said so."""
    supply_whole(trade.contract)
    say_done(trade.contract, also_the_enterprise=False)


# What can become of a contract in force.
LIVES = (_busy, _quiet_buyer, _in_dispute, _nearly_done)
