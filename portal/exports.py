"""Tables for spreadsheet programs, in which nothing runs: every text that would be a formula is shielded."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.http import FileResponse, HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

from portal.product_sheet.cells import FORMULA_START, SHIELDED

IN_MEMORY = 5_000_000
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shielded(value: Any) -> Any:
    """An apostrophe in front: the program shows the text instead of running it. What no sheet can hold is left out."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    would_run = FORMULA_START.match(text) or FORMULA_START.match(value) or SHIELDED.match(text)
    return f"'{text}" if would_run else text


def text_cell(sheet: Any, value: Any) -> Cell:
    """A cell that holds text whatever it looks like; numbers stay numbers."""
    cell = WriteOnlyCell(sheet, value=shielded(value))
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def write_csv(rows: Iterable[Iterable[Any]], out: IO[bytes]) -> None:
    """Row by row, as Excel opens it in Indonesia: UTF-8 with its mark, semicolons between the cells."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(["" if cell is None else shielded(cell) for cell in row])
    text.flush()
    text.detach()


def write_xlsx(title: str, rows: Iterable[Iterable[Any]], out: IO[bytes]) -> None:
    """One sheet, row by row, the first of them its headings."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([text_cell(sheet, cell) if isinstance(cell, str) else cell for cell in row])
    book.save(out)


def as_streamed(write: Callable[[IO[bytes]], None], name: str, content_type: str) -> FileResponse:
    """Written within this transaction to a file that is gone when it was sent, however long the list is."""
    # The response closes it.
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    write(file)  # type: ignore[arg-type]
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


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
