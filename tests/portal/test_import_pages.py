"""The pages of an upload: template, progress, what is wrong, and the file to correct."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal import jobs
from portal.enums import JobState, Role, Unit
from portal.models import Job, Product, ProductImport, StagedProduct, User
from portal.product_sheet.headings import read_headings
from tests.factories.people import person
from tests.factories.products import seller
from tests.factories.sheets import csv_file, row
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PAYLOADS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\t=1", " =1", "\u00a0=1", "＝1"]


@pytest.fixture
def user() -> User:
    return seller()


def send(user: User, file: Any, mode: str = "keep_valid") -> Any:
    return signed_in(user).post(reverse("import_start"), {"file": file, "mode": mode})


def test_an_upload_shows_its_progress_and_then_its_counts(user: User) -> None:
    response = send(user, csv_file([row(1), row(2, harga="mahal")]))
    started = ProductImport.objects.get()
    assert response.url == reverse("import_status", args=[started.pk])
    client = signed_in(user)
    waiting = client.get(response.url).content.decode()
    assert f'data-poll="{response.url}?part=progress"' in waiting
    assert '<meta http-equiv="refresh"' in waiting
    assert "data-poll" in client.get(response.url + "?part=progress").content.decode()
    jobs.drain()
    assert "data-reload" in client.get(response.url + "?part=progress").content.decode()
    done = client.get(response.url).content.decode()
    assert "Baris 3, Harga per satuan (Rp)" in done
    assert "“mahal” bukan angka" in done


def test_a_file_that_cannot_be_a_list_is_refused_at_the_field(user: User) -> None:
    response = send(user, SimpleUploadedFile("produk.xlsx", b"%PDF-1.4"), "all_or_nothing")
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [
        "Berkas ini tidak dapat dibaca sebagai daftar produk. Pilih berkas XLSX atau CSV."
    ]
    assert response.context["form"]["mode"].value() == "all_or_nothing"
    assert not ProductImport.objects.exists()


def test_the_same_form_sent_twice_is_one_upload(user: User) -> None:
    client = signed_in(user)
    key = str(client.get(reverse("import_start")).context["form"]["form_key"].value())
    answers = [
        client.post(reverse("import_start"), {"file": csv_file([row(1)]), "mode": "keep_valid", "form_key": key})
        for _ in range(2)
    ]
    assert answers[0].url == answers[1].url
    assert ProductImport.objects.count() == 1


def test_why_a_whole_file_was_not_read_is_said(user: User) -> None:
    response = send(user, csv_file([["x"]], headings=["Kode"]))
    jobs.drain()
    page = signed_in(user).get(response.url).content.decode()
    assert "Kolom ini belum ada: Nama produk, KBLI" in page


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_corrected_file_is_taken_in_and_doubles_nothing(user: User, kind: str) -> None:
    response = send(user, csv_file([row(1), row(2, harga="mahal", satuan="karung"), row(3)]))
    jobs.drain()
    done = ProductImport.objects.get()
    address = reverse("import_problems", args=[done.pk])
    download = signed_in(user).get(address, {"format": kind} if kind == "csv" else {})
    assert "attachment" in download["Content-Disposition"]
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(download.content))
        sheet = book.active
        assert sheet.max_row == 2
        assert "Satuan: “karung” bukan satuan" in sheet["L2"].value
        assert sheet["G2"].fill.fgColor.rgb == "00FFF1DA"
        assert "“mahal” bukan angka" in sheet["G2"].comment.text
        assert sheet["A2"].comment is None
        sheet["F2"], sheet["G2"] = "bungkus", 15000
        out = io.BytesIO()
        book.save(out)
        corrected = SimpleUploadedFile("perbaikan.xlsx", out.getvalue())
    else:
        lines = list(csv.reader(io.StringIO(download.content.decode("utf-8-sig")), delimiter=";"))
        assert len(lines) == 2
        lines[1][5:7] = ["bungkus", "15.000"]
        corrected = csv_file([lines[1]], headings=lines[0])
    assert response.status_code == 302
    send(user, corrected)
    jobs.drain()
    second = ProductImport.objects.first()
    assert (second.created_count, second.bad_count, second.refusal) == (1, 0, {})
    assert Product.objects.count() == 3


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("code", ["KB-1", ""])
def test_a_row_that_repeats_another_must_be_told_apart_before_it_is_taken(user: User, kind: str, code: str) -> None:
    """By its code, or without one by name and unit: the file to correct no longer holds the row it repeats."""
    first = row(1, nama="Keripik", kode=code)
    send(user, csv_file([first, row(2, nama="Keripik", kode=code, harga="99.000")]))
    jobs.drain()
    address = reverse("import_problems", args=[ProductImport.objects.get().pk])
    download = signed_in(user).get(address, {"format": kind} if kind == "csv" else {})
    send(user, SimpleUploadedFile(f"perbaikan.{kind}", download.content))
    jobs.drain()
    again = ProductImport.objects.first()
    assert (again.updated_count, again.bad_count) == (0, 1)
    marked = code or "Keripik"
    problem = again.problems.get()
    assert (problem.code, problem.value) == ("unchosen", f"(?) {marked}")
    assert Product.objects.get().price == 15_000
    page = signed_in(user).get(reverse("import_status", args=[again.pk])).content.decode()
    assert f"atau hanya “{marked}” untuk mengubah produk yang sudah memakainya" in page
    # Given back once more with what was chosen.
    chosen = "KB-2" if code else "Keripik pedas"
    corrected = {"kode": chosen} if code else {"nama": chosen, "kode": ""}
    send(user, csv_file([row(2, **({"nama": "Keripik", "harga": "99.000"} | corrected))]))
    jobs.drain()
    assert sorted(Product.objects.values_list("price", flat=True)) == [15_000, 99_000]


def test_text_under_a_name_of_excels_is_not_read_as_csv(user: User) -> None:
    response = send(user, SimpleUploadedFile("Produk.XLSX", b"ini bukan lembar kerja"))
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [
        "Namanya berakhiran .xlsx, tetapi ini bukan berkas Excel. Simpan sebagai XLSX dari program lembar kerja, atau beri"
        " nama .csv jika isinya CSV."
    ]


def test_nothing_in_a_corrected_file_runs(user: User) -> None:
    send(user, csv_file([row(n, nama=payload, harga="x") for n, payload in enumerate(PAYLOADS)]))
    jobs.drain()
    done = ProductImport.objects.get()
    assert done.bad_count == len(PAYLOADS)
    client, address = signed_in(user), reverse("import_problems", args=[done.pk])
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).content)).active
    lines = list(
        csv.reader(io.StringIO(client.get(address, {"format": "csv"}).content.decode("utf-8-sig")), delimiter=";")
    )
    for cells in sheet.iter_rows(min_row=2):
        assert "f" not in {cell.data_type for cell in cells}
    for line in lines[1:]:
        assert line[1].startswith("'")
    # Sent back as it is, a shielded formula is still one.
    send(user, csv_file(lines[1:], headings=lines[0]))
    jobs.drain()
    assert not Product.objects.exists()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_template_is_taken_as_it_comes(user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])
    client = signed_in(user)
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("import_template")).content))
    products, examples, columns, choices = book.worksheets
    headings = [cell.value for cell in products[1]]
    assert not read_headings(headings).missing
    assert products.max_row == 1
    example_rows = [[cell.value for cell in line] for line in examples.iter_rows(min_row=2)]
    assert columns.max_row == len(headings) + 1
    assert [columns.cell(1, place).value for place in (1, 4)] == ["Kolom", "Column"], "explained in both languages"
    assert choices.sheet_state == "hidden"
    send(user, csv_file([["" if cell is None else cell for cell in line] for line in example_rows], headings=headings))
    jobs.drain()
    done = ProductImport.objects.get()
    assert (done.created_count, done.bad_count) == (3, 0), list(done.problems.values())
    unnumbered = Product.objects.get(name="Kerupuk udang mentah")
    assert (unnumbered.code, unnumbered.price, str(unnumbered.monthly_capacity)) == ("P001", 42_500, "1250.50")
    assert unnumbered.withdrawn_at is not None
    csv_text = client.get(reverse("import_template"), {"format": "csv"}).content.decode("utf-8-sig")
    assert csv_text.strip().split(";") == headings


def test_the_template_offers_units_own_classes_and_yes_or_no(user: User) -> None:
    book = openpyxl.load_workbook(io.BytesIO(signed_in(user).get(reverse("import_template")).content))
    offered = {
        str(choice.sqref).partition("2:")[0]: choice.formula1
        for choice in book.worksheets[0].data_validations.dataValidation
    }
    assert len(offered["F"]) <= 255, "a spreadsheet takes no longer list"
    assert offered["F"].count(",") == len(Unit) - 1
    assert offered["O"] == '"ya,tidak"'
    sheet, _cells = offered["D"].replace("'", "").split("!")
    own = [f"{each.kbli.code} {each.kbli.title}" for each in user.organisation.enterprise.activities.all()]
    assert [cell.value for (cell,) in book[sheet].iter_rows()] == own


def test_good_rows_leave_no_copy_behind(user: User) -> None:
    send(user, csv_file([row(1)]))
    jobs.drain()
    assert not StagedProduct.objects.exists()
    address = reverse("import_problems", args=[ProductImport.objects.get().pk])
    assert signed_in(user).get(address).status_code == 404


@pytest.mark.parametrize("name", ["import_status", "import_problems"])
def test_a_stranger_finds_no_upload(user: User, name: str) -> None:
    send(user, csv_file([row(1, harga="x")]))
    jobs.drain()
    address = reverse(name, args=[ProductImport.objects.get().pk])
    assert signed_in(user).get(address).status_code == 200
    assert signed_in(seller()).get(address).status_code == 404
    assert signed_in(person(Role.OFFICER)).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_many_rows_to_correct_come_as_csv_alone(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.models.product.MOST_IN_WORKBOOK", 1)
    response = send(user, csv_file([row(1, harga="x"), row(2, harga="x")]))
    jobs.drain()
    client, address = signed_in(user), reverse("import_problems", args=[ProductImport.objects.get().pk])
    page = client.get(response.url).content.decode()
    assert f'href="{address}?format=csv"' in page
    assert f'href="{address}"' not in page
    assert client.get(address).status_code == 404
    assert client.get(address, {"format": "csv"}).content.count(b"\r\n") == 3


def test_rows_to_correct_of_a_file_that_is_gone(user: User) -> None:
    send(user, csv_file([row(1, harga="x")]))
    jobs.drain()
    done = ProductImport.objects.get()
    done.file.storage.delete(done.file.name)
    answer = signed_in(user).get(reverse("import_problems", args=[done.pk]), follow=True)
    assert "Unggah sekali lagi" in answer.content.decode()


def test_an_upload_that_stopped_says_so(user: User) -> None:
    response = send(user, csv_file([row(1)]))
    Job.objects.filter(kind="portal.import_read").update(state=JobState.PARKED)
    page = signed_in(user).get(response.url).content.decode()
    assert "Pembacaan terhenti" in page
    assert "data-poll" not in page


def test_a_file_that_is_gone_is_asked_for_again(user: User) -> None:
    response = send(user, csv_file([row(1)]))
    started = ProductImport.objects.get()
    started.file.storage.delete(started.file.name)
    jobs.drain()
    assert "Unggah sekali lagi" in signed_in(user).get(response.url).content.decode()
