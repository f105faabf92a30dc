"""The files that go with an import: the empty template, the products as they stand, and the rows to correct with what is wrong
in place."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import IO, Any

import openpyxl
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from portal.enums import Unit
from portal.exports import csv_bytes, text_cell, write_csv
from portal.models import Enterprise, Product, ProductImport
from portal.product_sheet.cells import text_of
from portal.product_sheet.columns import BY_KEY, COLUMNS
from portal.product_sheet.writing import cells_of, number_text
from portal.selectors.product_import import RowToCorrect, rows_to_correct
from portal.uploads.sheets import MOST_ROWS

BOLD = Font(bold=True)
WRONG = PatternFill("solid", fgColor="FFF1DA")
WIDTHS = {"name": 40, "description": 50, "kbli": 30, "hs": 14, "tiers": 36, "units": 36}
COMMENT_WIDTH, COMMENT_HEIGHT = 260, 110
# What has no code yet is numbered; what is not on sale is not shown.
EXAMPLES = (
    ("KRP-250", "Keripik singkong balado 250 gram", "Dalam kemasan berdiri", "10794", "", Unit.PACK, 15000, 2000, 100, 7, 92.5, 10, "500: 14.500; 2.000: 13.900", "box 24: 340.000", True),
    ("BAUT-M16", "Baut M16 x 60 galvanis celup panas", "Kelas 8.8, SNI", "25952", "7318.15.10", Unit.KILOGRAM, 27500, 9000, 500, 21, 40, "", "1.000: 26.500", "tonne 1.000: 26.000.000", True),
    ("", "Kerupuk udang mentah", "", "10794", "", Unit.KILOGRAM, "42.500", "1.250,5", "", 10, "", "", "", "", False),
)  # fmt: skip


def template_csv() -> bytes:
    return csv_bytes([[column.label for column in COLUMNS]])


def template_xlsx(enterprise: Enterprise | None) -> bytes:
    """A sheet to fill in, one with examples, one that explains the columns in both languages. Only the first is read."""
    book = openpyxl.Workbook(write_only=True)
    products, examples, help_ = (book.create_sheet(name) for name in (_("Products"), _("Examples"), _("Columns")))
    for sheet in (products, examples):
        _set_widths(sheet)
        sheet.freeze_panes = "A2"
        sheet.append([_heading(sheet, column.label, column.hint) for column in COLUMNS])
    _offer_choices(book, products, enterprise)
    for example in EXAMPLES:
        examples.append([text_cell(examples, _shown(cell)) for cell in example])
    for letter, width in zip("ABCDEF", (26, 10, 70, 26, 10, 70), strict=True):
        help_.column_dimensions[letter].width = width
    explained = [_explained(language) for language in ("id", "en")]
    for number, lines in enumerate(zip(*explained, strict=True)):
        cells = [cell for line in lines for cell in line]
        help_.append([_heading(help_, cell) for cell in cells] if number == 0 else cells)
    return _saved(book)


def write_products_csv(enterprise: Enterprise, out: IO[bytes]) -> None:
    """All of them, on sale or not, as a list that changes nothing when it is uploaded as it is."""
    rows = (
        [number_text(cell) if isinstance(cell, Decimal | int) else cell for cell in cells_of(product).values()]
        for product in _listed_products(enterprise)
    )
    write_csv(chain([[column.label for column in COLUMNS]], rows), out)


def write_products_xlsx(enterprise: Enterprise, out: IO[bytes]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("Products"))
    _set_widths(sheet)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, column.label, column.hint) for column in COLUMNS])
    _offer_choices(book, sheet, enterprise)
    for product in _listed_products(enterprise):
        sheet.append([text_cell(sheet, cell) for cell in cells_of(product).values()])
    book.save(out)


def _listed_products(enterprise: Enterprise) -> Iterator[Product]:
    found = enterprise.products.select_related("kbli", "hs").order_by("code")
    yield from found.iterator(chunk_size=2000)


def corrections_csv(done: ProductImport) -> bytes:
    keys = done.columns
    headings = [*(BY_KEY[key].label for key in keys), _("To correct")]
    rows = ([*(text_of(row.cells.get(key)) for key in keys), row.remark] for row in rows_to_correct(done))
    return csv_bytes([headings, *rows])


def corrections_xlsx(done: ProductImport) -> bytes:
    """The rows as they were, a comment on each wrong cell, and what is wrong in a column at the end, which is read past."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("Products"))
    _set_widths(sheet, done.columns)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, BY_KEY[key].label) for key in done.columns] + [_heading(sheet, _("To correct"))])
    _offer_choices(book, sheet, done.enterprise, done.columns)
    for row in rows_to_correct(done):
        sheet.append([*_cells(sheet, row, done.columns), text_cell(sheet, row.remark)])
    return _saved(book)


