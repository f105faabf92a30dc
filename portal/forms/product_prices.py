"""Prices by quantity and other units of one product: a few lines of each, the empty ones left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import Unit
from portal.forms.fields import QuantityField, RupiahField
from portal.models import Product
from portal.pricing import MOST_TIERS, MOST_UNITS, Fault, OtherUnit, Tier, faults

Line = list[forms.BoundField]
REQUIRED = _("Fill in this cell, or empty the whole line")
PARTS = {"tiers": ("from_quantity", "price"), "units": ("unit", "holds", "price")}
MOST = {"tiers": MOST_TIERS, "units": MOST_UNITS}


class PricesForm(forms.Form):
    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        self.product = product
        initial = {
            name(kind, place, part): getattr(line, part)
            for kind, lines in (("tiers", product.prices), ("units", product.other_units))
            for place, line in enumerate(lines)
            for part in PARTS[kind]
        }
        super().__init__(*args, initial=kwargs.pop("initial", None) or initial, **kwargs)
        own = product.get_unit_display()
        units = [("", _("none")), *((unit.value, unit.label) for unit in Unit if unit != product.unit)]
        for place in range(MOST_TIERS):
            self.fields[name("tiers", place, "from_quantity")] = QuantityField(
                label=_("From quantity"), required=False, help_text=_("In %(unit)s") % {"unit": own}
            )
            self.fields[name("tiers", place, "price")] = RupiahField(label=_("Price per unit"), required=False)
        for place in range(MOST_UNITS):
            self.fields[name("units", place, "unit")] = forms.ChoiceField(
                label=_("Also sold by the"), choices=units, required=False
            )
            self.fields[name("units", place, "holds")] = QuantityField(
                label=_("One holds"), required=False, decimal_places=4, help_text=_("In %(unit)s") % {"unit": own}
            )
            self.fields[name("units", place, "price")] = RupiahField(label=_("Price of one"), required=False)

    @property
    def tier_lines(self) -> list[Line]:
        return [*self._lines("tiers")]

    @property
    def unit_lines(self) -> list[Line]:
        return [*self._lines("units")]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "tiers": [Tier(*line) for _place, line in self._filled("tiers")],
            "units": [OtherUnit(*line) for _place, line in self._filled("units")],
        }

    @property
    def how_read(self) -> list[str]:
        return [said for field in self if (said := getattr(field, "how_read", ""))]

    def clean(self) -> dict[str, Any]:
        for kind, parts in PARTS.items():
            for place in range(MOST[kind]):
                given = [self.cleaned_data.get(name(kind, place, part)) for part in parts]
                if any(given) or any(self.errors.get(name(kind, place, part)) for part in parts):
                    for part, value in zip(parts, given, strict=True):
                        if not value and name(kind, place, part) not in self.errors:
                            self.add_error(name(kind, place, part), REQUIRED)
        if not self.errors:
            for fault in self._faults():
                places = [place for place, _line in self._filled(fault.kind)]
                self.add_error(name(fault.kind, places[fault.place], fault.part), fault.message)
        return self.cleaned_data

    def _faults(self) -> list[Fault]:
        return faults(
            unit=self.product.unit, price=self.product.price, minimum=self.product.minimum_order, **self.values
        )

    def _filled(self, kind: str) -> list[tuple[int, tuple[Any, ...]]]:
        lines = (
            (place, tuple(self.cleaned_data.get(name(kind, place, part)) for part in PARTS[kind]))
            for place in range(MOST[kind])
        )
        return [(place, line) for place, line in lines if any(line)]

    def _lines(self, kind: str) -> Iterator[Line]:
        for place in range(MOST[kind]):
            yield [self[name(kind, place, part)] for part in PARTS[kind]]


def name(kind: str, place: int, part: str) -> str:
    return f"{kind}-{place}-{part}"
