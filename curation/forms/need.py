from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from curation.forms.search import SearchForm
from curation.matching.query import Filters
from curation.models import Need
from curation.selectors.filters import need_filters
from curation.services.need import CERTIFICATES, check_delivery
from portal.enums import Unit
from portal.forms.fields import QuantityField, RupiahField
from portal.forms.meanwhile import SeenForm
from portal.forms.once import OnceForm
from portal.forms.pick import HsField, KbliField, PickingForm, RegionField


class DateInput(forms.DateInput):
    """The browser's own calendar; what is sent is always 2026-11-22."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "short"}, format="%Y-%m-%d")


class NeedForm(PickingForm, OnceForm, SeenForm):
    item = forms.CharField(
        label=_("What do you want to buy?"),
        max_length=200,
        help_text=_("As suppliers call it, for example “Cast iron pipe fittings 4–8 inch”."),
        widget=forms.TextInput({"data-suggest": "product"}),
    )
    kbli = KbliField(help_text=_("The activity of who makes it. Search by words or by code."))
    hs = HsField(required=False, help_text=_("Helps to find suppliers of goods that are imported today."))
    quantity_per_month = QuantityField(label=_("Quantity per month"))
    ceiling_price = RupiahField(
        label=_("Ceiling price per unit"), help_text=_("In rupiah. Prices above it get no points.")
    )
    delivery_region = RegionField(
        label=_("Place of delivery"), help_text=_("Search the village, district, regency or province.")
    )
    deliver_from = forms.DateField(label=_("Delivery from"), widget=DateInput)
    deliver_until = forms.DateField(label=_("Delivery until"), widget=DateInput, required=False)
    required_certificates = forms.MultipleChoiceField(
        label=_("Required certificates"),
        choices=[(kind.value, kind.label) for kind in CERTIFICATES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Need
        fields = [
            "item",
            "reference",
            "specification",
            "kbli",
            "hs",
            "quantity_per_month",
            "unit",
            "ceiling_price",
            "delivery_region",
            "delivery_address",
            "deliver_from",
            "deliver_until",
            "required_certificates",
            "import_substitution",
            "for_export",
        ]
        help_texts = {
            "specification": _("Material, size, standard, packing: what a supplier must know to name a price."),
            "import_substitution": _("Today it comes from abroad."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", _("Choose")), *Unit.choices]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("deliver_from"):
            try:
                check_delivery(values["deliver_from"], values.get("deliver_until"))
            except forms.ValidationError as error:
                self.add_error(None, error)
        return values

    @property
    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class NeedOrder(TextChoices):
    NEWEST = "newest", _("Newest")
    DELIVERY = "delivery", _("Delivery soon")
    LARGEST = "largest", _("Largest first")


class NeedFilterForm(SearchForm):
    FIRST = ("q", "province", "flag", "order")
    COUNTED = {"province": "province", "flag": "flags", "certificate": "certificates", "kbli": "kbli"}

    flag = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("All")),
            ("import_substitution", _("Replaces an import")),
            ("for_export", _("For export")),
            ("programme", _("With an open programme")),
        ],
    )
    order = forms.ChoiceField(label=_("Order"), required=False, choices=[("", _("Relevant first")), *NeedOrder.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificate"].label = _("Certificate asked for")

    @property
    def filters(self) -> Filters:
        return need_filters(self.wanted)
