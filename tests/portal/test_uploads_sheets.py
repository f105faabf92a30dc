"""Lists of products in every dialect, and files made to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import openpyxl
import pytest

from portal.uploads.refusals import Refused
from portal.uploads.sheets import MOST_ROWS, Row, check_sheet, rows_of
from tests.factories.sheets import HEADINGS, SHEET_PART, csv_file, rebuilt, row, with_rows, xlsx_bytes


def read(data: bytes) -> list[Row]:
    return list(rows_of(io.BytesIO(data)))


def refused_at_once(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        check_sheet(io.BytesIO(data), len(data))
    return caught.value.code


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read(data)
    return caught.value.code


# -- CSV ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_however_it_was_saved(delimiter: str, encoding: str) -> None:
    file = csv_file([row(1, nama="Kopi “Gayo” – café")], delimiter=delimiter, encoding=encoding)
    headings, first = read(file.read())
    assert headings.cells == HEADINGS
    assert first.cells[1] == "Kopi “Gayo” – café"
    assert first.number == 2


def test_excels_line_that_names_the_delimiter_is_read_past() -> None:
    assert [each.cells for each in read(b"sep=;\r\nKode;Nama\r\nA;B, C\r\n")] == [["Kode", "Nama"], ["A", "B, C"]]


def test_empty_lines_are_read_past_and_the_numbers_stay() -> None:
    assert [(each.number, each.cells[0]) for each in read(b"Kode,Nama\n\n,,\nA,B\n")] == [(1, "Kode"), (4, "A")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'Kode,Nama\nA,"tak tertutup\n' + b"x" * 200_000, "csv_line"),
        (b'Kode,Nama\nA,"tak tertutup', "csv_line"),
        (b"Kode,Nama\nA,\x81\x8d", "encoding"),
        (b"Kode,Nama\nA,\0\0\0", "not_a_sheet"),
        (b"Kode\n" + b"A\n" * (MOST_ROWS + 1), "too_many_rows"),
        (b"<html><table><tr><td>Kode</td></tr></table></html>", "not_a_sheet"),
        (b"%PDF-1.4", "not_a_sheet"),
        (b"\xff\xd8\xff\xe0", "not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old_sheet"),
    ],
    ids=["huge cell", "open quote", "encoding", "zero bytes", "rows", "web page", "pdf", "photo", "old or locked"],
)
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("size", [0, 21 * 1024 * 1024])
def test_the_size_is_looked_at_first(size: int) -> None:
    with pytest.raises(Refused):
        check_sheet(io.BytesIO(b""), size)


def test_what_nobody_sees_is_taken_out() -> None:
    assert read("Kode,Nama\nA\x01\x7f,B\ufffe\x0b\n".encode())[1].cells == ["A", "B"]


def test_a_line_with_fewer_cells_than_the_names_is_marked() -> None:
    assert [each.ends_early for each in read(b"Kode,Nama,Harga\nA,B,1\nA,B")] == [False, False, True]


# -- XLSX --------------------------------------------------------------------------------------------------------------

SMALL = xlsx_bytes([row(1, harga=15000, kapasitas=12.5)])


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.995])
def test_an_upload_cut_in_the_middle_is_seen_at_once(kept: float) -> None:
    large = xlsx_bytes([row(number) for number in range(500)])
    assert refused_at_once(large[: int(len(large) * kept)]) == "sheet_damaged"
    check_sheet(io.BytesIO(large), len(large))


def test_an_xlsx_is_read_with_its_numbers_as_numbers() -> None:
    headings, first = read(SMALL)
    assert headings.cells == HEADINGS
    assert (first.number, first.cells[6], first.cells[7]) == (2, 15000, 12.5)


def test_cells_that_hold_formulas_are_named() -> None:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    book.active["G2"] = "=1000*15"
    book.active["B3"] = '=HYPERLINK("http://example.org","klik")'
    out = io.BytesIO()
    book.save(out)
    assert [(each.number, each.formulas) for each in read(out.getvalue())] == [(1, ()), (2, (6,)), (3, (1,))]


def test_the_sheet_of_the_template_is_found_behind_others() -> None:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    book.create_sheet("Catatan", 0)["A1"] = "bukan ini"
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue())[0].cells == HEADINGS


@pytest.mark.parametrize(
    "empty_row",
    [b'<row r="%d"/>', b'<row r="%d" spans="1:11" ht="15" customHeight="1"/>', b'<row r="%d"><c r="A%d" s="0"/></row>'],
    ids=["nothing", "heights", "formatted cells"],
)
def test_a_million_empty_rows_cost_little_and_the_filled_ones_are_read(empty_row: bytes) -> None:
    rows = b"".join(empty_row % ((number,) * empty_row.count(b"%d")) for number in range(3, 1_000_003))
    data = with_rows(SMALL, rows)
    assert [each.number for each in read(data)] == [1, 2]


def test_more_than_the_most_rows_is_refused() -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, MOST_ROWS + 5))
    assert refused(with_rows(SMALL, cells)) == "too_many_rows"


def bomb() -> bytes:
    cell = b'<c t="inlineStr"><is><t>AAAAAAAAAAAAAAAA</t></is></c>'
    return with_rows(SMALL, (b"<row>" + cell * 40 + b"</row>") * 60_000)


def with_size(data: bytes, part: str, size: int) -> bytes:
    """The directory says another unpacked size for a part than it has."""
    changed, place = bytearray(data), -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        length = struct.unpack("<H", data[place + 28 : place + 30])[0]
        if data[place + 46 : place + 46 + length] == part.encode():
            changed[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(changed)


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def far_corner() -> bytes:
    return with_rows(SMALL, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def nested_entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{levels}]><workbook>&l9;</workbook>'
    return rebuilt(SMALL, lambda part: bomb.encode(), "xl/workbook.xml")


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (bomb, {"sheet_too_heavy", "too_many_rows"}),
        (lambda: with_size(bomb(), SHEET_PART, 1000), {"sheet_damaged", "sheet_too_heavy"}),
        (lambda: with_size(SMALL, SHEET_PART, 2**32 - 2), {"sheet_too_heavy"}),
        (far_corner, {"sheet_too_heavy"}),
        (nested_entities, {"sheet_damaged"}),
        (lambda: SMALL[:-300], {"sheet_damaged"}),
        (lambda: SMALL[: len(SMALL) // 2], {"sheet_damaged"}),
        (lambda: rebuilt(SMALL, lambda part: part[:-40]), {"sheet_damaged"}),
        (lambda: zipped(**{"word/document.xml": b"<w/>"}), {"not_a_sheet"}),
        (lambda: zipped(**{"xl/workbook.xml": b"<w/>", "xl/vbaProject.bin": b"x"}), {"sheet_macros"}),
        (lambda: zipped(**{f"{n}.xml": b"" for n in range(600)}), {"sheet_too_heavy"}),
        (lambda: zipped(zeros=b"\0" * 200_000_000), {"sheet_too_heavy"}),
    ],
    ids=[
        "bomb", "bomb with a lying head", "lying head", "far corner", "entities", "cut", "halved", "cut sheet", "docx",
        "macros", "many parts", "zeros",
    ],
)  # fmt: skip
def test_a_file_made_to_do_harm_is_refused(make: Any, codes: set[str]) -> None:
    assert refused(make()) in codes
