"""A companion visits a business where there is no signal: takes a kit along, fills it in there, and merges it in the evening."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from portal.enums import Role
from portal.models import Enterprise, VisitKit
from portal.services.assistance import assign_companion, make_appointment
from portal.services.dossier import save_section
from tests.browser import sound
from tests.factories.assistance import Help, colleague_of, helped
from tests.factories.enterprises import product
from tests.factories.kits import Filled, kit_of
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def help_() -> Help:
    made = helped(name="CV Logam Ceper Abadi Sejahtera")
    made.consent()
    product(made.enterprise, code="BAUT", name="Baut M16 galvanis")
    make_appointment(made.enterprise, on=timezone.localdate(), by=made.companion)
    return made


def test_a_visit_without_signal_and_its_merge(help_: Help, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    page = visit(help_.companion, device="phone")
    page.goto(reverse("home"))
    page.get_by_role("link", name="Bawa kit kunjungan").click()
    expect(page.get_by_label("CV Logam Ceper Abadi Sejahtera")).to_be_checked()
    sound(page)
    shot(page, "kit-hand-out-360")
    page.get_by_role("button", name="Siapkan").click()
    sound(page)
    shot(page, "kit-handed-out-360")
    with page.expect_download() as workbook:
        page.get_by_role("link", name="Lembar kerja (XLSX)").click()
    with page.expect_download() as paper:
        page.get_by_role("link", name="Formulir kertas (PDF)").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")

    # At the visit: no signal, a laptop, the owner beside it. Meanwhile the owner's daughter changes the phone number.
    filled = Filled(Path(workbook.value.path()).read_bytes())
    filled.answer("workforce", 24).answer("phone", "0813 9988 7766").answer("postal_code", "5746")
    filled.row("products", 1, price=29_000).row("sales", 2, year=2024, amount="3,9 miliar")
    filled.answer("visited_on", timezone.localdate()).answer("seen_premises", "ya")
    (tmp_path / "kit.xlsx").write_bytes(filled.saved())
    save_section(help_.enterprise, "address", {"phone": "0812 2233 4455"}, by=help_.owner)

    page.get_by_role("link", name="Unggah kit terisi").click()
    sound(page)
    shot(page, "kit-upload-360")
    page.get_by_label("Kit terisi").set_input_files(tmp_path / "kit.xlsx")
    page.get_by_role("button", name="Unggah").click()
    expect(page.get_by_role("heading", name="Yang diubah kit ini")).to_be_visible()
    sound(page)
    shot(page, "kit-compared-360")

    expect(page.get_by_text("Kode pos terdiri dari 5 angka")).to_be_visible()
    page.get_by_label("Kode pos").fill("57466")
    page.get_by_role("button", name="Periksa lagi").click()
    expect(page.get_by_text("Semuanya sudah terbaca.")).to_be_visible()
    page.get_by_role("button", name="Gabungkan").click()
    expect(page.get_by_role("alert")).to_contain_text("Berubah di kedua sisi: pilih mana yang dipakai.")
    sound(page)
    shot(page, "kit-conflict-360")
    page.get_by_label("Di kit: 0813 9988 7766").check()
    page.get_by_role("button", name="Gabungkan").click()
    expect(page.get_by_text("sudah digabungkan.")).to_be_visible()
    sound(page)
    shot(page, "kit-merged-360")

    enterprise = Enterprise.objects.get(pk=help_.enterprise.pk)
    assert (enterprise.workforce, enterprise.phone, enterprise.postal_code) == (24, "0813 9988 7766", "57466")
    assert enterprise.products.get().price == 29_000
    assert enterprise.visits.get().made_by == help_.companion
    page.get_by_role("link", name="Yang diubah berdasarkan izin").click()
    expect(page.get_by_text("Kit kunjungan digabungkan")).to_be_visible()
    sound(page)

    owner = visit(help_.owner, device="phone")
    owner.goto(reverse("dossier_section", args=["address"]))
    expect(owner.get_by_label("Telepon")).to_have_value("0813 9988 7766")


def test_the_trail_names_the_companion_and_the_list_shows_every_state(help_: Help, visit: Visit, shot: Shot) -> None:
    page = visit(help_.companion, device="phone")
    page.goto(reverse("assisted_enterprise", args=[help_.enterprise.pk]))
    page.get_by_role("button", name="Bawa kit kunjungan").click()
    sound(page)
    page.get_by_role("button", name="Tarik kit ini").click()
    expect(page.get_by_text("Kit ini tidak dapat digabungkan lagi.")).to_be_visible()
    sound(page)
    shot(page, "kit-list-360")
    assert VisitKit.objects.get().status == "called_back"
    manager = visit(help_.manager, device="desk")
    manager.goto(reverse("kit_list"))
    sound(manager)
    shot(manager, "kit-list-1440")
    ministry = visit(person(Role.MINISTRY_ADMIN), device="desk")
    assert ministry.goto(reverse("kit_list")).status == 403


def test_a_colleagues_answers_wait_beside_ones_own(help_: Help, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    kit, colleague = kit_of(help_.enterprise, help_.companion), colleague_of(help_.companion)
    Filled(kit).answer("workforce", 24).answer("phone", "0813 9988 7766").brought_back(help_.companion)
    assign_companion(help_.enterprise, colleague, plut=help_.plut, by=help_.manager)
    (tmp_path / "kit.xlsx").write_bytes(Filled(kit).answer("workforce", 31).saved())
    page = visit(colleague, device="phone")
    page.goto(reverse("kit_upload"))
    page.get_by_label("Kit terisi").set_input_files(tmp_path / "kit.xlsx")
    page.get_by_role("button", name="Unggah").click()
    expect(page.get_by_text("memuat jawaban lain yang dibawa kembali oleh")).to_be_visible()
    beside = page.get_by_role("region", name="Salinan lain kit ini")
    expect(beside).to_contain_text("0813 9988 7766")
    sound(page)
    shot(page, "kit-beside-360")
    beside.get_by_role("link", name=kit.number, exact=True).click()
    expect(page.get_by_role("region", name="Salinan lain kit ini")).to_contain_text(f"{kit.number}-2")
    sound(page)


def test_a_file_that_is_no_kit_is_answered_on_the_page(help_: Help, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    (tmp_path / "kit.ods").write_bytes(b"PK\x03\x04 bukan")
    page = visit(help_.companion, device="phone")
    page.goto(reverse("kit_upload"))
    page.get_by_label("Kit terisi").set_input_files(tmp_path / "kit.ods")
    page.get_by_role("button", name="Unggah").click()
    expect(page.get_by_role("alert")).to_contain_text("kit.ods")
    sound(page)
    shot(page, "kit-refused-360")
