"""Problems reported under the sample's contracts: waiting, answered, in confidence, unanswered and with the ministry, decided."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from partnerships.enums import IncidentKind, Party, Stance
from partnerships.models import Delivery, Incident, Invoice, Partnership, Payment
from partnerships.sample.past import ago
from partnerships.sample.trade import Trade
from partnerships.services.incident_terms import keep_term
from partnerships.services.incidents import (
    answer_incident,
    authority_for,
    escalate_incident,
    find_on_incident,
    open_incident,
    settle_incident,
)
from portal import audit
from portal.enums import Role
from portal.sample.people import acting_in
from portal.sample.quiet import quietly
from portal.working_days import WorkingDays

K = IncidentKind
UNPAID = "Separuh tagihan ini belum dibayar, padahal jatuh temponya sudah lewat dua minggu. Kami sudah dua kali mengirim surel."
PAY = "Mohon sisanya dibayar minggu ini, atau beri tahu tanggal pastinya."
PRESSED = "Kami diminta menurunkan harga 8% di luar kontrak agar pesanan berikutnya tidak dialihkan."
ADVISE = "Mohon saran sebelum kami menolaknya secara tertulis."
SILENT = "Barang diserahkan lengkap, tetapi berita acara tidak ditandatangani dan pertanyaan kami tidak dijawab."
SIGN = "Mohon penerimaan dijawab dalam waktu yang disepakati."
WET = "Satu pengiriman datang dengan kemasan basah dan seluruhnya tidak dapat kami terima."
REPLACE = "Mohon dikirim ulang dengan kemasan kedap air."
OUR_FAULT = "Terpal truk bocor. Kami kirim ulang dengan kemasan kedap air, tanpa biaya tambahan."
NOT_THERE = "Transfer dicatat lunas, tetapi sampai hari ini tidak ada di rekening koperasi. Mutasi rekening siap kami tunjukkan."
TRANSFER = "Mohon bukti transfer, atau pembayaran ulang."
TRANSFERRED = "Menurut catatan kami transfer sudah dikirim; bank sedang menelusurinya."
NO_PROOF = "Bukti transfer diminta dua kali dan belum kami terima."
FOUND = (
    "Pembeli tidak dapat menunjukkan bukti transfer. Laporan beralasan; bayar ulang dalam lima hari kerja dan catat"
    " pembayaran yang keliru sebagai ditarik."
)
DAYS_AGO = 16


def load_incidents() -> None:
    if Incident.objects.filter(partnership__is_sample=True).exists():
        return
    with quietly():
        for tell, number in ((_unpaid, "INV-2026-002"), (_silent, "BAST-041"), (_lost_money, "BNI-20-3")):
            tell(number)


def _unpaid(reference: str) -> None:
    invoice = Invoice.objects.filter(reference=reference, order__partnership__is_sample=True).first()
    if invoice is None:
        return
    trade = Trade(invoice.partnership)
    open_incident(trade.contract, by=trade.owner, kind=K.LATE_PAYMENT, what=UNPAID, wanted=PAY, about=invoice)
    open_incident(trade.contract, by=trade.owner, kind=K.UNFAIR_TERMS, what=PRESSED, wanted=ADVISE, in_confidence=True)


def _silent(bast: str) -> None:
    delivery = Delivery.objects.filter(bast_number=bast, order__partnership__is_sample=True).first()
    if delivery is None:
        return
    trade = Trade(delivery.partnership)
    keep_term(_reported_before(trade, delivery))
    wet = open_incident(trade.contract, by=trade.officer, kind=K.QUALITY, what=WET, wanted=REPLACE, share=trade.share)
    answer_incident(wet, stance=Stance.CONCEDES, answer=OUR_FAULT, by=trade.owner)
    settle_incident(wet, by=trade.officer)


def _lost_money(reference: str) -> None:
    payment = Payment.objects.filter(reference=reference, invoice__order__partnership__is_sample=True).first()
    if payment is None:
        return
    trade = Trade(payment.partnership)
    lost = open_incident(
        trade.contract, by=trade.owner, kind=K.LATE_PAYMENT, what=NOT_THERE, wanted=TRANSFER, about=payment
    )
    answer_incident(lost, stance=Stance.OBJECTS, answer=TRANSFERRED, by=trade.officer)
    escalate_incident(lost, reason=NO_PROOF, by=trade.owner)
    find_on_incident(lost, outcome="uphold", finding=FOUND, by=acting_in(lost.authority, Role.MINISTRY_ADMIN))


def _reported_before(trade: Trade, delivery: Delivery) -> Incident:
    """Of a term that has passed. The trail says when it was entered."""
    contract: Partnership = trade.contract
    then = timezone.now() - dt.timedelta(days=DAYS_AGO)
    incident = Incident.objects.create(
        partnership=contract,
        share=trade.share,
        delivery=delivery,
        side=Party.ENTERPRISE,
        kind=K.LATE_ACCEPTANCE,
        what=SILENT,
        wanted=SIGN,
        authority=authority_for(contract),
        opened_by=trade.owner,
        opened_at=then,
        released_at=then,
        answer_by=WorkingDays().after(ago(DAYS_AGO), 5),
    )
    audit.record(incident, "report", by=trade.owner, payload={"reported_on": ago(DAYS_AGO).isoformat()})
    return incident
