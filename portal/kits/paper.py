"""The same kit on paper: what is known is printed, what is missing has a line to write on, and the consent can be signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.consents import before_choosing, scope_choices, text_in_use
from portal.enums import ConsentPurpose
from portal.kits.kinds import shown_to_people
from portal.kits.questions import Asked, AskedTable, Question, section_title
from portal.models import VisitKit
from portal.presentation.dates import tanggal, waktu
from portal.selectors.kit import PRODUCTS, Known, Texts

TEMPLATE = Path(__file__).with_name("form.typ")
# Options that fit on a line to be ticked; longer lists are written.
MOST_TICKED = 6
BLANK_ROWS = 4


def paper_of(kit: VisitKit) -> bytes:
    """A PDF on A4, in the language the kit was handed out in."""
    with translation.override(kit.language):
        content = content_of(kit)
    return typst.compile(TEMPLATE, sys_inputs={"kit": json.dumps(content, ensure_ascii=False)})


def content_of(kit: VisitKit) -> dict[str, Any]:
    known, asked = Known.from_json(kit.known), Asked(kit.enterprise)
    sections: dict[str, list[dict[str, Any]]] = {}
    for question in asked.questions:
        sections.setdefault(question.section, []).append(_question(question, known))
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in asked.tables:
        tables.setdefault(table.section, []).append(_table(table, known))
    return {
        "lang": kit.language,
        "title": f"{_('Visit kit')} {kit.number}",
        "enterprise": str(kit.enterprise),
        "carried": _("Taken along by %(who)s on %(day)s. Bring it back by %(until)s.")
        % {"who": kit.handed_to, "day": tanggal(timezone.localdate(kit.handed_out_at)), "until": tanggal(kit.until)},
        "state": _("Filled from what the portal knew, %(time)s (state %(state)s).")
        % {"time": waktu(kit.handed_out_at), "state": kit.state[:8]},
        "advice": _(
            "Write only what is new or different. Afterwards copy it into the workbook, or fill it in in the portal."
        ),
        "page": _("Page"),
        "of": pgettext("pages", "of"),
        "consent": _consent(kit),
        "sections": [
            {"title": str(section_title(name)), "questions": sections.get(name, []), "tables": tables.get(name, [])}
            for name in dict.fromkeys([*sections, *tables])
        ],
    }


def _question(question: Question, known: Known) -> dict[str, Any]:
    text = known.masked.get(question.key, "") if question.secret else _known(question, known)
    options = [_("yes"), _("no")] if question.kind.name == "yes_no" else list(question.kind.choices)
    ticked = len(options) <= MOST_TICKED
    return {
        "label": str(question.label),
        "hint": str(question.hint),
        "known": text,
        "options": options if ticked else [],
        "long": question.kind.long,
        "fixed": question.fixed,
    }


def _known(question: Question, known: Known) -> str:
    text = (
        known.fields["village"].rpartition(".")[0] if question.key == "district" else known.fields.get(question.key, "")
    )
    return shown_to_people(question.kind, text)


def _table(table: AskedTable, known: Known) -> dict[str, Any]:
    rows = known.products if table.name == PRODUCTS else known.tables.get(table.name, [])
    shown = [column for column in table.columns if column.key != "description"]
    return {
        "title": str(table.title),
        "headings": [str(column.label) for column in shown],
        "rows": [[_cell(column, row) for column in shown] for row in rows],
        "blank": BLANK_ROWS,
    }


def _cell(column: Question, row: Texts) -> str:
    text = row.get(column.key, "") or (row.get("destination", "") if column.key == "country" else "")
    return shown_to_people(column.kind, text)


def _consent(kit: VisitKit) -> dict[str, Any]:
    return {
        "title": _("Consent"),
        "text": before_choosing(text_in_use(ConsentPurpose.ASSISTANCE), kit.enterprise),
        "receiver": f"{kit.handed_to} ({kit.plut})",
        "parts": [str(label) for _name, label in scope_choices()],
        "until": _("Until (day)"),
        "signed": _("Name and signature of the owner, place and day"),
        "only_if": _("Only if no consent is in force yet:"),
    }
