"""Reads of imports: how far one is, what is wrong in it, and the rows to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from portal.enums import JobState
from portal.models import ImportProblem, Job, ProductImport
from portal.product_sheet.cells import UNCHOSEN, text_of
from portal.product_sheet.columns import BY_KEY
from portal.product_sheet.headings import Headings, find_headings, headings_problems
from portal.product_sheet.problems import problem_text
from portal.uploads.refusals import refusal
from portal.uploads.sheets import Row, rows_of

REPEATED = ("twice", "twice_named")


@dataclass(frozen=True)
class Wrong:
    """A problem in words."""

    row: int
    column: str
    value: str
    text: str


@dataclass(frozen=True)
class RowToCorrect:
    """`wrong` by column; empty for a row that only waits for the others (all or nothing)."""

    row: int
    cells: dict[str, Any]
    wrong: dict[str, str]

    @property
    def remark(self) -> str:
        return "; ".join(f"{BY_KEY[key].label}: {text}" for key, text in self.wrong.items())


def worded(problem: ImportProblem) -> Wrong:
    return Wrong(
        problem.row,
        str(BY_KEY[problem.column].label),
        problem.value,
        problem_text(problem.code, problem.params),
    )


def why_refused(done: ProductImport) -> list[str]:
    """Why the whole file could not be read, a sentence each."""
    if not done.refusal:
        return []
    code, params = done.refusal["code"], done.refusal["params"]
    return headings_problems(params) if code == "columns" else [refusal(code, params)]


def is_stuck(started: ProductImport) -> bool:
    """Its job was tried so often that it is parked: the operator sees it and starts it again."""
    return (
        not started.is_finished
        and Job.objects.filter(
            state=JobState.PARKED, kind__startswith="portal.import_", payload__contains={"import": started.pk}
        ).exists()
    )


def rows_to_correct(done: ProductImport) -> Iterator[RowToCorrect]:
    """Read from the file as it came, so that everything is given back as it was typed. Where all rows or none were asked
    for, all of them; else those that were not taken. Raises FileNotFoundError where the file is gone."""
    wrong = (
        (row, list(those))
        for row, those in groupby(
            done.problems.order_by("row", "pk").iterator(chunk_size=2000), key=lambda problem: problem.row
        )
    )
    next_row, next_problems = next(wrong, (None, []))
    with done.file.open("rb") as file:
        headings, rows = find_headings(rows_of(file))
        for row in rows:
            if row.number == next_row:
                cells = _to_choose(_by_column(row, headings), next_problems)
                yield RowToCorrect(row.number, cells, _by_wrong_column(next_problems))
                next_row, next_problems = next(wrong, (None, []))
            elif done.kept_nothing and any((cells := _by_column(row, headings)).values()):
                yield RowToCorrect(row.number, cells, {})


def _to_choose(cells: dict[str, Any], problems: Iterable[ImportProblem]) -> dict[str, Any]:
    """What may not simply be given back is marked. A code or name that an earlier row has: somebody must say which product is
    meant. What was refused as a formula: the blank tells it from a text of our own lists, and it is refused again."""
    problems = list(problems)
    repeated = {problem.column for problem in problems if problem.code in REPEATED}
    formulas = {problem.column for problem in problems if problem.code == "formula"}
    marked = {key: f"{UNCHOSEN} {text_of(cells[key])}" for key in repeated & cells.keys()}
    marked |= {key: f" {text_of(cells[key])}" for key in formulas if isinstance(cells.get(key), str)}
    return cells | marked


def _by_wrong_column(problems: Iterable[ImportProblem]) -> dict[str, str]:
    """A cell with several parts may be wrong in each."""
    texts: dict[str, list[str]] = {}
    for problem in problems:
        texts.setdefault(problem.column, []).append(problem_text(problem.code, problem.params))
    return {column: "; ".join(each) for column, each in texts.items()}


def _by_column(row: Row, headings: Headings) -> dict[str, Any]:
    return {key: row.cells[place] if place < len(row.cells) else None for place, key in headings.places.items()}
