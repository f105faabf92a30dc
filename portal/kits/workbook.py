"""The workbook of a kit: filled with what was known, with lists to choose from, and only the answers open to typing.

Every answer is a text cell: `0812…` keeps its zero, and a day or an amount stays as somebody typed it.
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.countries import country_names
from portal.kits.kinds import Kind, kbli_label
from portal.kits.layout import FIRST_ROW, HEADINGS_ROW, KEYS_ROW, NUMBER, PROFILE, REF, SHEET_MARK, STATE, sheet_title
from portal.kits.questions import Asked, AskedTable, Question, section_title
from portal.models import KbliClass, Region, VisitKit
from portal.presentation.dates import tanggal, waktu
from portal.rules.kbli import kbli_edition
from portal.selectors.kit import PRODUCTS, Known

BOLD, BIG, QUIET = Font(bold=True), Font(bold=True, size=14), Font(color="46545F", size=9)
SECTION = PatternFill("solid", fgColor="E2F0F2")
ANSWER = PatternFill("solid", fgColor="FFFFFF")
LINE = Border(*(Side(style="thin", color="74828D") for _side in range(4)))
OPEN, WRAPPED = Protection(locked=False), Alignment(wrap_text=True, vertical="top")
# Rows for what is new, beside those that are known.
SPARE_ROWS = 15
EXACTLY = ("yes_no", "choice")


def workbook_of(kit: VisitKit) -> bytes:
    """In the language it was handed out in; the same file whenever it is asked for."""
    with translation.override(kit.language):
        return _Writer(kit).written()


class _Writer:
    def __init__(self, kit: VisitKit) -> None:
        self.kit, self.known = kit, Known.from_json(kit.known)
        self.asked = Asked(kit.enterprise)
        self.book = openpyxl.Workbook()
        self.lists = self.book.create_sheet(_("Choices"))
        self.listed: dict[tuple[str, ...], str] = {}

    def written(self) -> bytes:
        self._instructions(self.book.worksheets[0])
        self._profile(self._sheet(sheet_title(PROFILE)))
        for table in self.asked.tables:
            self._table(self._sheet(sheet_title(table.name, table.title)), table)
        self._kbli(self._sheet("KBLI"))
        self.lists.sheet_state = "hidden"
        self.book.move_sheet(self.lists, len(self.book.worksheets))
        self.book.security = WorkbookProtection(lockStructure=True)
        self.book.active = 1
        self.book.properties.title = f"{self.kit.number} {self.kit.enterprise}"
        self.book.properties.creator = "MitraPasok"
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def _sheet(self, title: Any) -> Worksheet:
        sheet = self.book.create_sheet(str(title))
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        return sheet

    # -- Sheets --------------------------------------------------------------------------------------------------------

    def _instructions(self, sheet: Worksheet) -> None:
        sheet.title = _("Read first")
        sheet.column_dimensions["A"].width = 110
        kit = self.kit
        lines = [
            f"{kit.number} · {kit.enterprise}",
            _("Taken along by %(who)s on %(day)s. Bring it back by %(until)s.")
            % {
                "who": kit.handed_to,
                "day": tanggal(timezone.localdate(kit.handed_out_at)),
                "until": tanggal(kit.until),
            },
            _("Filled from what the portal knew, %(time)s (state %(state)s).")
            % {"time": waktu(kit.handed_out_at), "state": kit.state[:8]},
            "",
            _("1. Fill in the white cells. What you don't ask about stays as it is: leave it alone."),
            _("2. A cell with an arrow offers a list. KBLI codes stand in the sheet “KBLI”."),
            _("3. To remove a row of a table, empty it. Rows and columns themselves stay where they are."),
            _("4. Write values, not formulas. Save the file as XLSX."),
            _(
                "5. Back where there is a signal: “Visit kits”, “Upload a filled kit”. You see every change before it is saved."
            ),
            _(
                "6. The business must have agreed. Its consent can be signed on the paper form and recorded in the portal."
            ),
            "",
            _("The file holds data of the business. Keep it to yourself and delete it once it is merged."),
        ]
        for number, line in enumerate(lines, 1):
            cell = _text(sheet, f"A{number}", line)
            cell.alignment = WRAPPED
        sheet["A1"].font = BIG
        sheet.protection.sheet = True

    def _profile(self, sheet: Worksheet) -> None:
        _widths(sheet, {"A": 12, "B": 46, "C": 56, "D": 70})
        self._mark(sheet, PROFILE, f"{self.kit.number} · {self.kit.enterprise}")
        for row, (key, label, value) in enumerate(
            ((NUMBER, _("Kit number"), self.kit.number), (STATE, _("State"), self.kit.state)), 2
        ):
            for column, text in zip("ABC", (key, label, value), strict=True):
                _text(sheet, f"{column}{row}", text)
        headings = ("", _("Question"), _("Answer"), _("How to fill it in"))
        for column, text in zip("ABCD", headings, strict=True):
            _text(sheet, f"{column}4", text).font = BOLD
        row, section = 5, ""
        for question in self.asked.questions:
            if question.section != section:
                section = question.section
                for column in "BCD":
                    sheet[f"{column}{row}"].fill = SECTION
                _text(sheet, f"B{row}", section_title(section)).font = BOLD
                row += 1
            self._question(sheet, row, question)
            row += 1
        sheet.freeze_panes = "C5"
        sheet.column_dimensions["A"].hidden = True

    def _question(self, sheet: Worksheet, row: int, question: Question) -> None:
        _text(sheet, f"A{row}", question.key)
        _text(sheet, f"B{row}", question.label).alignment = WRAPPED
        _text(sheet, f"D{row}", self._hint(question)).alignment = WRAPPED
        sheet[f"D{row}"].font = QUIET
        cell = self._answer(sheet, f"C{row}", question, self._known(question))
        if question.kind.long:
            sheet.row_dimensions[row].height = 60
        if question.fixed:
            cell.protection, cell.fill = Protection(locked=True), SECTION

    def _table(self, sheet: Worksheet, table: AskedTable) -> None:
        self._mark(sheet, table.name, f"{table.title}. {table.hint}".strip())
        rows = self.known.products if table.name == PRODUCTS else self.known.tables.get(table.name, [])
        if table.name == PRODUCTS and self.known.products_left_out:
            left = _("%(n)d more products are only in the portal.") % {"n": self.known.products_left_out}
            _text(sheet, "B1", f"{sheet['B1'].value} {left}").font = BOLD
        _text(sheet, f"A{KEYS_ROW}", REF)
        sheet.column_dimensions["A"].hidden = True
        sheet.row_dimensions[KEYS_ROW].hidden = True
        last = FIRST_ROW + len(rows) + min(SPARE_ROWS, table.most) - 1
        for place, column in enumerate(table.columns, 2):
            letter = get_column_letter(place)
            sheet.column_dimensions[letter].width = 40 if column.kind.name in ("kbli", "text") else 20
            _text(sheet, f"{letter}{KEYS_ROW}", column.key)
            heading = _text(sheet, f"{letter}{HEADINGS_ROW}", column.label)
            heading.font, heading.fill, heading.alignment = BOLD, SECTION, WRAPPED
            for number in range(FIRST_ROW, last + 1):
                known = rows[number - FIRST_ROW] if number - FIRST_ROW < len(rows) else {}
                self._cell(sheet, f"{letter}{number}", column.kind.show(_known_in(known, column.key)))
            self._offer(sheet, f"{letter}{FIRST_ROW}:{letter}{last}", column.kind, str(column.hint))
        for number, known in enumerate(rows, FIRST_ROW):
            _text(
                sheet,
                f"A{number}",
                known["code"] if table.name == PRODUCTS else known.get("ref") or str(number - FIRST_ROW + 1),
            )
        sheet.freeze_panes = f"B{FIRST_ROW}"

    def _kbli(self, sheet: Worksheet) -> None:
        """To look codes up without a signal."""
        sheet.column_dimensions["A"].width = 110
        for found in KbliClass.objects.filter(level=5, edition=kbli_edition(timezone.localdate())).order_by("code"):
            sheet.append([kbli_label(found)])
        sheet.protection.sheet = True

    # -- Cells ---------------------------------------------------------------------------------------------------------

    def _mark(self, sheet: Worksheet, name: str, title: str) -> None:
        _text(sheet, "A1", f"{SHEET_MARK}{name}")
        _text(sheet, "B1", title).font = BOLD
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False

    def _known(self, question: Question) -> str:
        if question.secret:
            return ""
        if question.key == "district":
            return question.kind.show(self.known.fields["village"].rpartition(".")[0])
        return question.kind.show(self.known.fields.get(question.key, ""))

    def _hint(self, question: Question) -> str:
        if question.secret and (known := self.known.masked.get(question.key)):
            return f"{_('Known: %(number)s. Leave it empty to keep it.') % {'number': known}} {question.hint}"
        return str(question.hint)

    def _answer(self, sheet: Worksheet, place: str, question: Question, text: str) -> Cell:
        cell = self._cell(sheet, place, text)
        self._offer(sheet, place, question.kind, self._hint(question))
        return cell

    def _cell(self, sheet: Worksheet, place: str, text: str) -> Cell:
        cell = _text(sheet, place, text)
        cell.protection, cell.border, cell.fill, cell.alignment = OPEN, LINE, ANSWER, WRAPPED
        return cell

    def _offer(self, sheet: Worksheet, places: str, kind: Kind, hint: str) -> None:
        """A list to choose from, and the hint beside the cell. What is not in the list may be typed where it could be right."""
        formula = self._choices(kind)
        if not formula and not hint:
            return
        choice = DataValidation(
            type="list" if formula else None,
            formula1=formula or None,
            allow_blank=True,
            showErrorMessage=kind.name in EXACTLY,
            showInputMessage=bool(hint),
            # Excel takes no more.
            prompt=hint[:250] or None,
        )
        choice.add(places)
        sheet.data_validations.append(choice)

    def _choices(self, kind: Kind) -> str:
        match kind.name:
            case "yes_no":
                return self._list((_("yes"), _("no")))
            case "country":
                return self._list(tuple(country_names(self.kit.language).values()))
            case "kbli":
                count = KbliClass.objects.filter(level=5, edition=kbli_edition(timezone.localdate())).count()
                return f"'KBLI'!$A$1:$A${count}"
            case "village":
                return self._list(self._regions(Region.Level.VILLAGE))
            case "district":
                return self._list(self._regions(Region.Level.DISTRICT))
        return self._list(kind.choices) if kind.choices else ""

    def _regions(self, level: int) -> tuple[str, ...]:
        """Of the regency the business lies in, else of the centre's."""
        place = self.known.fields["village"] or self.kit.plut.region_code
        regency = ".".join(place.split(".")[:2])
        if "." not in regency:
            return ()
        found = Region.objects.filter(code__startswith=f"{regency}.", level=level).select_related("parent")
        return tuple(f"{each.code} {each.name}, {each.parent.name}" for each in found.order_by("code"))

    def _list(self, choices: tuple[str, ...]) -> str:
        """In a sheet that doesn't show: a typed list takes 255 characters at most."""
        if not choices:
            return ""
        if choices not in self.listed:
            letter = get_column_letter(len(self.listed) + 1)
            for number, choice in enumerate(choices, 1):
                _text(self.lists, f"{letter}{number}", choice)
            self.listed[choices] = f"'{self.lists.title}'!${letter}$1:${letter}${len(choices)}"
        return self.listed[choices]


def _known_in(row: dict[str, str], key: str) -> str:
    """An export of before there was a list of countries says its destination in words."""
    return row.get(key, "") or (row.get("destination", "") if key == "country" else "")


def _text(sheet: Worksheet, place: str, value: Any) -> Cell:
    """Text, whatever it looks like: nothing in a kit runs."""
    cell = sheet[place]
    cell.value = str(value)[:32_000] or None
    if cell.value is not None:
        cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _widths(sheet: Worksheet, widths: dict[str, int]) -> None:
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
