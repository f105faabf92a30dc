from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from portal.enums import Unit
from portal.forms.fields import QuantityField
from portal.forms.pick import PickingForm, RegionField
from portal.identity import check_nib
from portal.models import Region


class MemberForm(PickingForm):
    """Who belongs to the cooperative, and what it can give in a month. `unfinished`: a draft, shown as far as it goes."""

    name = forms.CharField(
        label=_("Name of the member"), max_length=200, error_messages={"required": _("Enter the name of the member")}
    )
    nib = forms.CharField(
        label=_("Its NIB, if it has one"),
        max_length=30,
        required=False,
        help_text=_("If it is registered here under this NIB, it is asked, and counts once it says yes."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    village = RegionField(
        level=Region.Level.VILLAGE,
        label=_("Village or ward"),
        required=False,
        help_text=_("Needed for a member that is not registered here."),
    )
    product = forms.CharField(
        label=_("Product it gives"), max_length=200, error_messages={"required": _("Enter the product it gives")}
    )
    capacity = QuantityField(
        label=_("How much it can give in a month"),
        widget=forms.TextInput(attrs={"class": "short"}),
        error_messages={"required": _("Enter how much it can give in a month")},
    )
    unit = forms.ChoiceField(
        label=_("Unit"),
        choices=[("", _("Choose")), *Unit.choices],
        error_messages={"required": _("Choose the unit")},
    )

    def __init__(self, *args: Any, unfinished: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unfinished = unfinished

    def full_clean(self) -> None:
        if self.unfinished:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def clean_nib(self) -> str:
        text = self.cleaned_data["nib"].strip()
        return check_nib(text).or_refuse() if text else ""


class GivenForm(forms.Form):
    """What a member gives; who it is stays."""

    product = MemberForm.base_fields["product"]
    capacity = MemberForm.base_fields["capacity"]
    unit = MemberForm.base_fields["unit"]
