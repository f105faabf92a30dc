"""A workbook that came back: which kit it is, and what was typed where. Says what was torn apart, and reads the rest by its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from portal.kits.answers import Answers, Typed
from portal.kits.layout import FIRST_ROW, HEADINGS_ROW, KEYS_ROW, NUMBER, PROFILE, REF, SHEET_MARK, STATE, sheet_title
from portal.kits.questions import Asked, AskedTable
from portal.models import VisitKit
from portal.product_sheet.cells import text_of
from portal.text import fold
from portal.uploads.books import Sheet, read_book
from portal.uploads.refusals import Refused
from portal.uploads.sheets import Row

MOST_PROBLEMS = 8


@dataclass
class Returned:
    """A workbook by its marked sheets, and the number of the kit it says it is."""

    number: str
    state: str
    sheets: dict[str, Sheet]


def read_returned(file: BinaryIO, size: int) -> Returned:
    """Raises ValidationError: no workbook, or none of ours."""
    try:
        found = read_book(file, size)
    except Refused as refused:
        raise ValidationError(str(refused), code=refused.code) from refused
    sheets: dict[str, Sheet] = {}
    for sheet in found:
        mark = _cell(sheet.rows[0], 0) if sheet.rows and sheet.rows[0].number == 1 else ""
        if mark.startswith(SHEET_MARK):
            sheets.setdefault(mark.removeprefix(SHEET_MARK), sheet)
    profile = sheets.get(PROFILE)
    named = {_cell(row, 0): _cell(row, 2) for row in profile.rows} if profile else {}
    if not named.get(NUMBER):
        raise ValidationError(
            _(
                "This workbook is no visit kit, or its sheet “%(sheet)s” is missing. Upload the file as it was handed out."
            )
            % {"sheet": sheet_title(PROFILE)},
            code="no_kit",
        )
    return Returned(named[NUMBER].upper(), named.get(STATE, ""), sheets)


def answers_in(returned: Returned, kit: VisitKit) -> Answers:
    """Raises ValidationError with everything that was torn apart: then nothing of it is read, and the file is kept by its owner."""
    with translation.override(kit.language):
        asked = Asked(kit.enterprise)
        labels = {question.key: str(question.label) for question in asked.questions}
        headings = {table.name: {column.key: str(column.label) for column in table.columns} for table in asked.tables}
    problems: list[str] = []
    if returned.state != kit.state:
        problems.append(_("The kit number was changed: the state beside it belongs to another kit."))
    cells = _profile(returned.sheets[PROFILE], labels, set(kit.asked), problems)
    for table in asked.tables:
        sheet = returned.sheets.get(table.name)
        if sheet is None and not any(key.startswith(f"{table.name}.") for key in kit.asked):
            continue
        if sheet is None:
            problems.append(_("The sheet “%(sheet)s” is missing.") % {"sheet": _title(table, kit)})
        else:
            cells += _table(sheet, table, headings[table.name], set(kit.asked), problems)
    if problems:
        advice = _("Undo this, or copy the answers into the file as it was handed out, and upload that one.")
        raise ValidationError([*problems[:MOST_PROBLEMS], advice], code="torn")
    return Answers(cells)


def _profile(sheet: Sheet, labels: dict[str, str], asked: set[str], problems: list[str]) -> list[Typed]:
    found: dict[str, Typed] = {}
    for row in sheet.rows:
        key, label, typed = _cell(row, 0), _cell(row, 1), _value(row, 2)
        if row.number < FIRST_ROW:
            continue
        if key in labels and key not in found:
            if _is_anothers(label, key, labels):
                problems.append(
                    _("“%(sheet)s”, row %(row)d: “%(label)s” stands where “%(own)s” was.")
                    % {"sheet": sheet.name, "row": row.number, "label": label, "own": labels[key]}
                )
            found[key] = Typed(sheet.name, f"C{row.number}", key, 0, typed, 2 in row.formulas)
        elif key in found:
            problems.append(
                _("“%(sheet)s”, row %(row)d: “%(label)s” stands there twice.")
                % {"sheet": sheet.name, "row": row.number, "label": labels[key]}
            )
        elif text_of(typed) and row.number > FIRST_ROW and key not in asked:
            problems.append(
                _("“%(sheet)s”, row %(row)d: “%(text)s” belongs to no question.")
                % {"sheet": sheet.name, "row": row.number, "text": text_of(typed)[:60]}
            )
    for key, label in labels.items():
        if key not in found and key in asked:
            problems.append(_("“%(sheet)s”: the row “%(label)s” is missing.") % {"sheet": sheet.name, "label": label})
    return list(found.values())


def _table(
    sheet: Sheet, table: AskedTable, headings: dict[str, str], asked: set[str], problems: list[str]
) -> list[Typed]:
    by_number = {row.number: row for row in sheet.rows}
    keys, shown = by_number.get(KEYS_ROW), by_number.get(HEADINGS_ROW)
    places = {place: text_of(cell) for place, cell in enumerate(keys.cells)} if keys else {}
    missing = [
        label for key, label in headings.items() if key not in places.values() and f"{table.name}.{key}" in asked
    ]
    if missing or REF not in places.values():
        problems.append(
            _("“%(sheet)s”: the columns are not where they were; missing: %(names)s.")
            % {"sheet": sheet.name, "names": ", ".join(missing) or _("the hidden column A")}
        )
        return []
    for place, key in places.items():
        label = _cell(shown, place) if shown else ""
        if key in headings and _is_anothers(label, key, headings):
            problems.append(
                _("“%(sheet)s”, column %(letter)s: “%(label)s” stands above the answers to “%(own)s”.")
                % {"sheet": sheet.name, "letter": get_column_letter(place + 1), "label": label, "own": headings[key]}
            )
    found = []
    for row in sheet.rows:
        if row.number < FIRST_ROW:
            continue
        for place in range(
            max(len(row.cells), *(each + 1 for each in row.formulas), 0) if row.formulas else len(row.cells)
        ):
            key, typed, formula = places.get(place, ""), _value(row, place), place in row.formulas
            if not text_of(typed) and not formula:
                continue
            at = f"{get_column_letter(place + 1)}{row.number}"
            if key in headings or key == REF:
                found.append(Typed(sheet.name, at, f"{table.name}.{key}", row.number, typed, formula))
            elif f"{table.name}.{key}" not in asked:
                problems.append(
                    _("“%(sheet)s”, cell %(at)s: “%(text)s” stands below no heading.")
                    % {"sheet": sheet.name, "at": at, "text": text_of(typed)[:60]}
                )
    return found


def _is_anothers(label: str, key: str, labels: dict[str, str]) -> bool:
    """A heading that belongs to another key: somebody moved the words without their answers, or the other way round."""
    return fold(label) != fold(labels[key]) and any(
        fold(label) == fold(other) for name, other in labels.items() if name != key and fold(other) != fold(labels[key])
    )


def _title(table: AskedTable, kit: VisitKit) -> str:
    with translation.override(kit.language):
        return sheet_title(table.name, table.title)


def _value(row: Row, place: int) -> Any:
    return row.cells[place] if place < len(row.cells) else None


def _cell(row: Row, place: int) -> str:
    return text_of(_value(row, place))
