"""Lists of products as they are uploaded: XLSX or CSV, row by row, from a file that nobody has vouched for."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.core.files.utils import FileProxyMixin

from portal.uploads.refusals import MEGABYTE, Refused, check_size
from portal.uploads.signatures import FileKind, kind_of

SHEET_LIMIT = 20 * MEGABYTE
MOST_ROWS = 50_000
READER = Path(__file__).with_name("xlsx_reader.py")
READER_SECONDS = 45
LONGEST_LINE = 8 * MEGABYTE
MOST_COLUMNS = 60
HEAD = 64 * 1024
# What the database cannot store, and nobody sees: control characters and halves of pairs.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The same as bytes, with the one that begins U+FFFE and U+FFFF in UTF-8.
CONTROLS = bytes(code for code in (*range(32), 0x7F, 0xEF) if code not in b"\t\n\r")
DELIMITERS = ",;\t|"
# The record that ends a zip's directory, and how far from the end it may stand (a comment follows it).
ZIP_END, ZIP_TAIL = b"PK\x05\x06", 22 + 65_535
# Excel's own first line, which names the delimiter.
DELIMITER_LINE = "sep="


class Row(NamedTuple):
    """`number` as the spreadsheet shows it; `formulas`: places of cells that hold a formula. `ends_early`: of a line of CSV
    with fewer cells than the first one has, as where a file was cut."""

    number: int
    cells: list[Any]
    formulas: tuple[int, ...] = ()
    ends_early: bool = False


def check_sheet(file: BinaryIO, size: int) -> None:
    """What can be said at once, before a job reads the file: size and kind, and whether all of an XLSX arrived."""
    check_size(size, SHEET_LIMIT)
    kind = _kind(file)
    if kind is FileKind.ZIP:
        check_end(file, size)
    elif (getattr(file, "name", "") or "").lower().endswith(".xlsx"):
        # Text under a name of Excel's: read as CSV it would only seem to have no rows.
        raise Refused("not_excel")


def rows_of(file: BinaryIO) -> Iterator[Row]:
    """All rows that hold something, the names of the columns first. Raises Refused."""
    # Without Django's wrappers, which are asked at every line whether they are closed.
    while isinstance(file, FileProxyMixin):
        file = file.file
    return _xlsx_rows(file) if _kind(file) is FileKind.ZIP else _csv_rows(file)


def check_end(file: BinaryIO, size: int) -> None:
    """A zip's directory stands at its end: an upload cut in the middle has none, and that can be said at once."""
    file.seek(max(0, size - ZIP_TAIL))
    tail = file.read()
    file.seek(0)
    if ZIP_END not in tail:
        raise Refused("sheet_damaged")


def _storable(cell: Any) -> Any:
    return UNSTORABLE.sub("", cell) if isinstance(cell, str) else cell


def _kind(file: BinaryIO) -> FileKind:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    kind = kind_of(head)
    if kind is FileKind.OLE:
        raise Refused("old_sheet")
    if kind not in (FileKind.ZIP, FileKind.OTHER):
        raise Refused("not_a_sheet")
    if kind is FileKind.OTHER and b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("not_a_sheet")
    if kind is FileKind.OTHER and head.lstrip().lower().startswith((b"<", b"{\\rtf")):
        # Web pages and XML that call themselves .xls or .csv.
        raise Refused("not_a_sheet")
    return kind


# -- XLSX --------------------------------------------------------------------------------------------------------------


def _xlsx_rows(file: BinaryIO) -> Iterator[Row]:
    for line in xlsx_lines(file, MOST_ROWS):
        yield row_of(line)


def row_of(line: list[Any]) -> Row:
    return Row(line[0], line[1], tuple(line[2]))


def xlsx_lines(file: BinaryIO, most_rows: int, *asked: str) -> Iterator[Any]:
    """Read by a child process without our environment, with limits of memory and time (see xlsx_reader). Raises Refused."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-I", str(READER), str(most_rows), *asked],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONUTF8": "1"},
        )
    watch = threading.Timer(READER_SECONDS, child.kill)
    watch.start()
    try:
        yield from _lines(child.stdout, most_rows)
    finally:
        watch.cancel()
        child.kill()
        child.stdout.close()
        child.wait()


def _lines(output: Any, most_rows: int) -> Iterator[Any]:
    while text := output.readline(LONGEST_LINE):
        line = json.loads(text)
        if isinstance(line, dict) and "refused" in line:
            raise Refused(line["refused"], **({"limit": most_rows} if line["refused"] == "too_many_rows" else {}))
        if isinstance(line, dict) and "end" in line:
            return
        if isinstance(line, list) and b"\\u" in text:
            # What cannot be stored is never ASCII text: it stands there escaped.
            line[1] = [_storable(cell) for cell in line[1]]
        yield line
    # Killed by one of its limits: nothing said how it ended.
    raise Refused("sheet_too_heavy")


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _csv_rows(file: BinaryIO) -> Iterator[Row]:
    encoding, storable = _encoding(file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        delimiter = _delimiter(text)
        lines = text if storable else map(partial(UNSTORABLE.sub, ""), text)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield from _numbered(reader)
    except csv.Error:
        raise Refused("csv_line", line=reader.line_num) from None
    except UnicodeError:
        raise Refused("encoding") from None
    finally:
        if not file.closed:
            text.detach()


def _numbered(reader: Any) -> Iterator[Row]:
    """Rows by the line they begin on, which is the row number Excel shows while no cell holds a line break."""
    written = width = 0
    for number, cells in enumerate(reader, 1):
        if not "".join(cells).strip() or (number == 1 and cells[0].lower().startswith(DELIMITER_LINE)):
            continue
        written += 1
        width = width or len(cells)
        if written > MOST_ROWS + 1:
            raise Refused("too_many_rows", limit=MOST_ROWS)
        yield Row(number, cells[:MOST_COLUMNS], (), len(cells) < width)


def _encoding(file: BinaryIO) -> tuple[str, bool]:
    """UTF-8 if all of it is; else what Indonesian Windows writes. A byte that Windows-1252 doesn't know ends it.

    Also whether all of it can be stored as it is: few files have a line that can't.
    """
    head = file.read(4)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    for encoding in ("utf-8-sig", "cp1252"):
        decoder, storable = codecs.getincrementaldecoder(encoding)(), True
        try:
            while chunk := file.read(MEGABYTE):
                if b"\0" in chunk:
                    raise Refused("not_a_sheet")
                decoder.decode(chunk)
                storable = storable and len(chunk.translate(None, CONTROLS)) == len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        else:
            return encoding, storable
        finally:
            file.seek(0)
    raise Refused("encoding")


def _delimiter(text: io.TextIOWrapper) -> str:
    """The one that the first line with words has most of, outside quotation marks."""
    head = text.read(HEAD)
    text.seek(0)
    lines = (line for line in head.splitlines() if line.strip())
    first = next(lines, "")
    if first.lower().startswith(DELIMITER_LINE) and len(first.strip("\r\n")) > len(DELIMITER_LINE):
        return first[len(DELIMITER_LINE)]
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
