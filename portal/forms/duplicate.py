"""Deciding on two enterprises that may be one, and an owner's word that they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.forms.once import OnceForm
from portal.identity import check_nib
from portal.merging import Merger
from portal.selectors.merging import KEPT, LOST, Compared, compared, people_of, state_of, suggested


class ApartForm(forms.Form):
    reason = forms.CharField(
        label=_("Why are they not the same?"),
        max_length=1000,
        help_text=_("For example: two shops of one family, each with its own NIB. Whoever looks next reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: whoever looks next reads it.")},
    )


class MergeForm(forms.Form):
    """One choice for every topic in which the two differ; who goes along; and how one knows."""

    people = forms.MultipleChoiceField(
        label=_("Who goes along?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They act for the kept business from now on. Leave out whoever does not belong to it."),
    )
    reason = forms.CharField(
        label=_("How do you know that they are one?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write how you know that they are one.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, merger: Merger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merger = merger
        self.topics: list[tuple[Compared, str]] = []
        proposed = suggested(merger)
        for each in compared(merger.kept, merger.lost):
            if each.equal:
                continue
            name = f"take_{each.name}"
            self.topics.append((each, name))
            self.fields[name] = forms.ChoiceField(
                label=each.topic.label,
                choices=[(KEPT, each.texts[0] or _("none yet")), (LOST, each.texts[1] or _("none yet"))],
                initial=proposed[each.name],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the two.")},
            )
        members = people_of(merger.lost)
        self.fields["people"].choices = [
            (str(each.user_id), f"{each.user} · {each.user.email} · {each.get_role_display()}") for each in members
        ]
        self.fields["people"].initial = [str(each.user_id) for each in members]
        if not members:
            del self.fields["people"]
        self.fields["seen"].initial = state_of(merger)

    def topic_fields(self) -> list[Any]:
        return [self[name] for _each, name in self.topics]

    def choices(self) -> dict[str, str]:
        return {each.name: self.cleaned_data[name] for each, name in self.topics}

    def chosen_people(self) -> list[int]:
        return [int(key) for key in self.cleaned_data.get("people", [])]


class ClaimForm(OnceForm):
    nib = forms.CharField(
        label="NIB",
        help_text=_("The one that is registered already: 13 digits"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter the NIB")},
    )
    explanation = forms.CharField(
        label=_("How can the ministry see that it is yours?"),
        max_length=1000,
        help_text=_("For example: who registered it before, and the number of the deed or of the tax card."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say how the ministry can see that it is yours.")},
    )

    def clean_nib(self) -> str:
        checked = check_nib(self.cleaned_data["nib"])
        if checked.errors:
            raise ValidationError(list(checked.errors), code="invalid")
        return checked.value
