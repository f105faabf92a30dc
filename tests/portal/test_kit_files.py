"""Workbooks that come back torn, from LibreOffice, or are none at all; and the form on paper."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from portal.kits.layout import FIRST_ROW, SHEETS
from portal.kits.merging import compared
from portal.kits.paper import content_of, paper_of
from portal.kits.returning import bring_back
from portal.kits.workbook import workbook_of
from portal.models import VisitKit
from tests.factories.assistance import Help, helped
from tests.factories.enterprises import product
from tests.factories.kits import Filled, kit_of
from tests.factories.papers import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def help_() -> Help:
    made = helped()
    product(made.enterprise, code="BAUT", name="Baut M16")
    with translation.override("id"):
        made.kit = kit_of(made.enterprise, made.companion)
    return made


def told(data: bytes, given: Help) -> list[str]:
    file = SimpleUploadedFile("kit.xlsx", data)
    with translation.override("id"), pytest.raises(ValidationError) as refused:
        bring_back(file, len(data), name="kit.xlsx", by=given.companion)
    assert VisitKit.objects.get().status == "handed_out"
    return refused.value.messages


# -- The workbook ------------------------------------------------------------------------------------------------------


def test_only_answers_can_be_typed_and_lists_are_offered(help_: Help) -> None:
    filled = Filled(help_.kit)
    profile = filled.sheet("profile")
    assert profile.protection.sheet
    assert filled.book.security.lockStructure
    open_cells = {cell.coordinate for row in profile.iter_rows() for cell in row if not cell.protection.locked}
    assert all(place.startswith("C") for place in open_cells)
    assert filled.cell("workforce").number_format == "@"
    offered = {str(each.sqref): each for each in profile.data_validations.dataValidation}
    assert offered[filled.cell("legal_form").coordinate].type == "list"
    assert offered[filled.cell("workforce").coordinate].prompt
    assert profile.column_dimensions["A"].hidden
    assert filled.book["Pilihan"].sheet_state == "hidden"


def test_it_is_filled_with_what_is_known(help_: Help) -> None:
    filled = Filled(help_.kit)
    assert filled.cell("village").value.startswith("33.10.11.2012 ")
    assert filled.cell("district").value.startswith("33.10.11 ")
    assert filled.cell("capital").value == "850.000.000"
    assert filled.cell("women_led").value == "tidak"
    assert [cell.value for cell in filled.sheet("sales")[FIRST_ROW]][1:] == ["2025", "4.200.000.000"]
    assert [cell.value for cell in filled.sheet("products")[FIRST_ROW]][:3] == ["BAUT", "BAUT", "Baut M16"]
    assert filled.cell("kit.number").value == help_.kit.number
    assert filled.cell("kit.state").value == help_.kit.state


def test_nothing_in_a_kit_runs(help_: Help) -> None:
    help_.enterprise.description = '=HYPERLINK("http://jahat.example";"klik")'
    help_.enterprise.save()
    VisitKit.objects.all().delete()
    kit = kit_of(help_.enterprise, help_.companion)
    sheets = zipfile.ZipFile(io.BytesIO(workbook_of(kit)))
    assert not any(b"<f>" in sheets.read(name) for name in sheets.namelist() if name.startswith("xl/worksheets/"))
    assert compared(Filled(kit).brought_back(help_.companion), by=help_.companion).items == []


def test_what_libreoffice_and_excel_make_of_values_is_read(help_: Help) -> None:
    filled = Filled(help_.kit)
    filled.answer("established_on", dt.datetime(2011, 5, 6)).answer("capital", 9e8).answer("women_led", True)
    filled.answer("postal_code", 57466).answer("latitude", -7.7056).answer("longitude", 110.6031)
    filled.row("sales", 1, year=2025.0, amount=4_300_000_000.0)
    help_.consent()
    found = {item.path: item for item in compared(filled.brought_back(help_.companion), by=help_.companion).items}
    values = {path: item.value for path, item in found.items()}
    assert values == {
        "established_on": "2011-05-06",
        "capital": "900000000",
        "women_led": "True",
        "postal_code": "57466",
        "latitude": "-7,7056",
        "longitude": "110,6031",
        "sales/2025": {"year": "2025", "amount": "4300000000"},
    }
    assert {item.state.value for item in found.values()} == {"proposed"}


def test_a_kit_is_read_whatever_language_its_companion_reads(help_: Help) -> None:
    filled = (
        Filled(help_.kit)
        .answer("women_led", "ya")
        .answer("established_on", "6 Mei 2011")
        .answer("legal_form", "Koperasi")
    )
    with translation.override("en"):
        kit = filled.brought_back(help_.companion)
        values = {item.path: item.value for item in compared(kit, by=help_.companion).items}
    assert values == {"women_led": "True", "established_on": "2011-05-06", "legal_form": "koperasi"}


# -- Torn --------------------------------------------------------------------------------------------------------------


def test_a_sheet_that_is_missing_is_named(help_: Help) -> None:
    filled = Filled(help_.kit)
    filled.book.remove(filled.sheet("sales"))
    assert "Lembar “Penjualan” tidak ada." in told(filled.saved(), help_)


def test_without_the_profile_it_is_no_kit(help_: Help) -> None:
    filled = Filled(help_.kit)
    filled.book.remove(filled.sheet("profile"))
    [said] = told(filled.saved(), help_)
    assert "bukan kit kunjungan" in said


def test_columns_that_were_moved_without_their_keys_are_refused(help_: Help) -> None:
    filled = Filled(help_.kit)
    sheet = filled.sheet("sales")
    for row in range(FIRST_ROW - 1, sheet.max_row + 1):
        sheet.cell(row, 2).value, sheet.cell(row, 3).value = sheet.cell(row, 3).value, sheet.cell(row, 2).value
    assert any("kolom B" in each for each in told(filled.saved(), help_))


def test_columns_that_were_moved_whole_are_read_right(help_: Help) -> None:
    filled = Filled(help_.kit)
    sheet = filled.sheet("sales")
    for row in range(FIRST_ROW - 2, sheet.max_row + 1):
        sheet.cell(row, 2).value, sheet.cell(row, 3).value = sheet.cell(row, 3).value, sheet.cell(row, 2).value
    assert compared(filled.brought_back(help_.companion), by=help_.companion).items == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda filled: setattr(filled.sheet("sales")["B2"], "value", None), "kolomnya tidak di tempat semula"),
        (lambda filled: filled.sheet("profile").delete_rows(filled.cell("workforce").row), "baris"),
        (lambda filled: setattr(filled.sheet("profile")["C30"].offset(column=0), "value", "x"), ""),
        (lambda filled: setattr(filled.sheet("sales").cell(FIRST_ROW, 9), "value", "lepas"), "lepas"),
        (lambda filled: setattr(filled.cell("kit.state"), "value", "lain"), "Nomor kit diubah"),
    ],
)
def test_what_was_torn_apart_is_said(help_: Help, change: Callable[[Filled], None], said: str) -> None:
    filled = Filled(help_.kit)
    change(filled)
    if said:
        assert any(said in each for each in told(filled.saved(), help_))


def test_a_sheet_may_be_renamed(help_: Help) -> None:
    filled = Filled(help_.kit)
    filled.sheet("sales").title = "Omzet"
    assert compared(filled.brought_back(help_.companion), by=help_.companion).items == []


# -- No kit at all -----------------------------------------------------------------------------------------------------


def other_workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"bukan apa-apa", "bukan lembar kerja"),
        (pdf(), "bukan lembar kerja"),
        (b"", "kosong"),
        (b"PK\x03\x04 terpotong", "tidak lengkap"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Excel lama"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
    ],
)
def test_a_file_that_is_no_workbook_is_answered(help_: Help, data: bytes, said: str) -> None:
    [text] = told(data, help_)
    assert said in text


def test_a_workbook_that_is_no_kit_or_of_nobody_is_answered(help_: Help) -> None:
    assert "bukan kit kunjungan" in told(other_workbook(), help_)[0]
    unknown = Filled(help_.kit)
    unknown.answer("kit.number", "KIT-AAAA-BBBB")
    assert "bukan kit usaha yang Anda dampingi" in told(unknown.saved(), help_)[0]


# -- On paper ----------------------------------------------------------------------------------------------------------


def test_the_paper_form_holds_what_is_known_and_room_for_the_rest(help_: Help) -> None:
    content = content_of(help_.kit)
    sections = {each["title"]: each for each in content["sections"]}
    assert len(sections) == 13
    people = next(each for title, each in sections.items() if title in ("Tenaga kerja", "People", "Orang"))
    assert people["questions"][0]["known"] == "18"
    assert str(help_.enterprise) in content["consent"]["text"]
    assert "0013121660091000" not in str(content)


def test_the_paper_form_is_a_pdf_whatever_stands_in_it(help_: Help) -> None:
    help_.enterprise.description = '#panic("x") *tebal* $a^2$ @rujukan'
    help_.enterprise.save()
    VisitKit.objects.all().delete()
    assert paper_of(kit_of(help_.enterprise, help_.companion)).startswith(b"%PDF-")


def test_every_sheet_of_the_layout_is_written(help_: Help) -> None:
    filled = Filled(help_.kit)
    assert all(filled.sheet(name) for name in SHEETS if name != "members")
