"""Rows inside a section's page: several years, several machines. One form a row, no JavaScript needed.

A row left empty is no row. The button that adds one sends the page and checks nothing (see `SectionForm.adding`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.models import Enterprise
from portal.sections import TABLES, Table

TOTAL = forms.formsets.TOTAL_FORM_COUNT
INITIAL = forms.formsets.INITIAL_FORM_COUNT
REMOVE = forms.formsets.DELETION_FIELD_NAME


class RowForm(forms.Form):
    """One row. Subclasses name their table, what a row is called, and how many there may be."""

    # A page reads the texts of the class itself; a template would call it, and find nothing.
    do_not_call_in_templates = True
    table: str
    row_title: Any
    add_title: Any
    most = 20
    # What the group of rows asks, above the first of them.
    heading: Any = ""
    heading_hint: Any = ""

    def __init__(self, *args: Any, enterprise: Enterprise, unchecked: bool = False, **kwargs: Any) -> None:
        self.enterprise, self.unchecked = enterprise, unchecked
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        if self.unchecked:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    @classmethod
    def spec(cls) -> Table:
        return TABLES[cls.table]

    @classmethod
    def as_typed(cls, row: dict[str, Any]) -> dict[str, Any]:
        """A stored row as the form's initial values."""
        return row


class RowSet(forms.BaseFormSet):
    """The rows of one table. All count as new ones: which of them were there before, the service finds out."""

    form: type[RowForm]

    def __init__(self, *args: Any, enterprise: Enterprise, unchecked: bool = False, **kwargs: Any) -> None:
        self.enterprise, self.unchecked = enterprise, unchecked
        super().__init__(*args, **kwargs)

    @property
    def name(self) -> str:
        return self.form.table

    @property
    def sent(self) -> bool:
        """A page without the table, or an API call about other answers, says nothing about its rows."""
        return self.is_bound and self.add_prefix_to(TOTAL) in self.data

    @property
    def anchor_of_next(self) -> str:
        return f"row-{self.add_prefix(self.total_form_count())}"

    @property
    def has_room(self) -> bool:
        return self.total_form_count() < self.max_num

    def add_prefix_to(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        """A new page shows what is stored, or one empty row where there is nothing yet."""
        if self.is_bound:
            return super().total_form_count() if self.sent else 0
        return max(1, len(self.initial or ()))

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"enterprise": self.enterprise, "unchecked": self.unchecked}

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[REMOVE].label = _("Remove this row")

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """What was filled in and not taken out, in the table's columns."""
        kept = [form for form in self.forms if form.has_changed() and not self._should_delete_form(form)]
        return [{name: form.cleaned_data.get(name) for name in form.spec().columns} for form in kept]

    @property
    def wrong(self) -> list[dict[str, Any]]:
        """The rows with errors, each with its number on the page."""
        numbered = enumerate(self.forms, 1)
        return [
            {"number": n, "form": form} for n, form in numbered if not self._should_delete_form(form) and form.errors
        ]

    @property
    def problems(self) -> list[str]:
        """Every error with the row and the field it stands at, for the API."""
        found = [str(error) for error in self.non_form_errors()]
        for each in self.wrong:
            form = each["form"]
            for name, errors in form.errors.items():
                at = "" if name == NON_FIELD_ERRORS else f", {form.fields[name].label}"
                found += [f"{form.row_title} {each['number']}{at}: {error}" for error in errors]
        return found

    def refuse(self, texts: Iterable[str]) -> None:
        """What only the service could know."""
        self.non_form_errors().extend(texts)

    def clean(self) -> None:
        if self.unchecked:
            return
        key = self.form.spec().key
        seen: dict[tuple[Any, ...], int] = {}
        for number, form in enumerate(self.forms, 1):
            if not form.has_changed() or self._should_delete_form(form) or form.errors or not key:
                continue
            value = tuple(form.cleaned_data.get(name) for name in key)
            if value in seen:
                form.add_error(key[0], _("The same as row %(n)d. Give each only once.") % {"n": seen[value]})
            seen.setdefault(value, number)


def row_set(form: type[RowForm]) -> type[RowSet]:
    """The class of the rows of one table."""
    made: Any = forms.formset_factory(
        form,
        formset=RowSet,
        extra=0,
        can_delete=True,
        max_num=form.most,
        validate_max=True,
        absolute_max=form.most + 1,
    )
    made.default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": gettext_lazy("At most %(num)d rows"),
    }
    return made


def as_posted(form: type[RowForm], rows: list[dict[str, Any]]) -> dict[str, str]:
    """Rows as a page would send them."""
    posted = {f"{form.table}-{TOTAL}": str(len(rows)), f"{form.table}-{INITIAL}": "0"}
    for place, row in enumerate(rows):
        for name, value in row.items():
            posted[f"{form.table}-{place}-{name}"] = "" if value is None else str(value)
    return posted


def with_one_more(form: type[RowForm], data: QueryDict) -> QueryDict:
    """What was sent, with an empty row behind the others."""
    more, total = data.copy(), f"{form.table}-{TOTAL}"
    rows = data.get(total, "")
    more[total] = str(min(int(rows) + 1 if rows.isdecimal() else 1, form.most))
    return more
