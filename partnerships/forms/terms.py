from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from partnerships.models import Partnership
from partnerships.selectors.agreements import agreements_in_force
from partnerships.selectors.drafts import TERMS
from partnerships.services.drafting import check_terms


class TermsForm(forms.ModelForm):
    """Title, term and payment of a contract."""

    class Meta:
        model = Partnership
        fields = TERMS
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
            "payment_days": forms.NumberInput(attrs={"class": "tiny", "min": 1, "max": 365}),
            "acceptance_days": forms.NumberInput(attrs={"class": "tiny", "min": 1, "max": 90}),
        }
        help_texts = {
            "agreement": gettext_lazy("Decides which authorities sign the contract off."),
            "stamp_duty_serial": gettext_lazy("The serial number of the electronic stamp, once you have it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements_in_force()
        self.fields["agreement"].empty_label = None
        self.fields["payment_days"].min_value = 1
        self.new: list[str] = list(TERMS)
        if self.instance.amends_id is not None:
            # It may have begun long ago, and stays.
            self.fields["starts_on"].disabled = True
            self.new.remove("starts_on")

    def clean(self) -> dict[str, Any]:
        super().clean()
        try:
            check_terms(self.cleaned_data, new=self.new)
        except forms.ValidationError as error:
            self.add_error(None, error)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The service writes and the database checks; nothing is put on the instance here."""

    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TERMS}
