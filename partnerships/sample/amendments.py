"""Contracts amended: one amendment in force, one waiting for the authorities, one given up."""

from __future__ import annotations

import datetime as dt

from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership
from partnerships.sample.contracts import BALLS, HERBS, MANHOLE, sign_by_all
from partnerships.sample.needs import officer_of
from partnerships.services.amending import drop_amendment, open_amendment
from partnerships.services.drafting import set_terms
from portal.sample.quiet import quietly

LONGER = "Pembeli memperpanjang masa pasokan dua bulan; jumlah dan harga tetap."
PAID_SOONER = (
    "Pembayaran dipercepat menjadi 7 hari setelah serah terima, sesuai kebijakan baru pembeli untuk usaha kecil."
)
NEW_PLACE = "Rencana pindah gudang penerima; ditunda karena gudang baru belum selesai."
STORIES = ((HERBS, LONGER, 60, None, None), (MANHOLE, PAID_SOONER, 0, 7, 1))


def load_amendments() -> None:
    if Partnership.objects.filter(is_sample=True, amends__isnull=False).exists():
        return
    in_force = Partnership.objects.filter(is_sample=True, status=PartnershipStatus.ACTIVE)
    for item, rationale, days, payment_days, signed in STORIES:
        contract = in_force.filter(need__item=item).select_related("buyer").order_by("pk").first()
        if contract is None:
            continue
        with quietly():
            officer = officer_of(contract.buyer.short_name)
            amendment = open_amendment(contract, rationale=rationale, by=officer)
            set_terms(
                amendment,
                by=officer,
                ends_on=amendment.ends_on + dt.timedelta(days=days),
                payment_days=payment_days or amendment.payment_days,
            )
            sign_by_all(amendment, officer, signed=signed)
    given_up = in_force.filter(need__item=BALLS).select_related("buyer").order_by("pk").first()
    if given_up is not None:
        with quietly():
            officer = officer_of(given_up.buyer.short_name)
            drop_amendment(open_amendment(given_up, rationale=NEW_PLACE, by=officer), by=officer)
