"""An owner takes a copy of everything with a phone, asks for a correction, and looks at what an erasure would leave."""

from __future__ import annotations

import json
import zipfile

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from portal import jobs
from portal.models import DataRequest, User
from portal.services.account import change_account
from tests.browser import sound
from tests.factories.people import PASSWORD
from tests.factories.products import ProductFactory, seller
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner() -> User:
    made = seller(name="CV Renyah Jaya Abadi Sejahtera")
    ProductFactory(enterprise=made.organisation.enterprise, name="Keripik tempe")
    return made


def test_a_copy_of_everything_on_a_phone(owner: User, visit: Visit, shot: Shot) -> None:
    page = visit(owner, device="phone")
    page.goto(reverse("my_data"))
    sound(page)
    shot(page, "my-data-360")
    page.get_by_role("link", name="Salinan data saya").click()
    sound(page)
    shot(page, "my-data-copy-360")
    page.get_by_role("button", name="Buat salinan").click()
    expect(page.get_by_text("Sedang dibuat; biasanya")).to_be_visible()
    jobs.drain()
    page.reload()
    sound(page)
    shot(page, "my-data-ready-360")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Unduh").click()
    with zipfile.ZipFile(coming.value.path()) as copy:
        assert [each["name"] for each in json.loads(copy.read("data/products.json"))] == ["Keripik tempe"]
        assert owner.email in copy.read("BACA-SAYA.txt").decode()


def test_a_correction_is_asked_for_and_shows_its_term(owner: User, visit: Visit, shot: Shot) -> None:
    page = visit(owner, device="phone")
    page.goto(reverse("my_data_correct"))
    sound(page)
    page.get_by_role("button", name="Kirim ke kementerian").click()
    expect(page.get_by_role("alert")).to_contain_text("Pilih apa yang salah")
    sound(page)
    shot(page, "my-data-correct-wrong-360")
    page.get_by_label("NIB", exact=True).check()
    page.get_by_label("Apa yang benar?").fill("8120012345678")
    page.get_by_label("Bagaimana hal itu dapat dilihat?").fill("NIB terbit 3 Mei 2024, ada di dokumen saya.")
    page.get_by_role("button", name="Kirim ke kementerian").click()
    expect(page.get_by_text("Kementerian menjawab paling lambat")).to_be_visible()
    sound(page)
    shot(page, "my-data-asked-360")


def test_an_erasure_names_what_stays_and_ends_signing_in(owner: User, visit: Visit, shot: Shot) -> None:
    change_account(owner, full_name="Sari Wulandari", phone="081311122233", by=owner)
    page = visit(owner, device="phone")
    page.goto(reverse("my_data_erase"))
    expect(page.get_by_text("PP 71/2019: sistem elektronik")).to_be_visible()
    sound(page)
    shot(page, "my-data-erase-360")
    page.get_by_label("Hapus akun dan data saya").check()
    page.get_by_label("Kata sandi Anda").fill(PASSWORD)
    page.get_by_role("button", name="Hapus semuanya sekarang").click()
    expect(page.get_by_text("Data Anda dihapus dalam beberapa menit")).to_be_visible()
    jobs.drain()
    assert DataRequest.objects.get(kind="erase").status == "done"
    assert any("dihapus" in message.subject for message in mail.outbox)
    page.goto(reverse("my_data"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Masuk")
