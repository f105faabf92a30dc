from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.enums import PlanIndicator
from portal.forms.fields import DecimalField
from portal.models import PlanTarget
from portal.models.enterprise import MOST_RUPIAH


class ProgressForm(forms.Form):
    """What was reached in a quarter, in what the target counts."""

    actual = DecimalField(
        label=_("Reached"),
        min_value=0,
        below=MOST_RUPIAH,
        error_messages={"required": _("Enter what was reached; 0 if nothing")},
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    note = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=500,
        required=False,
        help_text=_("You may leave it empty. It helps your companion when a target was missed."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, target: PlanTarget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target

    def clean_actual(self) -> Decimal | None:
        amount = self.cleaned_data["actual"]
        counted = self.target.indicator != PlanIndicator.PRODUCTION
        if amount is not None and counted and amount != amount.to_integral_value():
            raise ValidationError(_("Enter a whole number, without decimals"), code="places")
        return amount
