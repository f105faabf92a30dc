from __future__ import annotations

from typing import Any

from django import forms
from django.forms import inlineformset_factory
from django.utils.translation import gettext_lazy as _

from partnerships.models import Agreement, AgreementParty
from portal.enums import Capability
from portal.forms.once import OnceForm
from portal.models import Organisation

MOST_PARTIES = 8


class AgreementForm(forms.ModelForm):
    class Meta:
        model = Agreement
        fields = ["title_id", "title_en", "number", "kind", "signed_on", "valid_from", "valid_until", "order", "source"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("signed_on", "valid_from", "valid_until")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end, signed = data.get("valid_from"), data.get("valid_until"), data.get("signed_on")
        if start and end and end < start:
            self.add_error("valid_until", _("The last day is before the first one."))
        if signed and start and start < signed:
            self.add_error("valid_from", _("It cannot hold before it was signed."))
        return data


class NewAgreementForm(OnceForm, AgreementForm):
    """Entered once, however often it is sent."""


class PartyForm(forms.ModelForm):
    class Meta:
        model = AgreementParty
        fields = ["organisation", "position", "signs", "only_cooperatives"]
        labels = {
            "organisation": _("Organisation"),
            "position": _("Place in the order"),
            "signs": _("signs every partnership off"),
            "only_cooperatives": _("only where a party is a cooperative"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["signs"] = False  # a row left empty must look untouched
        self.fields["organisation"].queryset = Organisation.objects.exclude(capabilities=[Capability.ENTERPRISE])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organisation = data.get("organisation")
        if organisation and data.get("signs") and not organisation.can(Capability.AUTHORITY):
            self.add_error("organisation", _("Only a signatory authority signs partnerships off."))
        return data


PartyFormSet = inlineformset_factory(
    Agreement, AgreementParty, form=PartyForm, extra=4, max_num=MOST_PARTIES, validate_max=True, can_delete=True
)
