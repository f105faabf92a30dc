"""What the business sells abroad, and what it has of its own: exports, flagship, registrations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.countries import HOME, country_name, find_country
from portal.enums import InnovationKind
from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.forms.enterprise.rows import RowForm
from portal.forms.fields import RupiahField, WholeNumberField
from portal.models import HsCode
from portal.models.market import FIRST_EXPORT_YEAR

COUNTRIES_LIST = "countries"


class CountryField(forms.CharField):
    """A country by its name in either language, or by its two letters; cleans to the letters."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        code = find_country(text)
        if code == HOME:
            raise ValidationError(_("Goods sold in Indonesia are no export. Enter another country."), code="home")
        if text and not code:
            raise ValidationError(
                _("“%(text)s” is no country we know. Write its name, for example Jepang, or its two letters, JP."),
                code="unknown",
                params={"text": text},
            )
        return code


class HsTypedField(forms.CharField):
    """A code typed from a customs paper, with or without points; cleans to the entry of the tariff."""

    def clean(self, value: Any) -> HsCode | None:
        text = super().clean(value)
        if not text:
            return None
        found = HsCode.objects.filter(pk=text.replace(".", "").replace(" ", "")).first()
        if found is None:
            raise ValidationError(
                _("HS code %(code)s is not in BTKI 2022. It has 4, 6 or 8 digits, for example 7325.10."),
                code="unknown",
                params={"code": text},
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.dotted if isinstance(value, HsCode) else value


class ExportRow(RowForm):
    table = "export_records"
    heading = _("What you exported")
    heading_hint = _("One row for each country and year.")
    row_title = _("Export")
    add_title = _("Add an export")
    most = 40

    country = CountryField(
        label=_("Country"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": COUNTRIES_LIST, "class": "short"}),
        error_messages={"required": _("Enter the country")},
    )
    product = forms.CharField(
        label=_("Product"), max_length=200, error_messages={"required": _("Enter what you exported")}
    )
    hs = HsTypedField(
        label=_("HS code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"}),
    )
    year = WholeNumberField(
        label=_("Year"),
        widget=forms.TextInput(attrs={"class": "tiny"}),
        error_messages={"required": _("Enter the year")},
    )
    value = RupiahField(label=_("Value in rupiah"), required=False)

    @classmethod
    def as_typed(cls, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "country": country_name(row["country"]) if row["country"] else row["destination"]}

    def clean_year(self) -> int | None:
        year, this_year = self.cleaned_data["year"], timezone.localdate().year
        if year is not None and not FIRST_EXPORT_YEAR <= year <= this_year:
            raise ValidationError(
                _("Enter a year from %(first)d to %(last)d"),
                code="year",
                params={"first": FIRST_EXPORT_YEAR, "last": this_year},
            )
        return year

    def clean(self) -> None:
        super().clean()
        self.cleaned_data["destination"] = ""


class ExportForm(SectionForm):
    section = "export"
    row_forms = (ExportRow,)

    exports = YesNoField(label=_("Have you exported?"), help_text=_("Yourself or through an exporter you can name."))

    def clean(self) -> None:
        super().clean()
        said, rows = self.cleaned_data.get("exports"), self.rows("export_records")
        if said and rows == []:
            self.refuse_rows("export_records", [_("Enter at least one export")])
        if said is False and rows:
            self.add_error(
                "exports", ValidationError(_("There are exports below: answer Yes, or remove them"), code="no")
            )


class InnovationRow(RowForm):
    table = "innovations"
    heading = _("Registered brands, designs and patents")
    heading_hint = _("As on the certificate of the intellectual property office (DJKI).")
    row_title = _("Registration")
    add_title = _("Add a registration")
    most = 40

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("Choose")), *InnovationKind.choices],
        error_messages={"required": _("Choose the kind")},
    )
    number = forms.CharField(
        label=_("Registration number"),
        max_length=60,
        help_text=_("For example IDM000123456"),
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
        error_messages={"required": _("Enter the registration number")},
    )
    title = forms.CharField(
        label=_("Name or title"), max_length=200, error_messages={"required": _("Enter the name or title")}
    )
    registered_on = forms.DateField(
        label=_("Registered on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Enter the day of registration")},
    )

    def clean_number(self) -> str:
        return self.cleaned_data["number"].upper()

    def clean_registered_on(self) -> dt.date | None:
        day = self.cleaned_data["registered_on"]
        if day and not FIRST_REGISTRATION <= day <= timezone.localdate():
            raise ValidationError(_("Enter a day that has passed, with the year in four digits"), code="day")
        return day


# The first Indonesian act on trade marks.
FIRST_REGISTRATION = dt.date(1961, 1, 1)


class InnovationForm(SectionForm):
    section = "innovation"
    row_forms = (InnovationRow,)

    flagship_product = YesNoField(
        label=_("Is your product a flagship of your region?"),
        required=False,
        help_text=_("Named so by the village, regency or province."),
    )
    flagship_description = forms.CharField(
        label=_("Which product, and who named it so"),
        required=False,
        max_length=300,
        help_text=_("For example besi cor Ceper, decree of the regent of Klaten 2023"),
    )
    registered = YesNoField(label=_("Do you have registered brands, designs or patents?"), required=False)

    def __init__(self, *args: Any, partial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, partial=partial, **kwargs)
        # A program sends the rows, and an empty list says no.
        if partial:
            del self.fields["registered"]

    def stored(self) -> dict[str, Any]:
        number = self.enterprise.registered_innovations
        return {**super().stored(), "registered": None if number is None else number > 0}

    def clean(self) -> None:
        super().clean()
        values, rows = self.cleaned_data, self.rows("innovations")
        if values.get("flagship_product") is False:
            values["flagship_description"] = ""
        said = values.get("registered")
        if said and rows == []:
            self.refuse_rows("innovations", [_("Enter each registered brand, design and patent")])
        if said is False and rows:
            text = _("There are registrations below: answer Yes, or remove them")
            self.add_error("registered", ValidationError(text, code="no"))

    def values(self) -> dict[str, Any]:
        """Without an answer nothing is said about registrations: none known is not the same as none."""
        values = super().values()
        if (
            "registered" in self.fields
            and self.cleaned_data.get("registered") is None
            and not values.get("innovations")
        ):
            values.pop("innovations", None)
        return values
