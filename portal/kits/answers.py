"""What came back in a kit: every answer with the cell it stood in, as it was typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from portal.kits.layout import REF
from portal.models import VisitKit
from portal.product_sheet.cells import text_of


@dataclass(frozen=True)
class Typed:
    """One cell. `key`: of a question, or `table.column`; `row` 0 where it is no row of a table."""

    sheet: str
    at: str
    key: str
    row: int
    value: Any
    formula: bool = False

    @property
    def address(self) -> str:
        return f"{self.sheet}!{self.at}"

    @property
    def text(self) -> str:
        return text_of(self.value)


@dataclass(frozen=True)
class TypedRow:
    """`ref`: what the row was at hand-out, empty for a new one."""

    number: int
    ref: str
    cells: dict[str, Typed]

    @property
    def is_empty(self) -> bool:
        return not any(cell.text or cell.formula for cell in self.cells.values())


class Answers:
    def __init__(self, cells: list[Typed]) -> None:
        self.cells = cells
        self._fields = {cell.key: cell for cell in cells if not cell.row}

    @classmethod
    def of(cls, kit: VisitKit) -> Answers:
        return cls([Typed(**cell) for cell in json.loads(kit.answers)["cells"]] if kit.answers else [])

    def as_json(self) -> dict[str, Any]:
        return {"cells": [asdict(cell) for cell in self.cells]}

    def field(self, key: str) -> Typed | None:
        return self._fields.get(key)

    def rows(self, table: str) -> list[TypedRow]:
        """In the order of the sheet; rows in which nothing stands are left out."""
        found: dict[int, dict[str, Typed]] = {}
        for cell in self.cells:
            name, _dot, column = cell.key.partition(".")
            if cell.row and name == table:
                found.setdefault(cell.row, {})[column] = cell
        rows = (_row(number, cells) for number, cells in sorted(found.items()))
        return [row for row in rows if not row.is_empty]

    def corrected(self, written: dict[str, str]) -> Answers:
        """With other texts in these cells (by address)."""
        return Answers([_corrected(cell, written) for cell in self.cells])

    def __iter__(self) -> Iterator[Typed]:
        return iter(self.cells)


def _row(number: int, cells: dict[str, Typed]) -> TypedRow:
    ref = cells.pop(REF, None)
    return TypedRow(number, ref.text if ref else "", cells)


def _corrected(cell: Typed, written: dict[str, str]) -> Typed:
    if cell.address not in written:
        return cell
    return Typed(cell.sheet, cell.at, cell.key, cell.row, written[cell.address])
