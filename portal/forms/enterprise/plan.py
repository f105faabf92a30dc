"""The business plan in parts that can be measured: products, market, targets by quarter, funding."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import FundingSource, MarketKind, PlanIndicator, Unit
from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.forms.enterprise.rows import RowForm
from portal.forms.fields import QuantityField, RupiahField, WholeNumberField
from portal.models.enterprise import MOST_RUPIAH
from portal.models.plan import FIRST_PLAN_YEAR
from portal.selectors.plan import targets_that_stay

SHORTEST = 50
# Nobody can say what comes later.
YEARS_AHEAD = 5
TINY, SHORT = {"class": "tiny"}, {"class": "short"}
CHOOSE = ("", _("Choose"))


class PlanProductRow(RowForm):
    table = "plan_products"
    heading = _("What you will make")
    heading_hint = _("One row for each product or service of the plan.")
    row_title = _("Product")
    add_title = _("Add a product")

    name = forms.CharField(
        label=_("Product or service"), max_length=200, error_messages={"required": _("Enter the product or service")}
    )
    quantity = QuantityField(
        label=_("Planned per month"),
        widget=forms.TextInput(attrs=SHORT),
        error_messages={"required": _("Enter how much you plan in a month")},
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[CHOOSE, *Unit.choices], error_messages={"required": _("Choose the unit")}
    )


class PlanMarketRow(RowForm):
    table = "plan_markets"
    heading = _("Whom you will sell to")
    row_title = _("Buyers")
    add_title = _("Add buyers")

    kind = forms.ChoiceField(
        label=_("Kind of buyer"),
        choices=[CHOOSE, *MarketKind.choices],
        error_messages={"required": _("Choose the kind of buyer")},
    )
    name = forms.CharField(
        label=_("Who, and where"),
        max_length=200,
        help_text=_("For example PLN workshops in Central Java"),
        error_messages={"required": _("Enter who buys, and where")},
    )
    amount = RupiahField(
        label=_("Expected sales to them in a year"),
        help_text=_("For example 750 juta"),
        error_messages={"required": _("Enter the sales you expect in a year")},
    )


QUARTERS = ("q1", "q2", "q3", "q4")


def quarter_field(label: Any) -> QuantityField:
    """Rupiah, mostly."""
    return QuantityField(label=label, required=False, below=MOST_RUPIAH, widget=forms.TextInput(attrs=SHORT))


class PlanTargetRow(RowForm):
    table = "plan_targets"
    heading = _("Targets by quarter")
    heading_hint = _("One row for each indicator and year. Later you enter beside each target what was reached.")
    row_title = _("Target")
    add_title = _("Add a target")
    most = 30

    indicator = forms.ChoiceField(
        label=_("What is counted"),
        choices=[CHOOSE, *PlanIndicator.choices],
        error_messages={"required": _("Choose what is counted")},
    )
    unit = forms.ChoiceField(
        label=_("Unit, for production only"), choices=[("", _("none")), *Unit.choices], required=False
    )
    year = WholeNumberField(
        label=_("Year"),
        widget=forms.TextInput(attrs=TINY),
        error_messages={"required": _("Enter the year of the target")},
    )
    q1 = quarter_field(_("January to March"))
    q2 = quarter_field(_("April to June"))
    q3 = quarter_field(_("July to September"))
    q4 = quarter_field(_("October to December"))

    def clean_year(self) -> int | None:
        """Rows of years that have ended stay in the plan; new ones are refused with the table (targets_that_stay)."""
        year, last = self.cleaned_data["year"], timezone.localdate().year + YEARS_AHEAD
        if year is not None and not FIRST_PLAN_YEAR <= year <= last:
            raise ValidationError(
                _("Enter a year from %(first)d to %(last)d"),
                code="year",
                params={"first": timezone.localdate().year, "last": last},
            )
        return year

    def clean(self) -> None:
        super().clean()
        indicator = self.cleaned_data.get("indicator")
        if indicator == PlanIndicator.PRODUCTION and not self.cleaned_data.get("unit"):
            self.add_error("unit", ValidationError(_("Choose the unit of the production"), code="required"))
        if indicator and indicator != PlanIndicator.PRODUCTION:
            self.cleaned_data["unit"] = ""
            self._whole_numbers(indicator)
        if not any(self.cleaned_data.get(name) for name in QUARTERS) and not any(
            name in self.errors for name in QUARTERS
        ):
            self.add_error("q1", ValidationError(_("Enter the target of one quarter at least"), code="required"))

    def _whole_numbers(self, indicator: str) -> None:
        for name in QUARTERS:
            amount = self.cleaned_data.get(name)
            if amount is not None and amount != amount.to_integral_value():
                self.add_error(name, ValidationError(_("Enter a whole number, without decimals"), code="places"))


class PlanFundingRow(RowForm):
    table = "plan_funding"
    heading = _("Funding need")
    heading_hint = _("What for, how much, and from where.")
    row_title = _("Need")
    add_title = _("Add a need")

    purpose = forms.CharField(
        label=_("What for"),
        max_length=200,
        help_text=_("For example a second induction furnace"),
        error_messages={"required": _("Enter what the money is for")},
    )
    amount = RupiahField(label=_("How much"), error_messages={"required": _("Enter how much is needed")})
    source = forms.ChoiceField(
        label=_("From where"),
        choices=[CHOOSE, *FundingSource.choices],
        error_messages={"required": _("Choose where the money shall come from")},
    )


class PlanForm(SectionForm):
    """Saved as far as it goes; complete with every part."""

    section = "plan"
    row_forms = (PlanProductRow, PlanMarketRow, PlanTargetRow, PlanFundingRow)
    layout = ("business_plan", "plan_products", "plan_markets", "plan_targets", "funding_needed", "plan_funding")

    business_plan = forms.CharField(
        label=_("The plan in a few sentences"),
        max_length=4000,
        required=False,
        validators=[
            MinLengthValidator(SHORTEST, _("Write at least %(limit_value)d characters: what, for whom, until when"))
        ],
        help_text=_("What you want to reach, and how. You may leave it empty: the figures below are what counts."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    funding_needed = YesNoField(label=_("Does the plan need funding?"), required=False)

    def clean(self) -> None:
        super().clean()
        said, funding = self.cleaned_data.get("funding_needed"), self.rows("plan_funding")
        if said and funding == []:
            self.refuse_rows("plan_funding", [_("Enter what the funding is for, how much, and from where")])
        kept = funding if funding is not None else self.enterprise.plan_funding.all()
        if said is not True and kept:
            self.add_error(
                "funding_needed", ValidationError(_("There are needs below: answer Yes, or remove them"), code="no")
            )
        targets = self.rows("plan_targets")
        if targets is not None and (problems := targets_that_stay(self.enterprise, targets)):
            self.refuse_rows("plan_targets", problems)
