from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import ActivityConversion, KbliClass

CHOOSE = _("Choose one of those found")


class ProposalForm(forms.Form):
    """For one old class: which new one stands for it, or that the open choice is taken back."""

    older = forms.ModelChoiceField(queryset=KbliClass.objects.filter(level=5), widget=forms.HiddenInput)
    newer = forms.ModelChoiceField(
        queryset=KbliClass.objects.filter(level=5),
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )


class TakeBackForm(forms.Form):
    withdraw = forms.ModelChoiceField(queryset=ActivityConversion.objects.none())

    def __init__(self, *args: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["withdraw"].queryset = queryset


class ConversionSearchForm(forms.Form):
    """A GET form: more classes to choose from, for one of the old ones."""

    q = forms.CharField(required=False, max_length=100)
    older = forms.IntegerField(required=False)


class ReviewForm(forms.Form):
    ACCEPT, DECLINE = "accept", "decline"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(ACCEPT, _("Accept: it stands for the old class")), (DECLINE, _("Do not accept, with a reason"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        help_text=_("The business reads this word for word. Name the class that fits better, if you know it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("decision") == self.DECLINE and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", _("Write a reason: the business reads it."))
        return self.cleaned_data


class SeveralForm(forms.Form):
    """Those ticked in the list, accepted at once."""

    chosen = forms.ModelMultipleChoiceField(
        queryset=ActivityConversion.objects.none(), error_messages={"required": _("Tick at least one")}
    )

    def __init__(self, *args: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = queryset
