"""A supplier who fears to complain: told to the ministry alone, passed on, answered by the buyer, agreed. Phone and desks."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from partnerships.models import Incident
from tests.browser import sound
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.products import picture
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_report_in_confidence_to_an_agreed_answer(visit: Visit, shot: Shot) -> None:
    world = make.world(authorities=1)
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    phone, desk, ministry = visit(world.owner, device="phone"), visit(world.officer), visit(world.admins[0])
    incident = reported(phone, invoice.pk, shot)

    desk.goto(reverse("incident_list"))
    expect(desk.get_by_role("main")).not_to_contain_text(incident.number)
    ministry.goto(reverse("home"))
    ministry.get_by_role("link", name=incident.number).click()
    sound(ministry)
    shot(ministry, "report-ministry-1440")
    ministry.get_by_role("button", name="Teruskan ke pembeli").click()
    expect(ministry.get_by_text("Pembeli kini membaca laporan ini")).to_be_visible()

    desk.goto(reverse("home"))
    sound(desk)
    desk.get_by_role("link", name=incident.number).click()
    sound(desk)
    desk.get_by_role("link", name="Jawab laporan").click()
    desk.get_by_label("Jawaban Anda").fill("Dibayar besok.")
    desk.get_by_role("button", name="Kirim jawaban").click()
    expect(desk.get_by_label("Jawaban Anda")).to_have_value("Dibayar besok.")
    desk.get_by_label("Kami bertanggung jawab dan memperbaikinya").check()
    sound(desk)
    shot(desk, "report-answer-1440")
    desk.get_by_role("button", name="Kirim jawaban").click()

    phone.goto(reverse("home"))
    sound(phone)
    shot(phone, "report-home-360")
    phone.get_by_role("link", name="Baca laporan").click()
    expect(phone.get_by_role("main")).to_contain_text("Dibayar besok.")
    sound(phone)
    phone.get_by_role("button", name="Setuju dengan jawaban").click()
    expect(phone.get_by_role("main")).to_contain_text("Selesai disepakati")
    shot(phone, "report-settled-360")
    for page, name in ((phone, "360"), (desk, "1440"), (ministry, "ministry-1440")):
        page.goto(f"{reverse('incident_list')}?kind=late_payment")
        expect(page.get_by_role("main")).to_contain_text(incident.number)
        sound(page)
        shot(page, f"reports-{name}")


def reported(phone: Page, invoice: int, shot: Shot) -> Incident:
    phone.goto(reverse("invoice_detail", args=[invoice]))
    phone.get_by_role("link", name="Laporkan masalah").click()
    phone.get_by_label("Apa yang terjadi?").fill("Tagihan jatuh tempo dua minggu lalu dan belum dibayar.")
    phone.get_by_label("secara rahasia").check()
    phone.get_by_role("button", name="Kirim laporan").click()
    expect(phone.get_by_role("alert")).to_contain_text("Tulis paling sedikit satu kalimat")
    expect(phone.get_by_label("secara rahasia")).to_be_checked()
    phone.get_by_label("Apa yang Anda minta?").fill("Bayar minggu ini.")
    photo = {"name": "surel.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    phone.get_by_label("Foto dan berkas").set_input_files(photo)
    sound(phone)
    shot(phone, "report-new-360")
    phone.get_by_role("button", name="Kirim laporan").click()
    expect(phone.get_by_role("main")).to_contain_text("tidak mengetahuinya")
    sound(phone)
    shot(phone, "report-360")
    return Incident.objects.get()
