"""Lists of products as files: CSV in any dialect, XLSX, and XLSX taken apart and put together wrongly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

HEADINGS = [
    "Kode produk",
    "Nama produk",
    "Deskripsi",
    "KBLI",
    "Kode HS",
    "Satuan",
    "Harga per satuan (Rp)",
    "Kapasitas per bulan",
    "Pesanan minimum",
    "Waktu pengerjaan (hari)",
    "TKDN (%)",
]
SHEET_PART = "xl/worksheets/sheet1.xml"


def row(number: int, **changes: Any) -> list[Any]:
    """One good row, in the order of HEADINGS; `harga="x"` and the like change a cell."""
    cells: dict[str, Any] = {
        "kode": f"KB-{number:05d}",
        "nama": f"Keripik singkong rasa {number}",
        "deskripsi": "Renyah, 250 gram",
        "kbli": "10794",
        "hs": "",
        "satuan": "bungkus",
        "harga": "15.000",
        "kapasitas": "2.000",
        "minimum": "100",
        "waktu": "7",
        "tkdn": "92,5",
    }
    return list((cells | changes).values())


def csv_file(
    rows: Iterable[list[Any]],
    *,
    headings: list[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    name: str = "produk.csv",
) -> SimpleUploadedFile:
    lines = [headings if headings is not None else HEADINGS, *rows]
    quoted = [delimiter.join('"' + str(cell).replace('"', '""') + '"' for cell in line) for line in lines]
    return SimpleUploadedFile(name, "\r\n".join(quoted).encode(encoding), "text/csv")


def xlsx_bytes(rows: Iterable[list[Any]], *, headings: list[str] | None = None) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Produk")
    for line in [headings if headings is not None else HEADINGS, *rows]:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_file(content: bytes, name: str = "produk.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def rebuilt(content: bytes, change: Callable[[bytes], bytes], part: str = SHEET_PART) -> bytes:
    """The same package with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    return out.getvalue()


def with_rows(content: bytes, rows: bytes) -> bytes:
    """Further rows, as XML, at the end of the sheet."""
    return rebuilt(content, lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"))
