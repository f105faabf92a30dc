from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm
from portal.forms.fields import DecimalField
from portal.forms.pick import PickingForm, RegionField
from portal.models import Region
from portal.selectors.map_point import is_abroad, point_warning

# The country, from Rote to Weh and from Sabang to Merauke, with some sea around it.
SOUTH, NORTH, WEST, EAST = -12, 7, 94, 142
SWAPPED = _("The two numbers look swapped: latitude is the small one, for example -7,7056, longitude the large one")


class AddressForm(PickingForm, SectionForm):
    section = "address"
    along = ("district",)

    village = RegionField(
        level=Region.Level.VILLAGE,
        label=_("Village or ward"),
        help_text=_("Search by its name, with the district if you like: Ceper Klaten."),
    )
    # Where the village was chosen step by step, or by a program that knows both: the two must agree.
    district = forms.RegexField(
        r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("A district's code looks like 33.10.11")},
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
        decimal_places=6,
        help_text=_("For example -7,7056. With both, buyers see how far you are."),
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    longitude = DecimalField(
        label=_("Longitude"),
        required=False,
        decimal_places=6,
        help_text=_("For example 110,6031"),
        widget=forms.TextInput(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.searching and self.data.get("district"):
            # Another village is looked for: the district of the first one says nothing about it.
            without: Any = self.data.copy()
            without["district"] = ""
            self.data = without

    def clean(self) -> None:
        super().clean()
        village, district = self.cleaned_data.get("village"), self.cleaned_data.get("district")
        if village and district and not village.code.startswith(f"{district}."):
            self.add_error("village", ValidationError(other_district(village, district), code="district"))
        self._check_point()

    def _check_point(self) -> None:
        if {"latitude", "longitude"} & set(self.errors):
            return
        latitude, longitude = (self.cleaned_data.get(name) for name in ("latitude", "longitude"))
        if (latitude is None) != (longitude is None):
            lacking = "latitude" if latitude is None else "longitude"
            self.add_error(lacking, ValidationError(_("Give both latitude and longitude, or neither"), code="point"))
        if latitude is None or longitude is None:
            return
        if SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST:
            self.add_error("latitude", ValidationError(SWAPPED, code="swapped"))
        elif not SOUTH <= latitude <= NORTH:
            self.add_error("latitude", ValidationError(outside(SOUTH, NORTH), code="abroad"))
        elif not WEST <= longitude <= EAST:
            self.add_error("longitude", ValidationError(outside(WEST, EAST), code="abroad"))
        elif is_abroad(latitude, longitude):
            self.add_error("latitude", ValidationError(_("This point lies outside Indonesia"), code="abroad"))

    @property
    def warnings(self) -> list[str]:
        values = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        village, latitude, longitude = (values.get(name) for name in ("village", "latitude", "longitude"))
        return [warning] if (warning := point_warning(village, latitude, longitude)) else []


def outside(low: int, high: int) -> Promise:
    return format_lazy(_("Indonesia lies between {low} and {high}: this point lies outside it"), low=low, high=high)


def other_district(village: Region, district: str) -> Promise:
    """Both named, because one of the two codes is a slip of the finger."""
    named = Region.objects.filter(pk=district, level=Region.Level.DISTRICT).first()
    return format_lazy(
        _("{village} lies in {its} ({its_code}), not in {district}. Choose the village again."),
        village=village.name,
        its=village.parent.name,
        its_code=village.parent_id,
        district=f"{named.name} ({district})" if named else district,
    )
