"""Tables for spreadsheet programs, in which nothing runs: every text that would be a formula is shielded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell

from portal.product_sheet.cells import FORMULA_START

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shielded(value: Any) -> Any:
    """An apostrophe in front: the program shows the text instead of running it."""
    return f"'{value}" if isinstance(value, str) and FORMULA_START.match(value) else value


def text_cell(sheet: Any, value: Any) -> Cell:
    """A cell that holds text whatever it looks like; numbers stay numbers."""
    cell = WriteOnlyCell(sheet, value=shielded(value))
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def csv_bytes(rows: Iterable[Iterable[Any]]) -> bytes:
    """As Excel opens it in Indonesia: UTF-8 with its mark, semicolons between the cells."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    for row in rows:
        writer.writerow(["" if cell is None else shielded(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_download(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
