"""Whole workbooks as they are uploaded: every sheet, row by row, through the same guarded reader as lists of products."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from django.core.files.utils import FileProxyMixin

from portal.uploads.refusals import MEGABYTE, Refused, check_size
from portal.uploads.sheets import Row, check_end, row_of, xlsx_lines
from portal.uploads.signatures import FileKind, kind_of

BOOK_LIMIT = 5 * MEGABYTE
MOST_ROWS_A_SHEET = 5000
HEAD = 16


@dataclass
class Sheet:
    name: str
    rows: list[Row] = field(default_factory=list)


def read_book(file: BinaryIO, size: int) -> list[Sheet]:
    """Raises Refused: another kind of file, one that holds macros, is locked, cut off, or made to explode."""
    check_size(size, BOOK_LIMIT)
    while isinstance(file, FileProxyMixin):
        file = file.file
    file.seek(0)
    kind = kind_of(file.read(HEAD))
    if kind is FileKind.OLE:
        raise Refused("old_sheet")
    if kind is not FileKind.ZIP:
        raise Refused("not_a_book")
    check_end(file, size)
    sheets: list[Sheet] = []
    try:
        for line in xlsx_lines(file, MOST_ROWS_A_SHEET, "whole"):
            if isinstance(line, dict):
                sheets.append(Sheet(line["sheet"]))
            else:
                sheets[-1].rows.append(row_of(line))
    except Refused as refused:
        raise Refused("not_a_book") if refused.code == "not_a_sheet" else refused from None
    return sheets
