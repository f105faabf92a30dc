"""What follows a contract: an order, parts of it delivered and accepted or not, an invoice, a late payment, the end of it all.

The enterprise on a phone, the buyer at a desk, each page looked at by axe.
"""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from partnerships.models import Delivery, Invoice, Partnership, PurchaseOrder
from partnerships.services import invoicing, receiving
from portal.acting import acting
from tests.browser import sound
from tests.factories import partnerships as make
from tests.factories.products import picture
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_order_to_the_end_of_the_partnership(visit: Visit, shot: Shot) -> None:
    world = make.world(authorities=1)
    contract = make.active(world, starts_on=timezone.localdate())
    desk, phone = visit(world.officer), visit(world.owner, device="phone")
    order = placed_at_the_desk(desk, contract, shot)

    phone.goto(reverse("order_list"))
    sound(phone)
    phone.get_by_role("link", name=order.number).click()
    sound(phone)
    shot(phone, "order-360")
    phone.get_by_role("button", name="Konfirmasi pesanan").click()
    expect(phone.get_by_text("Anda mengonfirmasi pesanan")).to_be_visible()
    delivered(phone, "400", "BAST-1", shot)
    first = Delivery.objects.get()
    part_accepted(desk, first, shot)
    phone.goto(reverse("delivery_detail", args=[first.pk]))
    expect(phone.get_by_role("main")).to_contain_text("Sepuluh kilogram berkarat.")
    sound(phone)
    shot(phone, "delivery-360")
    phone.goto(reverse("order_detail", args=[order.pk]))
    delivered(phone, "100", "BAST-2", shot)
    none_accepted(desk, Delivery.objects.get(bast_number="BAST-2"))
    phone.goto(reverse("order_detail", args=[order.pk]))
    delivered(phone, "610", "BAST-3", shot)
    third = Delivery.objects.get(bast_number="BAST-3")
    with later(30), acting(None, None):
        assert receiving.deem_accepted(third)
    phone.reload()
    expect(phone.get_by_role("main")).to_contain_text("Dianggap diterima")
    sound(phone)

    invoice = invoiced(phone, order, shot)
    with later(30), acting(None, None):
        assert invoicing.tell_of_late(invoice)
    desk.goto(reverse("inbox"))
    expect(desk.get_by_role("main")).to_contain_text("INV-1")
    paid(desk, phone, invoice, shot)
    order.refresh_from_db()
    assert order.status == "settled"
    for page, name in ((desk, "1440"), (phone, "360")):
        page.goto(reverse("order_detail", args=[order.pk]))
        sound(page)
        shot(page, f"order-settled-{name}")
    ended_by_both(visit(world.approver), phone, contract, shot)


def placed_at_the_desk(desk: Page, contract: Partnership, shot: Shot) -> PurchaseOrder:
    desk.goto(reverse("partnership_detail", args=[contract.pk]))
    desk.get_by_role("link", name="Buat pesanan").click()
    desk.get_by_label("Klem galvanis").fill("200.000")
    desk.get_by_label("Diserahkan paling lambat").fill(str(contract.ends_on))
    desk.get_by_label("Tempat pengiriman").fill("Gudang Klaten")
    desk.get_by_role("button", name="Kirim pesanan").click()
    expect(desk.get_by_text("masih dapat dipesan").first).to_be_visible()
    expect(desk.get_by_label("Tempat pengiriman")).to_have_value("Gudang Klaten")
    sound(desk)
    shot(desk, "order-new-1440")
    desk.get_by_label("Klem galvanis").fill("1.000")
    desk.get_by_role("button", name="Kirim pesanan").click()
    order = PurchaseOrder.objects.get()
    expect(desk.get_by_role("heading", level=1)).to_have_text(f"Pesanan {order.number}")
    sound(desk)
    return order


