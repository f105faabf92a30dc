"""A search is saved from the address of its list: whatever that form understands of it, and a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.enums import AlertPace, SearchOf
from curation.forms.need import NeedFilterForm
from curation.forms.search import DirectoryForm, SearchForm
from curation.selectors.needs import provinces_with_needs
from portal.selectors.directory import provinces

# Of a list, but no part of what is looked for.
NO_FILTER = ("order",)
# Letters of an address that are read.
MOST_QUERY = 4_000


def filter_form(of: str, data: Mapping[str, str]) -> SearchForm:
    """The list's own form, read from anywhere."""
    if of == SearchOf.NEEDS:
        return NeedFilterForm(data, provinces=provinces_with_needs())
    return DirectoryForm(data, provinces=provinces().values_list("code", "name"))


def filters_in(of: str, data: Mapping[str, str]) -> dict[str, str]:
    wanted = filter_form(of, data).wanted
    return {name: value for name, value in wanted.items() if name not in NO_FILTER}


def filters_of(of: str, query: str) -> dict[str, str]:
    """As an address has them."""
    return filters_in(of, dict(parse_qsl(query[:MOST_QUERY])))


def in_words(form: SearchForm, filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each filter by its label, with the label of its value: one form serves many searches of its list."""
    said = []
    for name, value in filters.items():
        if name not in form.fields:
            continue
        field = form.fields[name]
        labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        said.append((str(field.label), labels.get(value, value)))
    return said


class PaceForm(forms.Form):
    name = forms.CharField(label=_("Name of the search"), max_length=80)
    pace = forms.ChoiceField(
        label=_("How do you want to be told?"),
        choices=AlertPace.choices,
        initial=AlertPace.DAILY,
        widget=forms.RadioSelect,
        help_text=_("Here in your messages and by e-mail. Each message has a link that stops it."),
    )


class SaveSearchForm(PaceForm):
    of = forms.ChoiceField(choices=SearchOf.choices, widget=forms.HiddenInput)
    filters = forms.CharField(widget=forms.HiddenInput, max_length=MOST_QUERY, required=False)
    field_order = ("of", "filters", "name", "pace")

    def clean_filters(self) -> dict[str, str]:
        of = self.cleaned_data.get("of") or SearchOf.NEEDS
        return filters_of(of, self.cleaned_data["filters"])


def first_answers(of: str, data: Mapping[str, str]) -> dict[str, Any]:
    filters = filters_in(of, data)
    name = (
        filters.get("q", "")[:80] or ", ".join(value for _label, value in in_words(filter_form(of, {}), filters))[:80]
    )
    return {"of": of, "filters": urlencode(filters), "name": name}
