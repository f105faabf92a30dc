"""The answers in a form as people read them: to compare two people's, or to give back what can't be saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.forms.pick import PickField
from portal.presentation.dates import tanggal, waktu
from portal.presentation.numbers import angka


def answers_of(form: Any) -> list[dict[str, str]]:
    """Label and text of every answer that was given. Of a formset: row by row."""
    if isinstance(form, forms.BaseFormSet):
        return [answer for each in form.forms if each.has_changed() for answer in answers_of(each)]
    rows = ({"label": str(field.label), "value": as_text(field)} for field in form.visible_fields())
    return [row for row in rows if row["value"]]


def differences(stored: forms.BaseForm, typed: forms.BaseForm) -> list[dict[str, str]]:
    """Where two fillings of the same form differ: what is saved now, beside what is about to be."""
    rows = (
        {"label": str(field.label), "theirs": as_text(stored[field.name]), "mine": as_text(field)}
        for field in typed.visible_fields()
        if field.name in stored.fields
    )
    return [row for row in rows if row["theirs"] != row["mine"]]


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
