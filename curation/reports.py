"""The queue of a programme as a table for spreadsheet programs. Names that the desk may not know are not in it either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Criterion
from curation.models.application import ApplicationQuerySet
from curation.selectors.desk import Row, rows
from curation.selectors.fairness import Fairness
from portal import statuses
from portal.exports import csv_bytes, write_csv, write_xlsx

AT_ONCE = 1000
# What one sheet holds.
MOST_ROWS = 1_000_000


def in_rows(applications: ApplicationQuerySet, heads: Sequence[Criterion]) -> Iterator[Row]:
    """A thousand at a time, with their scores."""
    found = applications[:MOST_ROWS].iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(found, AT_ONCE)):
        yield from rows(chunk, heads)


def titles(heads: Sequence[Criterion]) -> list[str]:
    return [
        _("Number"),
        _("Enterprise"),
        _("Place"),
        _("Class"),
        _("Checked so far"),
        _("Checked on"),
        _("Score"),
        _("Coverage"),
        *(f"{head.label} / {head.weight.normalize():f}" for head in heads),
        _("State"),
        _("Sent"),
        _("Waits, days"),
    ]


def cells(row: Row) -> list[Any]:
    """One line an applicant: number, name, place, class, how far it was checked and when, score, coverage, points by criterion, state, days waiting."""
    application, score = row.application, row.score
    village = None if application.is_unnamed else application.enterprise.village
    sent = timezone.localtime(application.submitted_at).replace(tzinfo=None) if application.submitted_at else None
    return [
        application.number,
        row.name,
        village.full_name if village else "",
        str(application.enterprise.get_business_class_display() or ""),
        str(row.ladder.rung.label) if row.ladder else "",
        row.ladder.since if row.ladder else None,
        score.total if score else None,
        score.coverage if score else None,
        *(cell.points if cell else None for cell in row.cells),
        statuses.label("Application", application.status),
        sent,
        row.days_waiting,
    ]


def write_workbook(lines: Iterable[Row], heads: Sequence[Criterion], out: IO[bytes]) -> None:
    write_xlsx(_("Applicants"), chain([titles(heads)], map(cells, lines)), out)


def write_list(lines: Iterable[Row], heads: Sequence[Criterion], out: IO[bytes]) -> None:
    write_csv(chain([titles(heads)], map(cells, lines)), out)


def fairness_csv(report: Fairness) -> bytes:
    """A line a group that may be shown; of the whole first."""
    titles = (_("Breakdown"), _("Group"), _("Applied"), _("Passed"), _("Not selected"), _("Other"))
    lines = [(_("The whole"), report.whole)] if report.whole else []
    lines += [(each.title, line) for each in report.breakdowns for line in each.lines] if report.whole else []
    return csv_bytes(
        [
            (_("Programme"), report.programme.name),
            titles,
            *((title, line.label, line.applied, line.passed, line.declined, line.other) for title, line in lines),
        ]
    )
