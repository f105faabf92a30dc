"""The row of a list that names its columns: which stands where, and what is wrong with the names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from portal.product_sheet.cells import text_of
from portal.product_sheet.columns import BY_KEY, COLUMNS
from portal.text import fold
from portal.uploads.sheets import Row

# The column of a corrected file that says what is wrong: read past.
REMARKS = ("perlu diperbaiki", "to correct")
# A title and a line or two of explanation may stand above the names, merged or not.
ROWS_LOOKED_AT, NAMES_THAT_TELL = 10, 3


@dataclass
class Headings:
    """Which column stands where, and what is wrong with the names. `ignored`: places that are read past."""

    places: dict[int, str] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    unknown: list[dict[str, str]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return list(self.places.values())

    @property
    def as_params(self) -> dict[str, Any]:
        return {"missing": self.missing, "unknown": self.unknown, "twice": self.twice}

    @property
    def wrong(self) -> bool:
        return bool(self.missing or self.unknown or self.twice)


def find_headings(rows: Iterator[Row]) -> tuple[Headings, Iterator[Row]]:
    """The names of the columns and the rows below them."""
    first: list[Row] = []
    for row in rows:
        first.append(row)
        known = sum(1 for cell in row.cells if heading_names().get(heading_key(text_of(cell))))
        if known >= NAMES_THAT_TELL:
            return read_headings(row.cells), rows
        if len(first) == ROWS_LOOKED_AT:
            break
    return read_headings(first[0].cells if first else []), chain(first[1:], rows)


def read_headings(cells: Iterable[Any]) -> Headings:
    names = heading_names()
    headings = Headings()
    for place, cell in enumerate(cells):
        name = text_of(cell).lstrip("\ufeff")
        key = names.get(heading_key(name))
        if not name:
            continue
        if key == "":
            headings.ignored.add(place)
        elif key is None:
            close = get_close_matches(heading_key(name), names, n=1, cutoff=0.7)
            headings.unknown.append({"name": name[:60], "meant": names[close[0]] if close else ""})
        elif key in headings.places.values():
            headings.twice.append(name[:60])
        else:
            headings.places[place] = key
    headings.missing = [column.key for column in COLUMNS if column.required and column.key not in headings.keys]
    return headings


def heading_key(name: str) -> str:
    """`Harga satuan (Rp) *` is `harga satuan`."""
    return fold(re.sub(r"\(.*?\)", " ", name))


def heading_names() -> dict[str, str]:
    """Every accepted name, folded, and its column; the remarks column of a corrected file is read past."""
    if not _HEADING_NAMES:
        for column in COLUMNS:
            labels = list(column.names)
            for language in ("id", "en"):
                with translation.override(language):
                    labels.append(str(column.label))
            _HEADING_NAMES.update({heading_key(label): column.key for label in (*labels, column.key)})
        _HEADING_NAMES.update(dict.fromkeys(REMARKS, ""))
    return _HEADING_NAMES


_HEADING_NAMES: dict[str, str] = {}


def headings_problems(params: dict[str, Any]) -> list[str]:
    """What is wrong with the names of the columns, a sentence each."""
    sentences = []
    if params["missing"]:
        names = ", ".join(str(BY_KEY[key].label) for key in params["missing"])
        sentences.append(_("These columns are missing: %(names)s.") % {"names": names})
    for unknown in params["unknown"]:
        if unknown["meant"]:
            meant = {"name": unknown["name"], "meant": BY_KEY[unknown["meant"]].label}
            sentences.append(_("The column “%(name)s” is not known. Do you mean “%(meant)s”?") % meant)
        else:
            sentences.append(
                _("The column “%(name)s” is not known. Remove it or take the name from the template.") % unknown
            )
    sentences += [_("The column “%(name)s” stands there twice.") % {"name": name} for name in params["twice"]]
    if letters := params.get("unnamed"):
        sentences.append(
            _("Column %(letter)s holds values but has no name. Name it, empty it, or split the merged cells above it.")
            % {"letter": letters}
        )
    return sentences
