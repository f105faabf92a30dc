"""What the reader of a list is told about its columns and cells."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.utils import translation

from portal.enums import ImportMode, Unit
from portal.exports import shielded
from portal.models import KbliClass, Product
from portal.product_sheet.cells import Known, unit_key, unit_names
from portal.product_sheet.columns import BY_KEY, COLUMNS
from portal.product_sheet.headings import read_headings
from portal.product_sheet.problems import problem_text
from portal.product_sheet.rows import Reader, Rows, copied, read_row
from portal.selectors.product_import import why_refused, worded
from portal.uploads.sheets import Row
from tests.factories.products import seller
from tests.factories.sheets import HEADINGS, csv_file, row, xlsx_bytes, xlsx_file
from tests.portal.test_import_life import upload

pytestmark = pytest.mark.django_db
KNOWN = Known(kbli={"10794": 1, "01111": 2}, hs={"73181510", "0901"})


def problems(**cells: object) -> list[tuple[str, str]]:
    _values, found = read_row(cells, (), KNOWN)
    return [(problem.column, problem.code) for problem in found]


def value(key: str, cell: object) -> object:
    values, found = read_row({key: cell}, (), KNOWN)
    assert not found, found
    return values[key]


# -- Names of columns --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_names_of_the_template_are_known_in_both_languages(language: str) -> None:
    with translation.override(language):
        names = [str(column.label) for column in COLUMNS]
    assert read_headings(names).keys == [column.key for column in COLUMNS]


@pytest.mark.parametrize("name", ["  HARGA (Rp) ", "harga_satuan", "Price", "\ufeffHarga", "Harga *"])
def test_a_name_may_be_written_in_many_ways(name: str) -> None:
    assert read_headings([name]).keys == ["price"]


def test_a_missing_and_an_unknown_column_are_answered_with_their_names() -> None:
    headings = [*HEADINGS[:6], *HEADINGS[7:-1], "TKND", "Warna"]
    done = upload(seller(), csv_file([row(1)], headings=headings))
    with translation.override("id"):
        assert why_refused(done) == [
            "Kolom ini belum ada: Harga per satuan (Rp).",
            "Kolom “TKND” tidak dikenal. Maksud Anda “TKDN (%)”?",
            "Kolom “Warna” tidak dikenal. Hapus kolom itu atau pakai nama dari templat.",
        ]
    with translation.override("en"):
        assert why_refused(done)[0] == "These columns are missing: Price per unit (Rp)."
    assert not Product.objects.exists()


def test_a_column_that_stands_there_twice_is_named() -> None:
    done = upload(seller(), csv_file([[*row(1), "x"]], headings=[*HEADINGS, "Harga"]))
    with translation.override("id"):
        assert why_refused(done) == ["Kolom “Harga” ada dua kali."]


def test_a_title_above_the_names_is_read_past() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Daftar produk CV Renyah"])
    sheet.merge_cells("A1:K1")
    sheet.append([])
    for line in (HEADINGS, row(1), row(2, harga="x")):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    done = upload(seller(), xlsx_file(out.getvalue()))
    assert (done.created_count, done.problems.get().row) == (1, 5)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_values_below_no_name_are_not_lost_without_a_word(kind: str) -> None:
    """As where the name of a column is merged over two."""
    headings, rows = [*HEADINGS[:7], "", *HEADINGS[7:]], [[*row(1)[:7], "17.500", *row(1)[7:]]]
    file = csv_file(rows, headings=headings) if kind == "csv" else xlsx_file(xlsx_bytes(rows, headings=headings))
    done = upload(seller(), file)
    with translation.override("id"):
        assert why_refused(done) == [
            "Kolom H berisi nilai tetapi tidak bernama. Beri nama, kosongkan, atau pisahkan sel gabungan di atasnya."
        ]
    assert not Product.objects.exists()


def test_a_row_that_ends_early_says_so_once() -> None:
    file = csv_file([row(1)[:5], row(2)])
    done = upload(seller(), file)
    problem = done.problems.get()
    assert (problem.row, problem.code, problem.params) == (2, "short", {"cells": 5, "columns": 11})
    with translation.override("id"):
        assert worded(problem).text.startswith("Baris ini berhenti setelah 5 dari 11 sel.")


@pytest.mark.parametrize("rows", [[], [[""] * 11]], ids=["only names", "blank row"])
def test_a_file_without_rows_is_refused(rows: list[list[str]]) -> None:
    assert upload(seller(), csv_file(rows)).refusal["code"] == "no_rows"


# -- Cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "cell", "read"),
    [
        ("price", "15.000", 15_000),
        ("price", "1.500.000", 1_500_000),
        ("price", "1,234", 1_234),
        ("price", "Rp 1.500,-", 1_500),
        ("price", "1,5 juta", 1_500_000),
        ("price", 15000, 15_000),
        ("price", 15000.0, 15_000),
        ("monthly_capacity", "1.234,5", "1234.50"),
        ("monthly_capacity", "1234.5", "1234.50"),
        ("monthly_capacity", 12.5, "12.50"),
        ("minimum_order", "", "1"),
        ("lead_time_days", "0", 0),
        ("tkdn", "40%", "40.00"),
        ("tkdn", "", None),
        ("kbli", 10794, 1),
        ("kbli", 1111, 2),
        ("kbli", "01111 Pertanian jagung", 2),
        ("hs", "7318.15.10", "73181510"),
        ("hs", 901, "0901"),
        ("hs", None, None),
        ("unit", "Kg", "kilogram"),
        ("unit", "M²", "square_metre"),
        ("unit", "buah", "piece"),
        ("name", "  Keripik \n singkong ", "Keripik singkong"),
        ("code", "   ", ""),
        ("on_sale", "Ya", True),
        ("on_sale", "TIDAK", False),
        ("on_sale", 0, False),
        ("on_sale", "", True),
        ("description", None, ""),
    ],
)
def test_a_cell_is_read_as_it_is_meant(key: str, cell: object, read: object) -> None:
    found = value(key, cell)
    assert (found if isinstance(read, int) or read is None else str(found)) == read


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        ("price", "0", "zero"),
        ("price", "-5", "negative"),
        ("price", -5, "negative"),
        ("price", "1000000000000000", "not_below"),
        ("price", "15,5", "whole"),
        ("price", True, "number"),
        ("price", "", "required"),
        ("monthly_capacity", "banyak", "number"),
        ("monthly_capacity", "nan", "number"),
        ("monthly_capacity", 1e300, "not_below"),
        ("monthly_capacity", 0.001, "places"),
        ("lead_time_days", "731", "too_high"),
        ("lead_time_days", "seminggu", "days"),
        ("lead_time_days", "1,5", "whole"),
        ("tkdn", "140", "too_high"),
        ("unit", "karung goni", "unit"),
        ("on_sale", "mungkin", "yes_or_no"),
        ("kbli", "107", "kbli"),
        ("kbli", "kerupuk", "kbli"),
        ("hs", "12345678", "hs"),
        ("name", "x" * 201, "too_long"),
    ],
)
def test_a_wrong_cell_says_what_is_wrong(key: str, cell: object, code: str) -> None:
    assert problems(**{key: cell}) == [(key, code)]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+62 811", "-keripik", "@SUM(A1)", "  =1+1", "\t=1+1", "\u00a0=1", "' =1+1", "=HYPERLINK(\"x\")", "＝1+1", "-1+1|cmd"],
)  # fmt: skip
def test_a_formula_in_a_cell_is_refused_for_that_row(cell: str) -> None:
    assert problems(name=cell) == [("name", "formula")]


@pytest.mark.parametrize("text", ["=1+1", "+62 811", "-25%", "@rumah", "＝1", "'=1", "''-5"])
def test_a_text_that_our_lists_kept_from_running_is_read_as_it_was(text: str) -> None:
    values, found = read_row({"name": shielded(text), "kbli": "25952"}, (), KNOWN)
    assert (values["name"], [each for each in found if each.column == "name"]) == (text, [])


def test_a_formula_of_a_workbook_is_refused_whatever_it_made_last() -> None:
    user = seller()
    done = upload(user, xlsx_file(xlsx_bytes([row(1, harga="=15*1000"), row(2)])))
    problem = done.problems.get()
    assert (problem.row, problem.column, problem.code) == (2, "price", "formula")
    assert Product.objects.count() == 1


def test_a_code_of_the_other_edition_is_answered_with_what_may_stand_for_it() -> None:
    current = KbliClass.objects.filter(edition=2025, level=5).values("code")
    old = KbliClass.objects.filter(edition=2020, level=5).exclude(code__in=current).first()
    done = upload(seller(), csv_file([row(1, kbli=old.code)]))
    with translation.override("id"):
        text = worded(done.problems.get()).text
    assert text.startswith(f"{old.code} adalah kode KBLI 2020; kode itu tidak ada di KBLI 2025")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_unit_is_known_by_the_name_that_the_page_shows(language: str) -> None:
    with translation.override(language):
        assert {unit_names()[unit_key(str(unit.label))] for unit in Unit} == set(Unit)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_problem_is_told_in_the_readers_language(language: str) -> None:
    with translation.override(language):
        text = problem_text("too_high", {"limit": 1000000000000})
    assert text == {"id": "Paling besar 1.000.000.000.000", "en": "At most 1,000,000,000,000"}[language]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "Keripik  dua",
        " Keripik",
        "Keripik\\n",
        "Keripik\u00a0tempe",
        "Keripik¦tempe",
        "(?) Keripik",
        12345,
        "É",
        "",
        "=1",
    ],
)
def test_many_rows_are_read_as_each_on_its_own(odd: object) -> None:
    """Reading by columns looks at whole columns at once where all their texts are plain."""
    rows = [Row(n, row(n)) for n in range(2, 12)]
    if odd is not None:
        rows[5].cells[1] = odd
    table = Rows([*rows, Row(12, row(12)[:10])], read_headings(HEADINGS))
    read = Reader(KNOWN).read(table)
    alone = {each.number: read_row(dict(zip(BY_KEY, each.cells, strict=False)), (), KNOWN) for each in table.rows}
    expected = {
        number: "\t".join(
            [str(number), *(copied(value) for value in values.values()), *(["\\N"] if number == 12 else [])]
        )
        for number, (values, problems) in alone.items()
        if not problems
    }
    assert read.lines == [*expected.values()]
    assert read.problems == {number: problems for number, (_values, problems) in alone.items() if problems}


def test_a_file_of_windows_1252_with_semicolons_arrives_whole() -> None:
    file = csv_file([row(1, nama="Kopi “Gayo” café")], delimiter=";", encoding="cp1252")
    upload(seller(), file, ImportMode.ALL_OR_NOTHING)
    assert Product.objects.get().name == "Kopi “Gayo” café"
