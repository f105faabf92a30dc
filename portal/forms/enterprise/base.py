"""What the pages of a dossier's sections have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.enums import EnterpriseStatus
from portal.forms.enterprise.rows import RowForm, RowSet, as_posted, row_set, with_one_more
from portal.models import Enterprise
from portal.sections import ASK, BY_NAME, IDENTITY_FACTS
from portal.selectors.rows import rows_of

# The button that asks for one more row; its value names the table.
ADD = "add"

CHECKED = (EnterpriseStatus.VERIFIED, EnterpriseStatus.SUSPENDED)
VERIFIED_HINT = _("Checked by the ministry. To have it changed, write to the ministry.")


class SectionForm(forms.Form):
    """One section. `seen` tells whether somebody else saved since the page was opened.

    `partial`: only what is sent is asked for (the API changes single fields).
    """

    section: str
    row_forms: ClassVar[tuple[type[RowForm], ...]] = ()
    # What a program may send along to have it checked; nothing of it is kept.
    along: ClassVar[tuple[str, ...]] = ()
    # A sentence above the fields.
    intro: str = ""
    # The order on the page, where the tables don't simply follow the fields.
    layout: ClassVar[tuple[str, ...]] = ()
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, enterprise: Enterprise, seen: str = "", partial: bool = False, **kwargs: Any
    ) -> None:
        self.enterprise = enterprise
        kwargs["initial"] = {**self.stored(), "seen": seen, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.row_sets = {each.table: self._row_set(each) for each in self.row_forms}
        # A wrong word of another field must not be guessed from the page: every message names its field.
        for name, field in self.fields.items():
            if name in ASK:
                field.error_messages["required"] = ASK[name]
            if partial:
                field.required = False
            if enterprise.status in CHECKED and name in IDENTITY_FACTS:
                field.disabled, field.required, field.help_text = True, False, VERIFIED_HINT

    @classmethod
    def tables(cls) -> tuple[str, ...]:
        return tuple(each.table for each in cls.row_forms)

    @classmethod
    def rows_posted(cls, name: str, sent: Any) -> dict[str, str] | None:
        """The rows of a table that a program sent, as a page would send them; None where they are none."""
        form = next(each for each in cls.row_forms if each.table == name)
        columns = set(form.spec().columns)
        if not isinstance(sent, list) or not all(
            isinstance(row, dict) and row and row.keys() <= columns for row in sent
        ):
            return None
        return as_posted(form, sent)

    @classmethod
    def table_of(cls, name: str) -> str:
        """The table that a field belongs to, or the field itself: where a program finds its error."""
        return name

    @property
    def adding(self) -> str:
        """The table to which a row was asked for: the page comes again with one more, and nothing is checked yet."""
        asked = self.data.get(ADD, "") if self.is_bound else ""
        return asked if asked in {each.table for each in self.row_forms} else ""

    @property
    def parts(self) -> list[dict[str, forms.BoundField | RowSet]]:
        """Fields and tables in the order of the page, each under what it is."""
        shown = [field.name for field in self.visible_fields()]
        order = [*self.layout, *(name for name in (*shown, *self.row_sets) if name not in self.layout)]
        return [{"rows": self.row_sets[name]} if name in self.row_sets else {"field": self[name]} for name in order]

    @property
    def labels(self) -> dict[str, Any]:
        tables = {name: rows.form.heading for name, rows in self.row_sets.items()}
        return {**{name: field.label for name, field in self.fields.items()}, **tables}

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self.enterprise, name) for name in BY_NAME[self.section].fields}

    def full_clean(self) -> None:
        if self.adding:
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()
        if not self.is_bound:
            return
        for name, rows in self.row_sets.items():
            if rows.sent and (not rows.is_valid() or rows.non_form_errors()):
                self.refuse_rows(name)

    def is_valid(self) -> bool:
        return not self.adding and super().is_valid()

    def refuse_rows(self, name: str, texts: Iterable[str | Promise] = ()) -> None:
        """The errors of a table stand among those of the form: for its title, the summary and the API."""
        self.row_sets[name].refuse(texts)
        self._errors[name] = ErrorList(self.row_sets[name].problems)

    def rows(self, name: str) -> list[dict[str, Any]] | None:
        """Of a table as it was sent, sound or not at all."""
        rows = self.row_sets[name]
        return rows.rows if rows.sent and rows.is_valid() else None

    def values(self) -> dict[str, Any]:
        fields = {name: self.cleaned_data[name] for name in BY_NAME[self.section].fields if name in self.cleaned_data}
        return {**fields, **{name: rows.rows for name, rows in self.row_sets.items() if rows.sent}}

    def _row_set(self, form: type[RowForm]) -> RowSet:
        if self.is_bound:
            data = with_one_more(form, self.data) if self.adding == form.table else self.data
            return row_set(form)(data, prefix=form.table, enterprise=self.enterprise, unchecked=bool(self.adding))
        stored = [form.as_typed(row) for row in rows_of(self.enterprise, form.spec())]
        return row_set(form)(prefix=form.table, enterprise=self.enterprise, initial=stored)

    @property
    def warnings(self) -> list[Promise]:
        """What doesn't stop anybody and is shown to the person who verifies, too."""
        return []


class YesNoField(forms.TypedChoiceField):
    """A question without a silent answer: neither button is pressed until somebody presses one."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("True", _("Yes")), ("False", _("No"))],
            coerce=lambda value: value == "True",
            empty_value=None,
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return super().to_python({"true": "True", "false": "False"}.get(str(value), value))
