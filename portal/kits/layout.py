"""Where what stands in the workbook: the marks by which it is read again, however its visible words are turned.

Each sheet that is read names itself in A1. Answers are found by the key in the hidden column A (profile), or in the hidden
row 2 (tables), never by their place: a row that was moved is still read right.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
SHEET_MARK = "mitrapasok-kit:"
PROFILE = "profile"
NUMBER, STATE = "kit.number", "kit.state"
# Tables: a title, the keys, the headings, then rows.
KEYS_ROW, HEADINGS_ROW, FIRST_ROW = 2, 3, 4
# What a row was at hand-out: of a product its code.
REF = "ref"

# Short names; a table without one is called what its page calls it.
SHEETS = {
    PROFILE: _("Profile"),
    "activities": _("Activities"),
    "sales": _("Sales"),
    "machines": _("Machines"),
    "export_records": _("Exports"),
    "innovations": _("Registrations"),
    "members": _("Cooperative members"),
    "products": _("Products"),
}


def sheet_title(name: str, title: object = "") -> str:
    """Of at most the 31 letters that a workbook takes."""
    return NOT_IN_TITLES.sub(" ", str(SHEETS.get(name) or title or name))[:31]
