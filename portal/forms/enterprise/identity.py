from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.enums import LegalForm
from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.identity import Checked, check_nib, check_nik, check_npwp, format_npwp, normal_npwp
from portal.selectors.enterprise import nib_is_taken

EARLIEST = dt.date(1800, 1, 1)
NIB_TAKEN = _(
    "A business with this NIB is already registered. Is it yours? Ask its owner to add you: Menu, Members, Invite. "
    "If nobody in your business can, ask the ministry to look at both."
)


class IdentityNumberBoundField(forms.BoundField):
    @property
    def doubts(self) -> list[Promise]:
        """What doesn't fit about a number that is taken all the same; what is wrong with it is among the errors."""
        value = self.value()
        return self.field.check(str(value)).warnings if value else []


class IdentityNumberField(forms.CharField):
    """Digits on a card. `check`: what they must be like, and what is odd about them."""

    bound_field_class = IdentityNumberBoundField

    def __init__(self, *, check: Callable[[str], Checked], **kwargs: Any) -> None:
        self.check = check
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **kwargs)


class IdentityForm(SectionForm):
    section = "identity"

    name = forms.CharField(label=_("Name of the business"), max_length=200)
    legal_form = forms.ChoiceField(label=_("Legal form"), choices=LegalForm.choices, widget=forms.RadioSelect)
    nib = forms.CharField(
        label="NIB",
        help_text=_("Business identification number: 13 digits, for example 8120012345678"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    npwp = IdentityNumberField(
        label="NPWP",
        check=check_npwp,
        help_text=_("Tax number: 15 or 16 digits. Of a sole proprietor it is the NIK. Kept encrypted."),
    )
    owner_nik = IdentityNumberField(
        label=_("Owner's NIK"),
        check=check_nik,
        required=False,
        help_text=_("16 digits, as on the identity card. Kept encrypted, never published."),
    )
    established_on = forms.DateField(
        label=_("Established on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    women_led = YesNoField(label=_("Is the business led by a woman?"))
    description = forms.CharField(
        label=_("What the business does"),
        required=False,
        max_length=2000,
        help_text=_("In a few sentences, for buyers."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def stored(self) -> dict[str, Any]:
        return {
            **super().stored(),
            "name": self.enterprise.organisation.name,
            "npwp": format_npwp(self.enterprise.npwp),
        }

    def clean_nib(self) -> str:
        text = self.cleaned_data["nib"]
        nib = check_nib(text).or_refuse() if text else ""
        if nib and nib_is_taken(nib, besides=self.enterprise):
            raise ValidationError(NIB_TAKEN, code="taken")
        return nib

    def clean_npwp(self) -> str:
        text = self.cleaned_data["npwp"]
        return normal_npwp(check_npwp(text).or_refuse()) if text else ""

    def clean_owner_nik(self) -> str:
        text = self.cleaned_data["owner_nik"]
        return check_nik(text).or_refuse() if text else ""

    def clean_established_on(self) -> dt.date | None:
        day = self.cleaned_data["established_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("The day lies in the future"), code="future")
        if day and day < EARLIEST:
            raise ValidationError(_("Enter the year with four digits, for example 2012"), code="long_ago")
        return day

    @property
    def warnings(self) -> list[Promise]:
        values = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        npwp, nik = values.get("npwp"), values.get("owner_nik")
        return [*(check_npwp(npwp).warnings if npwp else []), *(check_nik(nik).warnings if nik else [])]
