"""Reads an XLSX from standard input and writes its rows as JSON lines. Run by path, in a process of its own.

The parent trusts nothing here but the lines: memory and time are limited first of all, so a file made to explode kills
this process and nothing else. Only the standard library and calamine are imported.

Lines: `[row, cells, formulas]` (formulas: which cells hold one, by place), `{"refused": code, "params": …}`, and `{"end": true}`.
Asked for the whole workbook, also `{"sheet": name}` before the rows of each.
"""

import contextlib
import datetime
import io
import json
import math
import os
import re
import resource
import sys
import zipfile
from typing import Any
from xml.etree import ElementTree

import python_calamine

MEGABYTE = 1024 * 1024
MEMORY, CPU_SECONDS = 640 * MEGABYTE, 20
MOST_PARTS, MOST_INFLATED = 500, 160 * MEGABYTE
MOST_COLUMNS, MOST_CHARACTERS = 60, 6000
# More filled cells than the longest list has: counted while unpacking, before calamine lays them all out.
MOST_CELLS = 1_500_000
FILLED = (b"<v>", b"<is>")
OWN_SHEETS = ("produk", "products")

MACROS = re.compile(r"vbaProject|\.bin$|macrosheets", re.IGNORECASE)
# A cell whose first child is a formula. Its value is only what somebody's program last made of it.
FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s/>]')
SHORT = 4096


class Refused(Exception):
    pass


def main() -> None:
    limit(MEMORY, CPU_SECONDS)
    source, most_rows, whole = sys.stdin.buffer, int(sys.argv[1]), "whole" in sys.argv[2:]
    try:
        data = source.read()
        package = open_package(data)
        sheets = sheet_parts(package)
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = workbook.sheet_names if whole else [wanted_sheet(workbook)]
        formulas = check_parts(package, {sheets.get(name, "") for name in names})
        for name in names:
            if whole:
                say({"sheet": name})
            write_rows(workbook.get_sheet_by_name(name), formulas[sheets.get(name, "")], most_rows)
        say({"end": True})
    except Refused as refused:
        say({"refused": refused.args[0], "params": {}})
    except MemoryError:
        say({"refused": "sheet_too_heavy", "params": {}})
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        say({"refused": "sheet_damaged", "params": {}})


def limit(memory: int, seconds: int) -> None:
    """Before anything of the file is looked at. Not every system knows every limit."""
    for what, most in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
    ):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, what), (most, most))


def say(line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")


def open_package(data: bytes) -> zipfile.ZipFile:
    """A look at the directory before anything is unpacked."""
    package = zipfile.ZipFile(io.BytesIO(data))
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_INFLATED:
        raise Refused("sheet_too_heavy")
    if any(MACROS.search(part.filename) for part in parts if "printerSettings" not in part.filename):
        raise Refused("sheet_macros")
    if "xl/workbook.xml" not in package.namelist():
        raise Refused("not_a_sheet")
    return package


def check_parts(package: zipfile.ZipFile, sheets: set[str]) -> dict[str, set[tuple[int, int]]]:
    """Unpack everything once, counting: the sizes in the directory may lie. Collects the formulas of the sheets on the way."""
    left, cells = MOST_INFLATED, 0
    formulas: dict[str, set[tuple[int, int]]] = {sheet: set() for sheet in sheets}
    for part in package.infolist():
        kept = b""
        with package.open(part) as unpacked:
            while chunk := unpacked.read(MEGABYTE):
                left -= len(chunk)
                cells += sum(map(chunk.count, FILLED))
                if left < 0 or cells > MOST_CELLS:
                    raise Refused("sheet_too_heavy")
                if part.filename in sheets:
                    text = kept + chunk
                    if b"<f" in text or b":f" in text:
                        formulas[part.filename].update(place(*match.groups()) for match in FORMULA.finditer(text))
                    kept = text[-SHORT:]
    return formulas


def place(letters: bytes, digits: bytes) -> tuple[int, int]:
    """`C7` as row and column from zero."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits) - 1, column - 1


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names and the parts that hold them."""
    workbook = ElementTree.fromstring(limited(package, "xl/workbook.xml"))
    relations = ElementTree.fromstring(limited(package, "xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for element in workbook.iter():
        if element.tag.endswith("}sheet"):
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(identity, "")
            parts[element.get("name", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    return parts


def limited(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        text = part.read(4 * MEGABYTE)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused("sheet_damaged")
    return text


def wanted_sheet(workbook: python_calamine.CalamineWorkbook) -> str:
    """The one the template calls Produk, else the first that shows."""
    visible = [
        sheet.name for sheet in workbook.sheets_metadata if sheet.visible == python_calamine.SheetVisibleEnum.Visible
    ]
    names = visible or workbook.sheet_names
    if not names:
        raise Refused("no_rows")
    return next((name for name in names if name.strip().lower() in OWN_SHEETS), names[0])


def write_rows(sheet: python_calamine.CalamineSheet, formulas: set[tuple[int, int]], most_rows: int) -> None:
    if sheet.start is None:
        return
    first_row, first_column = sheet.start
    formula_rows: dict[int, list[int]] = {}
    for row, column in formulas:
        formula_rows.setdefault(row, []).append(column)
    written = 0
    for number, cells in enumerate(sheet.iter_rows(), first_row):
        values = [None] * first_column + [cell_value(cell) for cell in cells[:MOST_COLUMNS]]
        while values and values[-1] in (None, ""):
            values.pop()
        here = sorted(formula_rows.get(number, ()))
        if not values and not here:
            continue
        written += 1
        if written > most_rows + 1:  # and the names of the columns
            raise Refused("too_many_rows")
        say([number + 1, values, here])
    # Formulas below the last value, never calculated by the program that wrote them.
    for number in sorted(row for row in formula_rows if row >= first_row + sheet.height)[:most_rows]:
        say([number + 1, [], sorted(formula_rows[number])])


def cell_value(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:MOST_CHARACTERS]
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return str(cell)
        return int(cell) if cell.is_integer() and abs(cell) < 1e16 else cell
    if isinstance(cell, datetime.date | datetime.time | datetime.timedelta):
        return str(cell)
    return cell


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Without taking the workbook apart again: the parent waits.
    os._exit(0)
