"""Kits as a companion fills them in: the workbook opened with openpyxl, its answers found by their keys, and saved."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.worksheet.worksheet import Worksheet

from portal.exports import XLSX
from portal.kits.handing_out import hand_out
from portal.kits.layout import FIRST_ROW, KEYS_ROW, SHEET_MARK
from portal.kits.returning import bring_back
from portal.kits.workbook import workbook_of
from portal.models import Enterprise, User, VisitKit


def kit_of(enterprise: Enterprise, by: User) -> VisitKit:
    [(kit, _new)] = hand_out([enterprise], by=by)
    return kit


class Filled:
    """The workbook of a kit, in somebody's hands."""

    def __init__(self, kit: VisitKit | bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(kit if isinstance(kit, bytes) else workbook_of(kit)))

    def sheet(self, name: str) -> Worksheet:
        return next(each for each in self.book if each["A1"].value == f"{SHEET_MARK}{name}")

    def answer(self, key: str, value: Any) -> Filled:
        self.cell(key).value = value
        return self

    def cell(self, key: str) -> Any:
        profile = self.sheet("profile")
        return next(profile[f"C{row}"] for row in range(1, profile.max_row + 1) if profile[f"A{row}"].value == key)

    def row(self, table: str, number: int, **values: Any) -> Filled:
        """The nth row, from 1; behind the known ones stand empty ones."""
        sheet = self.sheet(table)
        keys = {cell.value: cell.column for cell in sheet[KEYS_ROW]}
        for name, value in values.items():
            sheet.cell(FIRST_ROW + number - 1, keys[name]).value = value
        return self

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def file(self, name: str = "kit.xlsx") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, self.saved(), XLSX)

    def brought_back(self, by: User) -> VisitKit:
        file = self.file()
        return bring_back(file, file.size, name=file.name, by=by)
