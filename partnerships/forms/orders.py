"""Ordering, handing over and receiving: one number for each line, named as services and the API name it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import DeliveryLine, Line, OrderLine
from partnerships.selectors.orders import Order, accepted_field, quantity_field, reason_field
from partnerships.services.receiving import Receipt
from portal.forms.fields import QUANTITY_LIMIT, DecimalField, RupiahField
from portal.forms.files import FilesField, FilesInput
from portal.forms.once import OnceForm
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

ACCEPTED_FILES = "image/jpeg,image/png,image/webp,application/pdf"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "short"}, format="%Y-%m-%d")


def quantity(label: str, hint: str, **kwargs: Any) -> DecimalField:
    return DecimalField(label=label, help_text=hint, min_value=0, below=QUANTITY_LIMIT, required=False, **kwargs)


class FilesOptional(FilesField):
    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"accept": ACCEPTED_FILES, "data-shrink": ""})
        super().__init__(widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return super().clean(data, initial) if data or self.required else []


class OrderForm(OnceForm):
    """`free`: how much of each line can still be ordered. `advances`: the contract has a clause on them."""

    def __init__(
        self, *args: Any, lines: list[Line], free: Mapping[int, Decimal], advances: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not advances:
            del self.fields["advance"]
        self.lines = lines
        own = {
            quantity_field(line): quantity(
                line.item,
                _("%(left)s of %(all)s %(unit)s can still be ordered, at %(price)s.")
                % {
                    "left": angka(free.get(line.pk, Decimal(0))),
                    "all": angka(line.quantity),
                    "unit": line.get_unit_display(),
                    "price": rupiah(line.price, exact=True),
                },
            )
            for line in lines
        }
        self.fields = own | self.fields

    deliver_by = forms.DateField(label=gettext_lazy("Deliver by"), widget=DayInput)
    deliver_to = forms.CharField(
        label=gettext_lazy("Place of delivery"),
        help_text=gettext_lazy("Address, and whom to ask for."),
        max_length=300,
    )
    advance = RupiahField(
        label=gettext_lazy("Advance"),
        help_text=gettext_lazy("If you agree on one: at most 30% of the order. Later invoices settle it."),
        min_value=0,
        required=False,
    )
    reference = forms.CharField(label=gettext_lazy("Your own order number"), max_length=60, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note to the enterprise"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def quantities(self) -> dict[Line, Decimal]:
        return {line: self.cleaned_data.get(quantity_field(line)) or Decimal(0) for line in self.lines}


class DeliveryForm(OnceForm):
    bast_number = forms.CharField(
        label=gettext_lazy("Number of the handover record (BAST)"),
        help_text=gettext_lazy("As it stands on the paper that both sides sign at the handover."),
        max_length=60,
    )
    delivered_on = forms.DateField(label=gettext_lazy("Handed over on"), widget=DayInput, initial=timezone.localdate)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    files = FilesOptional(
        label=gettext_lazy("Photos and papers"),
        help_text=gettext_lazy("The signed record, a delivery note, photos of the goods: PDF, JPEG, PNG or WebP."),
        required=False,
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [each.row for each in order.lines]
        own = {
            quantity_field(each.row): quantity(
                each.row.line.item,
                _("%(left)s of %(all)s %(unit)s are still to be delivered. What is over is recorded, not accepted.")
                % {
                    "left": angka(each.to_deliver),
                    "all": angka(each.ordered),
                    "unit": each.row.line.get_unit_display(),
                },
            )
            for each in order.lines
        }
        self.fields = own | self.fields

    def quantities(self) -> dict[OrderLine, Decimal]:
        return {line: self.cleaned_data.get(quantity_field(line)) or Decimal(0) for line in self.lines}


class ReceiptForm(forms.Form):
    """`limits`: how much of each line can be accepted at most; what was delivered beyond it is over."""

    def __init__(self, *args: Any, limits: Mapping[DeliveryLine, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits
        for line, limit in limits.items():
            words = {
                "item": line.order_line.line.item,
                "quantity": angka(line.quantity),
                "limit": angka(limit),
                "unit": line.order_line.line.get_unit_display(),
            }
            hint = _("%(quantity)s %(unit)s were delivered.") % words
            if limit < line.quantity:
                hint = _("%(quantity)s %(unit)s were delivered; %(limit)s are open in the order.") % words
            self.fields[accepted_field(line)] = DecimalField(
                label=_("%(item)s: accepted") % words,
                help_text=hint,
                min_value=0,
                below=QUANTITY_LIMIT,
                initial=limit,
            )
            self.fields[reason_field(line)] = forms.CharField(
                label=_("%(item)s: why the rest is not accepted") % words,
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

        self.fields["receipt_reference"] = forms.CharField(
            label=_("Your own receipt number"),
            help_text=_("From your own system, if it has one."),
            max_length=60,
            required=False,
        )

    def receipts(self) -> dict[DeliveryLine, Receipt]:
        return {
            line: Receipt(self.cleaned_data[accepted_field(line)], self.cleaned_data[reason_field(line)])
            for line in self.limits
        }


class PapersForm(forms.Form):
    files = FilesOptional(
        label=gettext_lazy("Photos and papers"),
        help_text=gettext_lazy("The signed record, a delivery note, photos of the goods: PDF, JPEG, PNG or WebP."),
        error_messages={"required": gettext_lazy("Choose the file")},
    )
