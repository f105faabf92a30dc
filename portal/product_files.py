"""The files that go with an import: the empty template, and the rows to correct with what is wrong in place."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from portal.enums import Unit
from portal.exports import csv_bytes, text_cell
from portal.models import ProductImport
from portal.product_sheet import BY_KEY, COLUMNS, text_of
from portal.selectors.product_import import RowToCorrect, rows_to_correct
from portal.uploads.sheets import MOST_ROWS

BOLD = Font(bold=True)
WRONG = PatternFill("solid", fgColor="FFF1DA")
WIDTHS = {"name": 40, "description": 50, "kbli": 12, "hs": 14}
EXAMPLES = (
    ("KRP-250", "Keripik singkong balado 250 gram", "Dalam kemasan berdiri", "10794", "", Unit.PACK, 15000, 2000, 100, 7, 92.5),
    ("BAUT-M16", "Baut M16 x 60 galvanis celup panas", "Kelas 8.8, SNI", "25952", "7318.15.10", Unit.KILOGRAM, 27500, 9000, 500, 21, 40),
)  # fmt: skip


def template_csv() -> bytes:
    return csv_bytes([[column.label for column in COLUMNS]])


def template_xlsx() -> bytes:
    """A sheet to fill in, one with examples, one that explains the columns. Only the first is read."""
    book = openpyxl.Workbook(write_only=True)
    products, examples, help_ = (book.create_sheet(name) for name in (_("Products"), _("Examples"), _("Columns")))
    for sheet in (products, examples):
        _set_widths(sheet)
        sheet.freeze_panes = "A2"
        sheet.append([_heading(sheet, column.label, column.hint) for column in COLUMNS])
    _offer_units(products)
    for example in EXAMPLES:
        examples.append(
            [text_cell(examples, cell.label if isinstance(cell, Unit) else cell) for cell in map(_plain, example)]
        )
    help_.column_dimensions["A"].width, help_.column_dimensions["C"].width = 30, 80
    help_.append([_heading(help_, title) for title in (_("Column"), _("Required"), _("What to fill in"))])
    for column in COLUMNS:
        hint = f"{column.hint} {', '.join(_unit_labels())}" if column.key == "unit" else str(column.hint)
        help_.append([str(column.label), _("yes") if column.required else _("no"), hint])
    return _saved(book)


def corrections_csv(done: ProductImport) -> bytes:
    keys = done.columns
    headings = [*(BY_KEY[key].label for key in keys), _("To correct")]
    rows = ([*(text_of(row.cells.get(key)) for key in keys), row.remark] for row in rows_to_correct(done))
    return csv_bytes([headings, *rows])


def corrections_xlsx(done: ProductImport) -> bytes:
    """The rows as they were, the wrong cells coloured, and what is wrong in a column at the end, which is read past."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("Products"))
    _set_widths(sheet, done.columns)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, BY_KEY[key].label) for key in done.columns] + [_heading(sheet, _("To correct"))])
    _offer_units(sheet, done.columns)
    for row in rows_to_correct(done):
        sheet.append([*_cells(sheet, row, done.columns), text_cell(sheet, row.remark)])
    return _saved(book)


def _cells(sheet: Any, row: RowToCorrect, keys: Iterable[str]) -> Iterable[Cell]:
    for key in keys:
        value = row.cells.get(key)
        cell = text_cell(sheet, text_of(value) if isinstance(value, str) else value)
        if key in row.wrong:
            cell.fill = WRONG
        yield cell


def _plain(cell: Any) -> Any:
    return str(cell.label) if isinstance(cell, Unit) else cell


def _heading(sheet: Any, text: Any, hint: Any = "") -> Cell:
    cell = WriteOnlyCell(sheet, value=str(text))
    cell.font = BOLD
    if hint:
        cell.comment = Comment(str(hint), "MitraPasok")
    return cell


def _set_widths(sheet: Any, keys: Iterable[str] = tuple(BY_KEY)) -> None:
    for number, key in enumerate(keys, 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width = WIDTHS.get(key, 18)


def _offer_units(sheet: Any, keys: Iterable[str] = tuple(BY_KEY)) -> None:
    """A drop-down list in the column of units."""
    places = [number for number, key in enumerate(keys, 1) if key == "unit"]
    for letter in map(openpyxl.utils.get_column_letter, places):
        choice = DataValidation(type="list", formula1='"' + ",".join(_unit_labels()) + '"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
        sheet.data_validations.append(choice)


def _unit_labels() -> list[str]:
    return [str(unit.label) for unit in Unit]


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
