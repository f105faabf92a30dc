"""An officer forms a consortium at a desk, two businesses accept on their phones, and the contract is drafted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from curation.models import Consortium
from curation.services.searching import refresh_search
from partnerships.models import Partnership
from tests.browser import sound
from tests.factories import consortia, partnerships
from tests.factories.enterprises import product
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_need_that_is_too_big_to_a_contract_of_two(visit: Visit, shot: Shot) -> None:
    world = partnerships.world(enterprises=3, authorities=1)
    made = consortia.Supply(world.officer, world.need, world.enterprises, owners=world.owners)
    made.products = [
        product(each, monthly_capacity=Decimal(6000), price=27_000 + place * 500)
        for place, each in enumerate(world.enterprises)
    ]
    refresh_search()
    left_out = world.enterprises[0]
    desk = visit(world.officer, device="desk")
    desk.goto(reverse("buyer_need", args=[world.need.pk]))
    desk.get_by_role("link", name="Bentuk konsorsium").click()
    expect(desk.get_by_role("heading", name="Usulan bagian")).to_be_visible()
    sound(desk)
    shot(desk, "consortium-form-desk")
    desk.get_by_label(f"{left_out.name} dikecualikan").check()
    desk.get_by_role("button", name="Hitung ulang").click()
    expect(desk.get_by_role("table", name="Siapa memasok berapa per bulan, dan mengapa")).not_to_contain_text(
        left_out.name
    )
    desk.get_by_role("button", name="Simpan sebagai usulan").click()
    expect(desk.get_by_text("Belum ada usaha yang diundang")).to_be_visible()
    shot(desk, "consortium-draft-desk")
    desk.get_by_role("link", name="Undang anggota").click()
    sound(desk)
    desk.get_by_role("button", name="Undang anggota").click()
    expect(desk.get_by_text("Para anggota sudah diundang")).to_be_visible()
    consortium = Consortium.objects.get()
    for member in consortium.members.filter(status="invited"):
        phone = visit(made.owner(member), device="phone")
        phone.goto(reverse("home"))
        phone.get_by_role("link", name="Lihat bagian saya").click()
        sound(phone)
        shot(phone, "consortium-share-phone")
        phone.get_by_role("button", name="Terima bagian saya").click()
        expect(phone.get_by_text("Bagian kapasitas Anda ini sekarang sudah dijanjikan")).to_be_visible()
        sound(phone)
        phone.goto(reverse("my_consortia"))
        sound(phone)
    desk.reload()
    expect(desk.get_by_role("main")).to_contain_text("Lengkap")
    sound(desk)
    shot(desk, "consortium-complete-desk")
    desk.get_by_role("button", name="Susun draf kontrak").click()
    expect(desk.get_by_text("Draf disusun dari konsorsium")).to_be_visible()
    contract = Partnership.objects.get()
    assert contract.lines.count() == 2
    assert not contract.shares.filter(enterprise=left_out).exists()
