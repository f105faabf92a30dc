from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.enums import RenewalOutcome
from curation.models import Programme
from curation.models.programme import ProgrammeQuerySet


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the mark revoked?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The enterprise and everybody who checks the certificate reads this."),
    )


class RenewForm(forms.Form):
    text = forms.CharField(
        label=_("What should the buyer know?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Optional. Your data and papers as they are now are sent along."),
    )


class RenewalDecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[(RenewalOutcome.GRANTED, _("Renew the mark")), (RenewalOutcome.REFUSED, _("Do not renew it"))],
        widget=forms.RadioSelect(attrs={"class": "rad"}),
        error_messages={"required": _("Choose a decision")},
    )
    reason = forms.CharField(
        label=_("What the enterprise reads"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Required unless the criteria say so. Every unmet criterion is sent besides."),
    )


class ProgrammeChoice(forms.ModelChoiceField):
    def label_from_instance(self, programme: Programme) -> str:
        return programme.name


class RecogniseForm(forms.Form):
    programme = ProgrammeChoice(
        label=_("For which of your programmes?"),
        queryset=Programme.objects.none(),
        widget=forms.RadioSelect(attrs={"class": "rad"}),
        empty_label=None,
        error_messages={"required": _("Choose one of your programmes.")},
    )

    def __init__(self, *args: Any, programmes: ProgrammeQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes


class WithdrawRequestForm(forms.Form):
    programme = ProgrammeChoice(
        label=_("The request for which programme?"),
        queryset=Programme.objects.none(),
        widget=forms.RadioSelect(attrs={"class": "rad"}),
        empty_label=None,
        error_messages={"required": _("Choose one of your programmes.")},
    )

    def __init__(self, *args: Any, programmes: ProgrammeQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        if len(programmes) == 1:
            self.fields["programme"].initial = programmes[0].pk
