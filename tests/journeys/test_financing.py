"""A request for finance with two fields withheld: the owner on a phone, the bank at its desk, and neither value anywhere there."""

from __future__ import annotations

import json

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from partnerships.enums import FinancingStatus
from partnerships.models import FinancingRequest
from portal.models import AnnualSales
from tests.browser import sound
from tests.factories import financing
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# As they are kept, and as pages write them.
WITHHELD = ("41777123", "41.777.123", "0917266778899003")


def test_a_bank_reads_nothing_of_two_withheld_fields(visit: Visit, shot: Shot) -> None:
    world = make.world(authorities=1)
    delivery = ordered.accepted(world, 100, partnership=make.active(world))
    invoice = ordered.invoiced(delivery, by=world.owner, reference="INV-2026-77")
    one = world.enterprise
    one.npwp, one.capital, one.nib = WITHHELD[2], 42_777_000, "9120777123456"
    one.annual_sales, one.sales_year = int(WITHHELD[0]), 2025
    with transaction.atomic():
        one.save()
        AnnualSales.objects.filter(enterprise=one).delete()
        AnnualSales.objects.create(enterprise=one, year=2025, amount=int(WITHHELD[0]))
    _bank, officer = financing.financier("Bank Uji Nusantara")
    phone, desk = visit(world.owner, device="phone"), visit(officer)

    phone.goto(reverse("invoice_detail", args=[invoice.pk]))
    phone.get_by_role("link", name="Ajukan pembiayaan").click()
    sound(phone)
    expect(phone.get_by_label("NPWP: 0917266778899003")).not_to_be_checked()
    phone.get_by_label("Ke mana Anda mengajukan?").select_option(
        label="Bank Uji Nusantara: menjawab dalam 10 hari kerja"
    )
    phone.get_by_label("Jumlah yang diajukan").fill("0")
    phone.get_by_label("Untuk berapa bulan?").fill("3")
    phone.get_by_label("Uangnya untuk apa?").fill("Membeli baja")
    phone.get_by_role("button", name="Kirim permohonan").click()
    expect(phone.get_by_role("main")).to_contain_text("Ada yang perlu diperbaiki")
    expect(phone.get_by_label("Uangnya untuk apa?")).to_have_value("Membeli baja")
    sound(phone)
    phone.get_by_label("Jumlah yang diajukan").fill("1.000.000")
    # All but the sales and the tax number.
    for box in phone.get_by_role("checkbox").all():
        box.check()
    phone.get_by_label("Penjualan setiap tahun").uncheck()
    phone.get_by_label("NPWP").uncheck()
    shot(phone, "financing-new-360")
    phone.get_by_role("button", name="Kirim permohonan").click()
    expect(phone.get_by_role("main")).to_contain_text("Yang Anda bagikan")
    sound(phone)
    shot(phone, "financing-sme-360")
    request = FinancingRequest.objects.get()

    desk.goto(reverse("home"))
    sound(desk)
    shot(desk, "financing-home-1440")
    desk.goto(f"{reverse('financing_list')}?status=sent&kind=invoice")
    sound(desk)
    shot(desk, "financing-desk-1440")
    desk.get_by_role("link", name=one.name).click()
    expect(desk.get_by_role("main")).to_contain_text("9120777123456")
    expect(desk.get_by_role("main")).to_contain_text("Rp42.777.000")
    sound(desk)
    shot(desk, "financing-bank-1440")
    api = desk.request.get(f"/api/v1/financing-requests/{request.pk}/").json()
    names = {each["field"] for each in api["shared"]}
    assert {"nib", "capital", "invoice"} <= names
    assert not {"annual_sales", "npwp"} & names
    listed = desk.request.get("/api/v1/financing-requests/").text()
    addresses = (reverse(name) for name in ("home", "financing_list", "inbox"))
    pages = [desk.content(), *(desk.request.get(address).text() for address in addresses)]
    for text in (*pages, json.dumps(api), listed):
        assert not [value for value in WITHHELD if value in text]

    desk.goto(reverse("financing_detail", args=[request.pk]))
    desk.get_by_role("link", name="Beri penawaran").click()
    desk.get_by_label("Bunga dalam persen setahun").fill("9,5")
    desk.get_by_label("Penawaran berlaku sampai").fill(str(request.lapses_on))
    sound(desk)
    desk.get_by_role("button", name="Kirim penawaran").click()
    expect(desk.get_by_role("main")).to_contain_text("Ada penawaran")
    phone.goto(reverse("home"))
    sound(phone)
    shot(phone, "financing-home-360")
    phone.get_by_role("link", name="Lihat penawaran").click()
    phone.get_by_role("button", name="Terima penawaran").click()
    expect(phone.get_by_role("main")).to_contain_text("Penawaran diterima")
    sound(phone)
    # And no more of it once the consent is withdrawn.
    phone.get_by_role("button", name="Tarik izin").click()
    expect(phone.get_by_role("main")).to_contain_text("Izin Anda sudah berakhir")
    desk.reload()
    expect(desk.get_by_role("main")).to_contain_text("Izinnya sudah berakhir")
    assert "9120777123456" not in desk.content()
    sound(desk)
    request.refresh_from_db()
    assert request.status == FinancingStatus.ACCEPTED
