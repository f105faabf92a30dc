"""Knowledge transfer under the sample's contracts in force, in every state, by the services that pages call."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from partnerships.enums import KnowledgeKind, PartnershipStatus
from partnerships.models import KnowledgeStep, Partnership
from partnerships.sample.trade import Trade
from partnerships.services import knowledge
from partnerships.services.knowledge import Proposal
from portal.models import User
from portal.sample.quiet import quietly
from portal.sample.scans import photo_of_paper

K = KnowledgeKind
TOO_SOON = "Dua operator kami sedang mengerjakan pesanan; mohon dijadwalkan bulan depan."
TRAINER_ILL = "Pelatih berhalangan; pengganti belum ada."
HALF_OF_IT = "Baru satu dari dua hari; daftar hadir hari kedua belum ada."
HELD = "Dua hari, empat orang hadir penuh."


def load_knowledge() -> None:
    contracts = Partnership.objects.filter(is_sample=True, status=PartnershipStatus.ACTIVE)
    if KnowledgeStep.objects.exists():
        return
    for contract in contracts.select_related("buyer").order_by("pk")[:2]:
        with quietly():
            _tell(Trade(contract))


def _tell(trade: Trade) -> None:
    quality = _agreed(trade, K.TRAINING, "Pengendalian mutu di lini produksi", "Bagian mutu pembeli")
    knowledge.report_step(quality, report=HELD, file=photo_of_paper(["Daftar hadir", "Hari 1"]), by=trade.officer)
    knowledge.return_report(quality, reason=HALF_OF_IT, by=trade.owner)
    knowledge.report_step(quality, report=HELD, file=photo_of_paper(["Daftar hadir", "Hari 1 dan 2"]), by=trade.officer)
    knowledge.confirm_step(quality, by=trade.owner)
    costing = _agreed(trade, K.MENTORING, "Menghitung harga pokok setiap produk", "Staf pengadaan pembeli")
    knowledge.report_step(costing, report=HELD, file=photo_of_paper(["Berita acara", "Pendampingan"]), by=trade.officer)
    _agreed(trade, K.TECHNOLOGY, "Pemakaian alat ukur digital", "Pemasok alat")
    knowledge.call_off_step(
        _agreed(trade, K.TRAINING, "Keselamatan kerja", "Pelatih K3"), reason=TRAINER_ILL, by=trade.officer
    )
    _proposed(trade, K.TECHNOLOGY, "Pencatatan stok dengan aplikasi", "Pembeli", by=trade.owner)
    knowledge.refuse_step(
        _proposed(trade, K.TRAINING, "Membaca gambar teknik", "Bagian teknik pembeli", by=trade.officer),
        reason=TOO_SOON,
        by=trade.owner,
    )
    knowledge.withdraw_step(
        _proposed(trade, K.MENTORING, "Kunjungan ke pabrik pembeli", "Pembeli", by=trade.officer), by=trade.officer
    )


def _agreed(trade: Trade, kind: KnowledgeKind, title: str, given_by: str) -> KnowledgeStep:
    step = _proposed(trade, kind, title, given_by, by=trade.officer)
    knowledge.agree_to_step(step, by=trade.owner)
    return step


def _proposed(trade: Trade, kind: KnowledgeKind, title: str, given_by: str, *, by: User) -> KnowledgeStep:
    today = timezone.localdate()
    first = min(max(trade.contract.starts_on, today - dt.timedelta(days=3)), trade.contract.ends_on)
    last = min(first + dt.timedelta(days=20), trade.contract.ends_on)
    proposal = Proposal(kind, title, given_by, "Pemilik dan tiga operator", first, last)
    return knowledge.propose_step(trade.contract, trade.share, proposal, by=by)
