from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm
from portal.forms.fields import DecimalField
from portal.forms.pick import PickingForm, RegionField
from portal.models import Region

# The country, from Rote to Weh and from Sabang to Merauke, with some sea around it.
SOUTH, NORTH, WEST, EAST = -12, 7, 94, 142


class AddressForm(PickingForm, SectionForm):
    section = "address"

    village = RegionField(
        level=Region.Level.VILLAGE,
        label=_("Village or ward"),
        help_text=_("Search by its name, with the district if you like: Ceper Klaten."),
    )
    address = forms.CharField(
        label=_("Street and number"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{5}$", _("A postal code has 5 digits, for example 57465"))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=20,
        validators=[
            RegexValidator(r"^\+?[0-9][0-9 ().-]{6,18}$", _("Enter a phone number, for example 0812 3456 7890"))
        ],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail of the business"), required=False)
    website = forms.URLField(
        label=_("Website"), required=False, assume_scheme="https", widget=forms.TextInput(attrs={"inputmode": "url"})
    )
    latitude = DecimalField(
        label=_("Latitude"),
        required=False,
        min_value=SOUTH,
        max_value=NORTH,
        decimal_places=6,
        help_text=_("For example -7,7056. With both, buyers see how far you are."),
    )
    longitude = DecimalField(
        label=_("Longitude"),
        required=False,
        min_value=WEST,
        max_value=EAST,
        decimal_places=6,
        help_text=_("For example 110,6031"),
    )

    def clean(self) -> None:
        super().clean()
        point = [self.cleaned_data.get(name) for name in ("latitude", "longitude")]
        if point.count(None) == 1 and not {"latitude", "longitude"} & set(self.errors):
            lacking = "latitude" if point[0] is None else "longitude"
            self.add_error(lacking, ValidationError(_("Give both latitude and longitude, or neither"), code="point"))
