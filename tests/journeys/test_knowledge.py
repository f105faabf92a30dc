"""Knowledge transfer: the buyer proposes at a desk, the enterprise agrees and confirms on a phone; each page looked at by axe."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import sound
from tests.factories import partnerships as make
from tests.factories.products import picture
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_training_is_proposed_agreed_reported_and_confirmed(visit: Visit, shot: Shot) -> None:
    world = make.world(authorities=1)
    contract = make.active(world)
    desk, phone = visit(world.officer), visit(world.owner, device="phone")

    desk.goto(reverse("partnership_detail", args=[contract.pk]))
    desk.get_by_role("link", name="Usulkan alih pengetahuan").click()
    sound(desk)
    desk.get_by_label("Pelatihan").check()
    desk.get_by_label("Tentang apa?").fill("Pengendalian mutu")
    desk.get_by_label("Siapa yang memberikan?").fill("Bagian mutu")
    desk.get_by_label("Siapa yang ikut?").fill("Tiga operator")
    desk.get_by_label("Hari pertama").fill(str(contract.starts_on))
    desk.get_by_label("Hari terakhir").fill(str(contract.starts_on + dt.timedelta(days=2)))
    desk.get_by_role("button", name="Kirim usulan").click()
    expect(desk.get_by_role("main")).to_contain_text("Diusulkan")

    phone.goto(reverse("partnership_detail", args=[contract.pk]))
    sound(phone)
    phone.get_by_role("link", name="Pengendalian mutu").click()
    sound(phone)
    phone.get_by_role("button", name="Setujui").click()
    expect(phone.get_by_role("main")).to_contain_text("Disepakati")
    desk.reload()
    desk.get_by_role("link", name="Laporkan yang dilakukan").click()
    sound(desk)
    desk.get_by_label("Apa yang dilakukan, dan oleh berapa orang?").fill("Dua hari, tiga operator.")
    evidence = {"name": "hadir.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG")}
    desk.get_by_label("Buktinya").set_input_files(evidence)
    desk.get_by_role("button", name="Kirim laporan").click()
    expect(desk.get_by_role("main")).to_contain_text("Perlu dikonfirmasi")
    sound(desk)
    phone.reload()
    shot(phone, "knowledge-360")
    phone.get_by_role("button", name="Benar, sudah dilakukan").click()
    expect(phone.get_by_role("main")).to_contain_text("Selesai")
    sound(phone)
    phone.goto(reverse("knowledge_list"))
    sound(phone)
    ministry = visit(world.admins[0])
    ministry.goto(reverse("home"))
    expect(ministry.get_by_role("main")).to_contain_text("1 selesai")
    sound(ministry)
    shot(ministry, "knowledge-ministry-1440")
    ministry.get_by_role("link", name="Alih pengetahuan").click()
    sound(ministry)
    shot(ministry, "knowledge-list-1440")
