from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.forms.fields import RupiahField, WholeNumberField

FIRST_YEAR = 1990


class FinanceForm(SectionForm):
    section = "finance"

    capital = RupiahField(
        label=_("Capital without land and buildings"),
        help_text=_(
            "What you put into the business: machines, vehicles, stock, cash. For example 750.000.000 or 750 juta."
        ),
    )
    full_year_of_sales = YesNoField(
        label=_("Have you had a full year of sales?"),
        help_text=_("Then annual sales decide your business class; before that, capital does (PP 7/2021)."),
    )
    annual_sales = RupiahField(
        label=_("Annual sales"),
        min_value=0,
        required=False,
        help_text=_("All you sold in the last whole year. Asked for when you answer Yes."),
    )
    sales_year = WholeNumberField(
        label=_("Year of the sales"), required=False, widget=forms.TextInput(attrs={"class": "tiny"})
    )
    investment = RupiahField(
        label=_("Investment value"),
        min_value=0,
        help_text=_("Machines and equipment at their purchase price, without land and buildings. 0 if there are none."),
    )

    def clean_sales_year(self) -> int | None:
        year, this_year = self.cleaned_data["sales_year"], timezone.localdate().year
        if year is not None and not FIRST_YEAR <= year < this_year:
            raise ValidationError(
                _("Enter a year that has ended, at the latest %(year)s"), code="year", params={"year": this_year - 1}
            )
        return year

    def clean(self) -> None:
        super().clean()
        values = self.cleaned_data
        sales, year = values.get("annual_sales"), values.get("sales_year")
        full_year = values.get("full_year_of_sales")
        if full_year and sales is None and "annual_sales" not in self.errors:
            self.add_error("annual_sales", ValidationError(_("Enter the annual sales"), code="required"))
        if sales is not None and year is None and "sales_year" not in self.errors:
            self.add_error("sales_year", ValidationError(_("Enter the year of the sales"), code="required"))
        self._compare_with_establishment(full_year, year)

    def _compare_with_establishment(self, full_year: bool | None, year: int | None) -> None:
        begun = self.enterprise.established_on
        if begun is None:
            return
        if full_year and begun + dt.timedelta(days=365) > timezone.localdate():
            self.add_error(
                "full_year_of_sales",
                ValidationError(_("The business was established less than a year ago: choose No"), code="young"),
            )
        if year is not None and year < begun.year:
            self.add_error(
                "sales_year", ValidationError(_("That is before the business was established"), code="before")
            )
