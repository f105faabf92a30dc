"""The queue of a programme as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from curation.models import Criterion
from curation.selectors.desk import Row
from portal import statuses
from portal.exports import text_cell


def queue_workbook(rows: Iterable[Row], heads: Sequence[Criterion]) -> bytes:
    """One line an applicant: number, name, place, score, coverage, points by criterion, state, days waiting."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Applicants"))
    sheet.freeze_panes = "A2"
    titles = [
        _("Number"),
        _("Enterprise"),
        _("Place"),
        _("Score"),
        _("Coverage"),
        *(f"{head.label} / {head.weight.normalize():f}" for head in heads),
        _("State"),
        _("Sent"),
    ]
    sheet.append([text_cell(sheet, title) for title in titles])
    for row in rows:
        application, score = row.application, row.score
        village = application.enterprise.village
        sent = timezone.localtime(application.submitted_at).replace(tzinfo=None) if application.submitted_at else None
        sheet.append(
            [
                text_cell(sheet, application.number),
                text_cell(sheet, str(application.enterprise)),
                text_cell(sheet, village.full_name if village else ""),
                score.total if score else None,
                score.coverage if score else None,
                *(cell.points if cell else None for cell in row.cells),
                text_cell(sheet, statuses.label("Application", application.status)),
                sent,
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
