"""The public search's filters. Nothing in them can be wrong: what isn't understood is left out.

Each value says how many there are: with the words and all other filters of that moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from curation.matching.query import Filters
from curation.selectors.filters import directory_filters
from curation.services.need import CERTIFICATES
from portal.enums import BusinessClass, Rung
from portal.presentation.numbers import angka

# What is typed beyond is not read.
MOST_TYPED = 1_000
CLASSES = [choice for choice in BusinessClass.choices if choice[0] != BusinessClass.LARGE]
# Whoever is listed has sent its data.
RUNGS = [(Rung.DOCUMENTS.value, Rung.DOCUMENTS.label), (Rung.VISITED.value, Rung.VISITED.label)]
ALL = [("", _("All"))]
DIGITS = re.compile(r"\d{2,5}")


class Words(forms.CharField):
    def to_python(self, value: Any) -> str:
        return (super().to_python(str(value or "").replace("\0", " ")) or "")[:MOST_TYPED]


class Division(forms.ChoiceField):
    """Those that are there are offered; an address may name any class."""

    def valid_value(self, value: Any) -> bool:
        return bool(DIGITS.fullmatch(str(value)))


class SearchForm(forms.Form):
    """`FIRST`: what is always there; the others unfold. `COUNTED`: field → the filter that it sets."""

    FIRST: tuple[str, ...] = ()
    COUNTED: Mapping[str, str] = {}

    q = Words(label=_("Item or specification"), required=False, widget=forms.TextInput({"type": "search"}))
    province = forms.ChoiceField(label=_("Province"), required=False)
    certificate = forms.ChoiceField(
        label=_("Certificate, as stated"),
        required=False,
        choices=[*ALL, *((kind.value, kind.label) for kind in CERTIFICATES)],
    )
    kbli = Division(label=_("KBLI division"), required=False, choices=ALL)

    def __init__(self, *args: Any, provinces: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = [("", _("All provinces")), *provinces]

    @property
    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def typed_too_much(self) -> bool:
        return len(self.data.get("q", "")) > MOST_TYPED

    def show(self, counts: Mapping[str, Mapping[str, int]], divisions: Iterable[tuple[str, str]]) -> None:
        self.fields["kbli"].choices = [*ALL, *divisions]
        for name, filter_name in self.COUNTED.items():
            counted = counts.get(filter_name, {})
            field = self.fields[name]
            field.choices = [
                (value, f"{label} ({angka(counted[value])})" if value in counted else label)
                for value, label in field.choices
            ]

    @property
    def first(self) -> list[BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def more_wanted(self) -> bool:
        return any(name not in self.FIRST for name in self.wanted)


class DirectoryForm(SearchForm):
    FIRST = ("q", "province", "class", "checked")
    COUNTED = {
        "province": "province",
        "class": "business_class",
        "certificate": "certificates",
        "kbli": "kbli",
    }

    checked = forms.ChoiceField(label=_("Checked as far as"), required=False, choices=[*ALL, *RUNGS])
    curated = forms.ChoiceField(label=_("Curation"), required=False, choices=[*ALL, ("1", _("Curated only"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Product or business")
        self.fields["q"].widget.attrs["data-suggest"] = "product business"
        self.fields["class"] = forms.ChoiceField(label=_("Class"), required=False, choices=[*ALL, *CLASSES])

    @property
    def filters(self) -> Filters:
        return directory_filters(self.wanted)
