"""Picking clauses from the library, changing their text, adding one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Clause, Partnership, PartnershipClause
from partnerships.selectors.library import current_clauses
from partnerships.services.drafting import ClauseInput

OWN_ROWS = 3


class ClausesForm(forms.Form):
    """For each clause of the library a box and its text; below, rows for the parties' own."""

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = list(partnership.clauses.select_related("clause"))
        self.library = current_clauses()
        by_code = {each.clause.code: each for each in used if each.clause is not None}
        for clause in self.library:
            self._add_library_fields(clause, by_code.get(clause.code))
        own = [each for each in used if each.clause is None]
        self.own_rows = len(own) + OWN_ROWS
        for number in range(self.own_rows):
            standing = own[number] if number < len(own) else None
            self._add_own_fields(number, standing)

    def _add_library_fields(self, clause: Clause, standing: PartnershipClause | None) -> None:
        self.fields[f"use_{clause.code}"] = forms.BooleanField(
            label=clause.title, required=False, initial=standing is not None
        )
        self.fields[f"text_{clause.code}"] = forms.CharField(
            label=_("Text of “%(title)s”") % {"title": clause.title},
            required=False,
            max_length=6000,
            initial=standing.body if standing else clause.body_id,
            widget=forms.Textarea(attrs={"rows": 8, "lang": "id"}),
        )

    def _add_own_fields(self, number: int, standing: PartnershipClause | None) -> None:
        self.fields[f"own_title_{number}"] = forms.CharField(
            label=_("Title of own clause %(n)s") % {"n": number + 1},
            required=False,
            max_length=150,
            initial=standing.title if standing else "",
        )
        self.fields[f"own_body_{number}"] = forms.CharField(
            label=_("Text of own clause %(n)s") % {"n": number + 1},
            required=False,
            max_length=6000,
            initial=standing.body if standing else "",
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def library_rows(self) -> Iterator[tuple[Clause, Any, Any]]:
        for clause in self.library:
            yield clause, self[f"use_{clause.code}"], self[f"text_{clause.code}"]

    def own_rows_fields(self) -> Iterator[tuple[Any, Any]]:
        for number in range(self.own_rows):
            yield self[f"own_title_{number}"], self[f"own_body_{number}"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        for number in range(self.own_rows):
            title, body = data.get(f"own_title_{number}"), data.get(f"own_body_{number}")
            if body and not title:
                self.add_error(f"own_title_{number}", gettext_lazy("Give the clause a title."))
            if title and not body:
                self.add_error(f"own_body_{number}", gettext_lazy("Write the text of the clause."))
        return data

    def clauses(self) -> list[ClauseInput]:
        """An emptied text means the library's own."""
        data = self.cleaned_data
        chosen = [
            ClauseInput(clause.title_id, _lines(data[f"text_{clause.code}"]) or clause.body_id, clause)
            for clause in self.library
            if data[f"use_{clause.code}"]
        ]
        own = [
            ClauseInput(data[f"own_title_{number}"], _lines(data[f"own_body_{number}"]))
            for number in range(self.own_rows)
            if data[f"own_title_{number}"]
        ]
        return chosen + own


def _lines(text: str) -> str:
    """Browsers send CR LF; the library has LF: the same text must compare equal."""
    return text.replace("\r\n", "\n").strip()
