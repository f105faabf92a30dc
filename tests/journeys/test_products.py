"""An SME keeps its products with a phone: by form, by photo, by list; and a ministry's desk checks the papers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal import jobs
from portal.enums import Role
from portal.models import Enterprise, Product, User
from portal.services.photo import add_photos
from portal.services.product import change_product
from tests.browser import sound
from tests.factories.papers import pdf
from tests.factories.people import person
from tests.factories.products import DocumentFactory, ProductFactory, photo_file, picture, seller
from tests.factories.sheets import csv_file, row
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner() -> User:
    return seller(name="CV Renyah Jaya Abadi Sejahtera")


def fill_in(page: Page) -> None:
    page.get_by_label("Nama produk").fill("Keripik singkong balado 250 gram")
    page.locator("[name=kbli_q]").fill("keripik")
    page.locator("button[name=find][value=kbli]").click()
    page.get_by_label(re.compile("10794")).check()
    page.get_by_label("Dijual per").select_option("pack")
    page.get_by_label("Harga per satuan").fill("15.000")
    page.get_by_label("Kapasitas per bulan").fill("2.000")
    page.get_by_label("Waktu pengerjaan").fill("7")


def test_a_product_by_form_with_its_photo(owner: User, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    page = visit(owner, device="phone")
    page.goto(reverse("product_list"))
    sound(page)
    shot(page, "product-list-empty-360")
    page.get_by_role("link", name="Tambah produk", exact=True).click()
    shot(page, "product-add-360")
    fill_in(page)
    expect(page.get_by_label("Nama produk")).to_have_value("Keripik singkong balado 250 gram")
    sound(page)
    shot(page, "product-add-found-360")
    page.get_by_role("button", name="Simpan, lalu tambah foto").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Foto Keripik singkong balado 250 gram")
    sound(page)
    (tmp_path / "keripik.jpg").write_bytes(picture(size=(3000, 2000)))
    (tmp_path / "catatan.jpg").write_text("bukan foto")
    page.get_by_label("Foto", exact=True).set_input_files([tmp_path / "keripik.jpg", tmp_path / "catatan.jpg"])
    page.get_by_label("Isi foto").fill("Keripik dalam kemasan")
    page.get_by_role("button", name="Tambahkan foto").click()
    expect(page.get_by_role("alert")).to_contain_text("catatan.jpg: Berkas ini bukan foto.")
    expect(page.get_by_role("img", name="Keripik dalam kemasan")).to_be_visible()
    sound(page)
    shot(page, "product-photos-360")
    page.goto(reverse("product_list"))
    sound(page)
    shot(page, "product-list-360")
    assert Product.objects.get().photos.count() == 1


def test_wrong_answers_are_listed_and_kept(owner: User, visit: Visit, shot: Shot) -> None:
    page = visit(owner, device="phone")
    page.goto(reverse("product_add"))
    fill_in(page)
    page.get_by_label("Harga per satuan").fill("seribu")
    page.get_by_label("Waktu pengerjaan").fill("900")
    page.get_by_role("button", name="Simpan, lalu tambah foto").click()
    expect(page.get_by_role("alert")).to_contain_text("Harga per satuan")
    expect(page.get_by_label(re.compile("10794"))).to_be_checked()
    sound(page)
    shot(page, "product-add-wrong-360")


def test_enter_in_a_field_sends_the_form(owner: User, visit: Visit) -> None:
    page = visit(owner, device="desk")
    page.goto(reverse("product_add"))
    fill_in(page)
    page.get_by_label("Harga per satuan").press("Enter")
    page.wait_for_url("**/photos/")


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_list_with_wrong_rows(owner: User, visit: Visit, shot: Shot, tmp_path: Path, device: str) -> None:
    rows = [row(number) for number in range(60)]
    rows[5], rows[30] = row(5, harga="mahal", satuan="karung goni"), row(30, kbli="99999", nama="=1+1")
    (tmp_path / "produk.csv").write_bytes(csv_file(rows).read())
    page = visit(owner, device=device)
    page.goto(reverse("import_start"))
    sound(page)
    shot(page, f"import-start-{device}")
    page.get_by_label("Daftar produk").set_input_files(tmp_path / "produk.csv")
    page.get_by_role("button", name="Unggah daftar").click()
    expect(page.get_by_text("Berkas sedang dibaca.")).to_be_visible()
    sound(page)
    shot(page, f"import-progress-{device}")
    jobs.drain()
    expect(page.get_by_text("Yang perlu diperbaiki", exact=True)).to_be_visible()
    sound(page)
    shot(page, f"import-done-{device}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Baris yang perlu diperbaiki (XLSX)").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto(reverse("import_start"))
    sound(page)
    shot(page, f"import-start-earlier-{device}")


FAULTS = (
    {"harga": "mahal"},
    {"satuan": "karung goni"},
    {"kbli": "99999"},
    {"nama": ""},
    {"waktu": "900"},
    {"tkdn": "140"},
)


def test_forty_wrong_rows_are_mended_in_the_file_that_comes_back(
    owner: User, visit: Visit, shot: Shot, tmp_path: Path
) -> None:
    """On a phone: the list, what is wrong in it, the same file mended and sent again; all there, none doubled."""
    wrong = {number: FAULTS[number % len(FAULTS)] for number in range(5, 125, 3)}
    assert len(wrong) == 40
    (tmp_path / "produk.csv").write_bytes(
        csv_file([row(number, **wrong.get(number, {})) for number in range(130)]).read()
    )
    page = visit(owner, device="phone")

    def upload(name: str) -> None:
        page.goto(reverse("import_start"))
        page.get_by_label("Daftar produk").set_input_files(tmp_path / name)
        page.get_by_role("button", name="Unggah daftar").click()
        page.wait_for_url("**/upload/*/")
        jobs.drain()

    upload("produk.csv")
    expect(page.get_by_text("Baris yang benar sudah masuk")).to_be_visible()
    sound(page)
    assert Product.objects.count() == 90
    shot(page, "import-forty-360")
    with page.expect_download() as download:
        page.get_by_role("link", name="Baris yang perlu diperbaiki (XLSX)").click()
    download.value.save_as(tmp_path / "perbaikan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "perbaikan.xlsx")
    sheet = book.worksheets[0]
    codes = [f"KB-{number:05d}" for number in wrong]
    assert [cells[0] for cells in sheet.iter_rows(min_row=2, values_only=True)] == codes
    assert sum(cell.comment is not None for line in sheet.iter_rows(min_row=2) for cell in line) == 40
    for place, number in enumerate(wrong, 2):
        for column, value in enumerate(row(number), 1):
            sheet.cell(place, column).value = value
    book.save(tmp_path / "perbaikan.xlsx")
    upload("perbaikan.xlsx")
    expect(page.get_by_text("Semua baris sudah masuk daftar produk Anda.")).to_be_visible()
    sound(page)
    upload("produk.csv")
    expect(page.get_by_text("Baris yang benar sudah masuk")).to_be_visible()
    assert sorted(Product.objects.values_list("code", flat=True)) == [f"KB-{number:05d}" for number in range(130)]
    assert set(Product.objects.values_list("price", flat=True)) == {15_000}
    page.goto(reverse("product_list"))
    sound(page)


def test_a_file_that_could_not_be_read(owner: User, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    (tmp_path / "produk.csv").write_bytes(b"Kode;Nama;TKND;Warna\r\nA;B;C;D\r\n")
    page = visit(owner, device="phone")
    page.goto(reverse("import_start"))
    page.get_by_label("Daftar produk").set_input_files(tmp_path / "produk.csv")
    page.get_by_role("button", name="Unggah daftar").click()
    page.wait_for_url("**/upload/*/")
    jobs.drain()
    expect(page.get_by_text("Kolom “Warna” tidak dikenal.")).to_be_visible()
    sound(page)
    shot(page, "import-refused-360")


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_papers_declared_and_verified(owner: User, visit: Visit, shot: Shot, tmp_path: Path, device: str) -> None:
    enterprise = owner.organisation.enterprise
    today = timezone.localdate()
    DocumentFactory(enterprise=enterprise, kind="sni", issuer="BSN", valid_until=today - dt.timedelta(days=9))
    DocumentFactory(enterprise=enterprise, kind="iso_9001", issuer="", valid_until=today + dt.timedelta(days=20))
    (tmp_path / "halal.pdf").write_bytes(pdf())
    page = visit(owner, device=device)
    page.goto(reverse("document_add"))
    sound(page)
    shot(page, f"document-add-{device}")
    page.get_by_role("link", name="Sertifikat halal").click()
    page.get_by_label("Nomor").fill("ID33110000012340625")
    page.get_by_label("Diterbitkan oleh").fill("BPJPH")
    page.get_by_label("Berkas dokumen").set_input_files(tmp_path / "halal.pdf")
    page.get_by_role("button", name="Simpan dokumen").click()
    page.wait_for_url(f"**{reverse('document_list')}")
    sound(page)
    shot(page, f"document-list-{device}")
    desk = visit(person(Role.MINISTRY_ADMIN), device=device)
    desk.goto(reverse("enterprise_document_list", args=[enterprise.pk]))
    sound(desk)
    shot(desk, f"document-check-{device}")
    desk.get_by_role("button", name="Saya sudah melihatnya").click()
    expect(desk.get_by_text("terverifikasi.")).to_be_visible()


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_the_other_pages(owner: User, visit: Visit, shot: Shot, device: str) -> None:
    enterprise = owner.organisation.enterprise
    names = ["Keripik singkong balado kemasan berdiri", "Baut M16 x 60 galvanis celup panas kelas 8.8", "Keripik"]
    products = [ProductFactory(enterprise=enterprise, name=name) for name in names]
    products.append(ProductFactory(enterprise=enterprise, name="Keripik lama", withdrawn_at=timezone.now()))
    Product.objects.filter(pk=products[0].pk).update(
        tkdn=30,
        bmp=4,
        tiers=[{"from_quantity": "500", "price": 14_500}, {"from_quantity": "2000", "price": 13_900}],
        units=[{"unit": "box", "holds": "24", "price": 340_000}],
    )
    Enterprise.objects.filter(pk=enterprise.pk).update(monthly_capacity=3000, capacity_unit="pack")
    change_product(products[0], by=owner, price=15_500)
    photo = add_photos(products[1], [photo_file()], by=owner, caption="Baut dalam peti").photos[0]
    paper = DocumentFactory(enterprise=enterprise)
    page = visit(owner, device=device)
    for name, address in {
        "product-list-full": reverse("product_list") + "?show=all",
        "product-list-nothing": reverse("product_list") + "?q=zzz",
        "product-edit": reverse("product_edit", args=[products[0].pk]),
        "product-prices": reverse("product_prices", args=[products[0].pk]),
        "product-history": reverse("product_history", args=[products[0].pk]),
        "photo-edit": reverse("photo_edit", args=[photo.pk]),
        "product-withdraw": reverse("product_withdraw", args=[products[0].pk]),
        "product-photos-none": reverse("product_photos", args=[products[0].pk]),
        "document-remove": reverse("document_remove", args=[paper.pk]),
    }.items():
        page.goto(address)
        sound(page)
        shot(page, f"{name}-{device}")
