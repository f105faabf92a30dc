from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.forms.enterprise.rows import RowForm
from portal.forms.fields import RupiahField, WholeNumberField
from portal.models.sales import FIRST_SALES_YEAR


class SalesRow(RowForm):
    table = "sales"
    heading = _("Sales by year")
    heading_hint = _(
        "All you sold in a whole year, the last one first. The newest decides your class; earlier ones show growth."
    )
    row_title = _("Year")
    add_title = _("Add a year")
    most = 15

    year = WholeNumberField(
        label=_("Calendar year"),
        widget=forms.TextInput(attrs={"class": "tiny"}),
        error_messages={"required": _("Enter the year of the sales")},
    )
    amount = RupiahField(
        label=_("Sales in that year"), min_value=0, error_messages={"required": _("Enter the annual sales")}
    )

    def clean_year(self) -> int | None:
        year, this_year = self.cleaned_data["year"], timezone.localdate().year
        if year is None:
            return None
        if not FIRST_SALES_YEAR <= year < this_year:
            raise ValidationError(
                _("Enter a year that has ended, at the latest %(year)s"), code="year", params={"year": this_year - 1}
            )
        begun = self.enterprise.established_on
        if begun is not None and year < begun.year:
            raise ValidationError(_("That is before the business was established"), code="before")
        return year


class FinanceForm(SectionForm):
    section = "finance"
    row_forms = (SalesRow,)
    layout = ("capital", "full_year_of_sales", "sales", "investment")

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
    investment = RupiahField(
        label=_("Investment value"),
        min_value=0,
        help_text=_("Machines and equipment at their purchase price, without land and buildings. 0 if there are none."),
    )

    def clean(self) -> None:
        super().clean()
        full_year, sales = self.cleaned_data.get("full_year_of_sales"), self.rows("sales")
        begun = self.enterprise.established_on
        if full_year and sales == []:
            self.refuse_rows("sales", [_("Enter the sales of the last whole year")])
        if full_year and begun is not None and begun + dt.timedelta(days=365) > timezone.localdate():
            self.add_error(
                "full_year_of_sales",
                ValidationError(_("The business was established less than a year ago: choose No"), code="young"),
            )