def delivered(phone: Page, quantity: str, bast: str, shot: Shot) -> None:
    phone.get_by_role("link", name="Catat serah terima", exact=True).click()
    phone.get_by_label("Klem galvanis").fill(quantity)
    phone.get_by_label("Nomor berita acara serah terima (BAST)").fill(bast)
    photo = {"name": f"{bast}.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    phone.get_by_label("Foto dan berkas").set_input_files(photo)
    sound(phone)
    shot(phone, "delivery-new-360")
    phone.get_by_role("button", name="Catat serah terima", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(f"Berita acara {bast}")
    expect(phone.get_by_role("link", name=f"{bast}.jpg")).to_be_visible()


def part_accepted(desk: Page, delivery: Delivery, shot: Shot) -> None:
    desk.goto(reverse("order_detail", args=[delivery.order_id]))
    desk.get_by_role("link", name="periksa serah terima BAST-1").click()
    sound(desk)
    desk.get_by_role("link", name="Jawab penyerahan").click()
    desk.get_by_label("Klem galvanis: diterima").fill("390")
    desk.get_by_role("button", name="Catat jawaban").click()
    expect(desk.get_by_role("alert")).to_contain_text("Tulis alasan sisanya belum diterima")
    desk.get_by_label("Klem galvanis: alasan sisanya belum diterima").fill("Sepuluh kilogram berkarat.")
    sound(desk)
    shot(desk, "delivery-answer-1440")
    desk.get_by_role("button", name="Catat jawaban").click()
    expect(desk.get_by_role("main")).to_contain_text("Diterima sebagian")
    shot(desk, "delivery-1440")


def none_accepted(desk: Page, delivery: Delivery) -> None:
    desk.goto(reverse("delivery_answer", args=[delivery.pk]))
    desk.get_by_label("Klem galvanis: diterima").fill("0")
    desk.get_by_label("Klem galvanis: alasan sisanya belum diterima").fill("Ukuran lain dari yang dipesan.")
    desk.get_by_role("button", name="Catat jawaban").click()
    expect(desk.get_by_role("main")).to_contain_text("Ukuran lain dari yang dipesan.")
    delivery.refresh_from_db()
    assert delivery.status == "not_accepted"


def invoiced(phone: Page, order: PurchaseOrder, shot: Shot) -> Invoice:
    phone.goto(reverse("order_detail", args=[order.pk]))
    phone.get_by_role("link", name="Kirim tagihan", exact=True).click()
    phone.get_by_label("Nomor tagihan Anda").fill("INV-1")
    phone.get_by_label("Denda yang Anda terima").fill("40.000")
    phone.get_by_role("button", name="Kirim tagihan", exact=True).click()
    expect(phone.get_by_label("Nomor tagihan Anda")).to_have_value("INV-1")
    phone.get_by_label("Alasan denda").fill("Satu hari terlambat.")
    sound(phone)
    shot(phone, "invoice-new-360")
    phone.get_by_role("button", name="Kirim tagihan", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tagihan INV-1")
    sound(phone)
    shot(phone, "invoice-360")
    invoice = Invoice.objects.get()
    assert invoice.total == 1000 * 40_000 - 40_000
    return invoice


def paid(desk: Page, phone: Page, invoice: Invoice, shot: Shot) -> None:
    desk.goto(reverse("invoice_detail", args=[invoice.pk]))
    sound(desk)
    desk.get_by_role("link", name="Catat pembayaran", exact=True).click()
    desk.get_by_label("Referensi transfer").fill("TRX-1")
    sound(desk)
    shot(desk, "payment-new-1440")
    desk.get_by_role("button", name="Catat pembayaran", exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("TRX-1")
    shot(desk, "invoice-1440")
    phone.goto(reverse("invoice_detail", args=[invoice.pk]))
    phone.get_by_role("link", name="Uang belum masuk").click()
    phone.get_by_label("Alasan").fill("Belum ada di rekening.")
    sound(phone)
    phone.get_by_role("button", name="Beri tahu pembeli").click()
    expect(phone.get_by_role("main")).to_contain_text("Belum ada di rekening.")
    sound(phone)
    shot(phone, "payment-disputed-360")
    phone.get_by_role("button", name="Uang sudah masuk").click()
    expect(phone.get_by_text("Anda mengonfirmasi pembayaran")).to_be_visible()


def ended_by_both(desk: Page, phone: Page, contract: Partnership, shot: Shot) -> None:
    for page, name in ((desk, "1440"), (phone, "360")):
        page.goto(reverse("partnership_detail", args=[contract.pk]))
        expect(page.get_by_role("main")).to_contain_text("Janji dan realisasi")
        sound(page)
        shot(page, f"ledger-{name}")
        page.get_by_role("link", name="Tegaskan bahwa semuanya selesai").click()
        sound(page)
        page.get_by_role("button", name="Konfirmasi", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    contract.refresh_from_db()
    assert contract.status == "completed"


def later(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days))