def _cells(sheet: Any, row: RowToCorrect, keys: Iterable[str]) -> Iterator[Cell]:
    for key in keys:
        value = row.cells.get(key)
        cell = text_cell(sheet, text_of(value) if isinstance(value, str) else value)
        if key in row.wrong:
            cell.fill = WRONG
            cell.comment = _comment(row.wrong[key])
        yield cell


def _shown(cell: Any) -> Any:
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    return str(cell.label) if isinstance(cell, Unit) else cell


def _explained(language: str) -> list[tuple[str, str, str]]:
    """The lines of the help sheet."""
    with translation.override(language):
        lines = [(_("Column"), _("Required"), _("What to fill in"))]
        for column in COLUMNS:
            hint = f"{column.hint} {', '.join(_unit_labels())}" if column.key == "unit" else str(column.hint)
            lines.append((str(column.label), _("yes") if column.required else _("no"), hint))
        return lines


def _comment(text: Any) -> Comment:
    return Comment(str(text), "MitraPasok", width=COMMENT_WIDTH, height=COMMENT_HEIGHT)


def _heading(sheet: Any, text: Any, hint: Any = "") -> Cell:
    cell = WriteOnlyCell(sheet, value=str(text))
    cell.font = BOLD
    if hint:
        cell.comment = _comment(hint)
    return cell


def _set_widths(sheet: Any, keys: Iterable[str] = tuple(BY_KEY)) -> None:
    for number, key in enumerate(keys, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(key, 18)


def _offer_choices(
    book: openpyxl.Workbook, sheet: Any, enterprise: Enterprise | None, keys: Iterable[str] = tuple(BY_KEY)
) -> None:
    """Drop-down lists: units, the classes the enterprise is registered with, yes and no. Anything else may be typed, too."""
    offered = {
        "unit": _typed_list(_unit_labels()),
        "on_sale": _typed_list([_("yes"), _("no")]),
        "kbli": _listed(book, _classes(enterprise)),
    }
    for number, key in enumerate(keys, 1):
        if formula := offered.get(key):
            choice = DataValidation(type="list", formula1=formula, allow_blank=True)
            letter = get_column_letter(number)
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.data_validations.append(choice)


def _typed_list(choices: Iterable[str]) -> str:
    return '"' + ",".join(choices) + '"'


def _listed(book: openpyxl.Workbook, choices: list[str]) -> str:
    """Longer ones stand in a sheet that doesn't show: a typed list takes 255 characters at most."""
    if not choices:
        return ""
    sheet = book.create_sheet(_("Choices"))
    sheet.sheet_state = "hidden"
    for choice in choices:
        sheet.append([text_cell(sheet, choice)])
    return f"'{sheet.title}'!$A$1:$A${len(choices)}"


def _classes(enterprise: Enterprise | None) -> list[str]:
    """`10794 Industri kerupuk …`: the digits in front are what is read."""
    if enterprise is None:
        return []
    return [
        f"{activity.kbli.code} {activity.kbli.display_title}"
        for activity in enterprise.activities.select_related("kbli")
    ]


def _unit_labels() -> list[str]:
    return [str(unit.label) for unit in Unit]


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
