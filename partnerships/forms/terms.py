from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import AgreementKind
from partnerships.models import Agreement, Partnership
from partnerships.services.drafting import TERMS


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
        in_force = Agreement.objects.in_force(timezone.localdate()).filter(kind=AgreementKind.PARTNERSHIP)
        self.fields["agreement"].queryset = in_force
        self.fields["agreement"].empty_label = None
        self.fields["payment_days"].min_value = 1

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The term cannot begin in the past."))
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", _("The end must be after the beginning."))
        for name in ("payment_days", "acceptance_days"):
            if data.get(name) is not None and not 1 <= data[name] <= 365:
                self.add_error(name, _("Enter a number of days from 1 to 365."))
        return data

    def _post_clean(self) -> None:
        """The service writes and the database checks; nothing is put on the instance here."""

    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TERMS}
