"""The forms of a kit's pages: whom to take one along for, the filled files, cells to correct, and what is to be saved."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.forms.files import FilesField, FilesInput
from portal.kits.comparing import Comparison, Item, Side, State, Wrong
from portal.kits.merging import LEAVE_OUT
from portal.models import Enterprise
from portal.presentation.dates import tanggal
from portal.presentation.numbers import unknown
from portal.selectors.kit import ToVisit

MOST_FILES = 20
CORRECT, MERGE = "correct", "merge"


class HandOutForm(forms.Form):
    enterprises = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Businesses"),
        queryset=Enterprise.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one business.")},
    )

    def __init__(self, *args: Any, rows: list[ToVisit], ready: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["enterprises"]
        field.queryset = Enterprise.objects.filter(pk__in=[row.enterprise.pk for row in rows])
        field.choices = [(row.enterprise.pk, _offered(row, row.enterprise.pk in ready)) for row in rows]
        field.initial = [row.enterprise.pk for row in rows if row.soon and row.enterprise.pk not in ready]


def _offered(row: ToVisit, is_out: bool) -> str:
    parts = [str(row.enterprise)]
    if row.appointment is not None:
        parts.append(_("visit on %(day)s") % {"day": tanggal(row.appointment.on, "long")})
    if is_out:
        parts.append(_("a kit is out already"))
    return " · ".join(parts)


class UploadForm(forms.Form):
    files = FilesField(
        label=gettext_lazy("Filled kits"),
        widget=FilesInput(attrs={"accept": ".xlsx"}),
        help_text=gettext_lazy("XLSX, at most 5 MB each. Several at once are fine."),
        error_messages={"required": gettext_lazy("Choose the file of a kit")},
    )


class CorrectionForm(forms.Form):
    """One field for each cell that could not be read, with what was typed in it."""

    def __init__(self, *args: Any, wrong: list[Wrong], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses: dict[str, str] = {}
        for each in wrong:
            name = f"w{hashlib.sha256(each.cell.address.encode()).hexdigest()[:12]}"
            if name in self.fields:
                self.fields[name].help_text += f" {escape(each.text)}"
                continue
            self.addresses[name] = each.cell.address
            where = _("sheet “%(sheet)s”, cell %(cell)s") % {"sheet": each.cell.sheet, "cell": each.cell.at}
            self.fields[name] = forms.CharField(
                label=f"{each.label} ({where})",
                required=False,
                max_length=4000,
                initial=each.cell.text,
                # Drawn as it is: what somebody typed stands in it.
                help_text=escape(each.text),
                widget=forms.Textarea(attrs={"rows": 3}) if len(each.cell.text) > 80 else None,
            )

    @property
    def written(self) -> dict[str, str]:
        return {self.addresses[name]: text for name, text in self.cleaned_data.items()}


class MergeForm(forms.Form):
    """What is proposed is chosen already; for a conflict nothing is, so that nobody overwrites anybody unseen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, comparison: Comparison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comparison = comparison
        self.fields["seen"].initial = comparison.seen
        for item in comparison.of(State.CONFLICT, State.PROPOSED):
            self.fields[item.name] = _choice(item)
        if comparison.of(State.UNREADABLE):
            self.fields[LEAVE_OUT] = forms.BooleanField(
                label=_("Merge without the answers that cannot be read; they stay in the kit"),
                error_messages={"required": _("Correct what cannot be read, or say that it is left out.")},
            )

    @property
    def leave_out_field(self) -> forms.BoundField | None:
        return self[LEAVE_OUT] if LEAVE_OUT in self.fields else None

    @property
    def conflicts(self) -> list[forms.BoundField]:
        return [self[item.name] for item in self.comparison.of(State.CONFLICT)]

    @property
    def proposed(self) -> list[dict[str, Any]]:
        """By section, in the order of the dossier."""
        groups: dict[str, list[forms.BoundField]] = {}
        for item in self.comparison.of(State.PROPOSED):
            groups.setdefault(str(item.section_title), []).append(self[item.name])
        return [{"title": title, "fields": fields} for title, fields in groups.items()]

    @property
    def choices(self) -> dict[str, str]:
        return {
            item.path: self.cleaned_data[item.name]
            for item in self.comparison.of(State.CONFLICT, State.PROPOSED)
            if item.name in self.cleaned_data
        }

    def tell(self, problems: dict[str, list[str]]) -> None:
        """At the answer of that path; what has none stands on top."""
        names = {item.path: item.name for item in self.comparison.items}
        for path, texts in problems.items():
            name = names.get(path, path)
            self.add_error(name if name in self.fields else None, texts)


def _choice(item: Item) -> forms.ChoiceField:
    kit, now, base = (text or unknown() for text in (item.kit, item.now, item.base))
    if item.state == State.CONFLICT:
        choices = [
            (Side.KIT, _("In the kit: %(text)s") % {"text": kit}),
            (Side.NOW, _("In the portal now: %(text)s") % {"text": now}),
        ]
    else:
        choices = [(Side.KIT, _("Take: %(text)s") % {"text": kit}), (Side.NOW, _("Leave: %(text)s") % {"text": now})]
    return forms.ChoiceField(
        label=item.label,
        choices=choices,
        initial=Side.KIT if item.state == State.PROPOSED else None,
        widget=forms.RadioSelect,
        help_text=escape(_("When it was handed out: %(text)s") % {"text": base})
        if item.state == State.CONFLICT
        else "",
        error_messages={"required": _("Changed on both sides: choose which one stays.")},
    )
