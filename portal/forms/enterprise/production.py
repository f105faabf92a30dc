from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.enums import TechnologyLevel
from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.forms.fields import WholeNumberField

DIGITAL_READINESS = [
    ("0", _("0: everything on paper")),
    ("1", _("1: we answer customers by phone or chat")),
    ("2", _("2: we show products online")),
    ("3", _("3: we sell or take orders online")),
    ("4", _("4: stock and books are kept in an application")),
    ("5", _("5: orders, stock, production and books are connected")),
]
MOST_INNOVATIONS = 30_000


class ProductionForm(SectionForm):
    """Nothing here is required: whatever is known is kept, and scoring shows what it was worth."""

    section = "production"

    technology_level = forms.ChoiceField(
        label=_("How do you produce?"), choices=TechnologyLevel.choices, required=False, widget=forms.RadioSelect
    )
    machines = forms.CharField(
        label=_("Main machines"),
        required=False,
        max_length=2000,
        help_text=_("One a line, with number and capacity."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    digital_readiness = forms.TypedChoiceField(
        label=_("How digital is the business?"),
        choices=DIGITAL_READINESS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Choose the highest that is true."),
        widget=forms.RadioSelect,
    )
    exports = YesNoField(label=_("Have you exported?"), required=False)
    export_destinations = forms.CharField(
        label=_("To which countries"), required=False, max_length=300, help_text=_("For example Malaysia, Japan")
    )
    flagship_product = YesNoField(
        label=_("Is your product a flagship of your region?"),
        required=False,
        help_text=_("Named so by the village, regency or province."),
    )
    registered_innovations = WholeNumberField(
        label=_("Registered brands, designs and patents"),
        required=False,
        min_value=0,
        below=MOST_INNOVATIONS,
        help_text=_("How many; 0 if none."),
        widget=forms.TextInput(attrs={"class": "tiny"}),
    )

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("exports") and not self.cleaned_data.get("export_destinations"):
            self.add_error("export_destinations", ValidationError(_("Enter the export destinations"), code="required"))
