from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import CapacityPer, TechnologyLevel, Unit
from portal.forms.enterprise.base import SectionForm
from portal.forms.enterprise.rows import RowForm
from portal.forms.fields import QuantityField, WholeNumberField
from portal.models.enterprise import MOST_SHIFTS
from portal.models.production import FIRST_MACHINE_YEAR

TINY = {"class": "tiny"}
SHORT = {"class": "short"}
MOST_MACHINES = 10_000


class MachineRow(RowForm):
    table = "machines"
    heading = _("Machines")
    heading_hint = _("One row for machines of the same kind. Leave empty what you work without.")
    row_title = _("Machine")
    add_title = _("Add a machine")
    most = 40

    name = forms.CharField(
        label=_("Name or kind"),
        max_length=300,
        help_text=_("For example induction furnace 500 kg"),
        error_messages={"required": _("Enter the name of the machine")},
    )
    count = WholeNumberField(
        label=_("How many"),
        required=False,
        above_zero=True,
        below=MOST_MACHINES,
        help_text=_("1 if you leave it empty"),
        widget=forms.TextInput(attrs=TINY),
    )
    year = WholeNumberField(label=_("Year built"), required=False, widget=forms.TextInput(attrs=TINY))
    capacity = QuantityField(label=_("Capacity of one"), required=False, widget=forms.TextInput(attrs=SHORT))
    capacity_unit = forms.ChoiceField(
        label=_("Unit of the capacity"), choices=[("", _("none")), *Unit.choices], required=False
    )
    capacity_per = forms.ChoiceField(
        label=_("Per hour, day or month"), choices=[("", _("none")), *CapacityPer.choices], required=False
    )

    def clean_count(self) -> int:
        return self.cleaned_data["count"] or 1

    def clean_year(self) -> int | None:
        year, this_year = self.cleaned_data["year"], timezone.localdate().year
        if year is not None and not FIRST_MACHINE_YEAR <= year <= this_year:
            raise ValidationError(
                _("Enter a year from %(first)d to %(last)d"),
                code="year",
                params={"first": FIRST_MACHINE_YEAR, "last": this_year},
            )
        return year

    def clean(self) -> None:
        super().clean()
        whole_capacity(self, "capacity", {"capacity_unit": CHOOSE_UNIT, "capacity_per": CHOOSE_PER})


CHOOSE_UNIT = _("Choose the unit of the capacity")
CHOOSE_PER = _("Choose per hour, day or month")


def whole_capacity(form: forms.Form, amount: str, asked: dict[str, Any]) -> None:
    """An amount needs its unit; a unit alone says nothing and goes."""
    if amount in form.errors:
        return
    if form.cleaned_data.get(amount) is None:
        form.cleaned_data |= dict.fromkeys(asked, "")
        return
    for name, text in asked.items():
        if not form.cleaned_data.get(name) and name not in form.errors:
            form.add_error(name, ValidationError(text, code="required"))


class ProductionForm(SectionForm):
    """Nothing here is required: whatever is known is kept, and scoring shows what it was worth."""

    section = "production"
    row_forms = (MachineRow,)
    layout = ("technology_level", "machines", "shifts", "monthly_capacity", "capacity_unit")

    technology_level = forms.ChoiceField(
        label=_("How do you produce?"), choices=TechnologyLevel.choices, required=False, widget=forms.RadioSelect
    )
    shifts = WholeNumberField(
        label=_("Shifts a day"),
        required=False,
        min_value=1,
        max_value=MOST_SHIFTS,
        widget=forms.TextInput(attrs=TINY),
    )
    monthly_capacity = QuantityField(
        label=_("Capacity of the whole business per month"),
        required=False,
        help_text=_("Of your main product, if you made nothing else. Your products' capacities are compared with it."),
        widget=forms.TextInput(attrs=SHORT),
    )
    capacity_unit = forms.ChoiceField(
        label=_("Unit of the capacity"), choices=[("", _("none")), *Unit.choices], required=False
    )

    def clean(self) -> None:
        super().clean()
        whole_capacity(self, "monthly_capacity", {"capacity_unit": CHOOSE_UNIT})
