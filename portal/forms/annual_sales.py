from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import RupiahField


class AnnualSalesForm(forms.Form):
    """`none`: there was no full year of sales in it. Then no amount is read."""

    amount = RupiahField(
        label=_("All you sold in the year"),
        min_value=0,
        error_messages={"required": _("Enter the annual sales")},
        help_text=_("In rupiah, before costs. For example 750.000.000 or 750 juta; 0 if nothing was sold."),
    )
    none = forms.BooleanField(label=_("We have not had a full year of sales yet"), required=False)

    def __init__(self, *args: Any, may_deny: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_deny:
            del self.fields["none"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("none"):
            if str(self.data.get("amount", "")).strip():
                text = _("Enter the sales, or say that there was no full year: not both")
                self.add_error("amount", ValidationError(text, code="both"))
            else:
                self.errors.pop("amount", None)
                self.cleaned_data["amount"] = None
        return self.cleaned_data
