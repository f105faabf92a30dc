from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import Sight
from portal.forms.enterprise.address import EAST, NORTH, SOUTH, WEST
from portal.forms.fields import DecimalField
from portal.forms.once import OnceForm


class VisitForm(OnceForm):
    """The key that makes the form count once is the visit's own, too."""

    visited_on = forms.DateField(
        label=_("Day of the visit"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
        error_messages={"required": _("Enter the day of the visit")},
    )
    seen = forms.MultipleChoiceField(
        label=_("What did you see?"),
        choices=Sight.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what you saw yourself. “Visited” is shown once you have seen the place of business."),
        error_messages={"required": _("Tick at least one thing you saw")},
    )
    place = forms.CharField(
        label=_("Where"), required=False, max_length=300, help_text=_("If it is not the address in the profile")
    )
    latitude = DecimalField(
        label=_("Latitude"), required=False, min_value=SOUTH, max_value=NORTH, decimal_places=6, help_text="-7,7056"
    )
    longitude = DecimalField(
        label=_("Longitude"), required=False, min_value=WEST, max_value=EAST, decimal_places=6, help_text="110,6011"
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=4000,
        help_text=_("The business reads them. What fits the profile, what doesn't, what was agreed."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_visited_on(self) -> dt.date:
        day = self.cleaned_data["visited_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day lies in the future"), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not self.errors and (data.get("latitude") is None) != (data.get("longitude") is None):
            missing = "longitude" if data.get("longitude") is None else "latitude"
            self.add_error(missing, ValidationError(_("A map point has both numbers"), code="half"))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """For the service."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "form_key"}
        return given | {"key": self.cleaned_data.get("form_key")}
