"""The answers in a form as people read them: to compare two people's, or to give back what can't be saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.forms.pick import PickField
from portal.presentation.dates import tanggal, waktu
from portal.presentation.numbers import angka


def answers_of(form: Any) -> list[dict[str, str]]:
    """Label and text of every answer that was changed. Of a formset: a text for each row."""
    if isinstance(form, forms.BaseFormSet):
        rows = enumerate(form.forms, 1)
        return [{"label": _row_label(number), "value": _row(each)} for number, each in rows if each.has_changed()]
    changed = ({"label": str(form[name].label), "value": as_text(form[name])} for name in form.changed_data)
    return [each for each in changed if each["value"]]


def differences(stored: Any, typed: Any) -> list[dict[str, str]]:
    """Where two fillings of the same form or formset differ: what is saved now, beside what is about to be."""
    if isinstance(typed, forms.BaseFormSet):
        pairs = zip_longest(map(_row, stored.forms), map(_row, typed.forms), fillvalue="")
        rows = [(_row_label(number), theirs, mine) for number, (theirs, mine) in enumerate(pairs, 1)]
    else:
        fields = [field for field in typed.visible_fields() if field.name in stored.fields]
        rows = [(str(field.label), as_text(stored[field.name]), as_text(field)) for field in fields]
    return [{"label": label, "theirs": theirs, "mine": mine} for label, theirs, mine in rows if theirs != mine]


def _row_label(number: int) -> str:
    return _("Line %(n)s") % {"n": number}


def _row(form: forms.BaseForm) -> str:
    """Nothing for a row that was left empty or is taken out."""
    if (form.is_bound and not form.has_changed()) or (not form.is_bound and not form.initial):
        return ""
    return ", ".join(filter(None, (as_text(field) for field in form.visible_fields() if field.name != "DELETE")))


def as_text(bound: forms.BoundField) -> str:
    value, field = bound.value(), bound.field
    if isinstance(field, PickField):
        return _picked(field, value)
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value and value != "False" else ""
    if isinstance(field, forms.FileField) or value in (None, "", []):
        return ""
    if hasattr(field, "choices"):
        return _chosen(field, value)
    try:
        return _read(field.to_python(value))
    except ValidationError:
        return str(value)


def _picked(field: PickField, value: Any) -> str:
    chosen, words = value if isinstance(value, tuple) else (value, "")
    found = field.options(str(getattr(chosen, "pk", chosen) or ""), "")
    return str(found[0]) if found else words


def _chosen(field: Any, value: Any) -> str:
    wanted = {str(getattr(each, "pk", each)) for each in (value if isinstance(value, list | tuple) else [value])}
    labels = [str(label) for key, label in field.choices if key not in (None, "") and str(key) in wanted]
    return ", ".join(labels)


def _read(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return waktu(value)
    if isinstance(value, dt.date):
        return tanggal(value)
    if isinstance(value, Decimal | int | float):
        return angka(value)
    return str(value)
