"""Reads of imports: how far one is, what is wrong in it, and the rows to correct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from portal.enums import JobState
from portal.models import ImportProblem, Job, ProductImport
from portal.product_sheet import BY_KEY, headings_problems, problem_text
from portal.uploads.refusals import refusal


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
    problems = {
        row: {problem.column: problem_text(problem.code, problem.params) for problem in those}
        for row, those in groupby(done.problems.order_by("row", "pk"), key=lambda problem: problem.row)
    }
    for row in done.rows.order_by("row").iterator(chunk_size=2000):
        yield RowToCorrect(row.row, row.cells, problems.get(row.row, {}))
