"""Invoices and payments. What an invoice adds up to is never typed: it follows from deliveries, rates and the order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import PphRate, PpnWay
from partnerships.forms.orders import DayInput
from partnerships.models import Delivery, DeliveryLine
from partnerships.selectors.invoices import Money, pph_rates
from partnerships.services.invoicing import Deductions, Papers
from portal.forms.fields import RupiahField
from portal.forms.once import OnceForm
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import percent


class BillForm(OnceForm):
    """What both kinds of invoices ask."""

    reference = forms.CharField(
        label=gettext_lazy("Number of your invoice"),
        help_text=gettext_lazy("As you number it in your own books."),
        max_length=60,
    )
    ppn = forms.ChoiceField(
        label=gettext_lazy("PPN"), choices=PpnWay.choices, widget=forms.RadioSelect, initial=PpnWay.NONE
    )
    tax_invoice = forms.CharField(
        label=gettext_lazy("Number of the tax invoice (faktur pajak)"), max_length=30, required=False
    )
    pph = forms.ChoiceField(label=gettext_lazy("PPh that the buyer withholds"), required=False)
    penalty = RupiahField(
        label=gettext_lazy("Penalty that you accept"),
        help_text=gettext_lazy(
            "For example for a late delivery, as the contract says. Leave it empty if there is none."
        ),
        min_value=0,
        required=False,
    )
    penalty_note = forms.CharField(label=gettext_lazy("What the penalty is for"), max_length=300, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note to the buyer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = forms.FileField(
        label=gettext_lazy("The invoice as a file"),
        help_text=gettext_lazy("PDF, JPEG or PNG, up to 5 MB. Several papers: as one PDF."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rates = pph_rates(timezone.localdate())
        labels = dict(PphRate.choices)
        self.fields["pph"].choices = [
            ("", _("None")),
            *((code, f"{labels.get(code, code)}, {percent(rate)}") for code, rate in rates.items()),
        ]

    def papers(self) -> Papers:
        data = self.cleaned_data
        return Papers(data["reference"], data["tax_invoice"], data["note"], data["file"])

    def deductions(self) -> Deductions:
        data = self.cleaned_data
        return Deductions(data["ppn"], data["pph"], data["penalty"] or 0, data["penalty_note"])


class InvoiceForm(BillForm):
    """`lines`: what was accepted and not invoiced yet."""

    deliveries = forms.MultipleChoiceField(
        label=gettext_lazy("Accepted deliveries"),
        help_text=gettext_lazy("All that was accepted of each is invoiced, at the contract’s price."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one delivery.")},
    )
    field_order = ["deliveries"]

    def __init__(self, *args: Any, lines: Iterable[DeliveryLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: dict[int, Delivery] = {}
        amounts: dict[int, int] = {}
        for line in lines:
            self.offered[line.delivery_id] = line.delivery
            amounts[line.delivery_id] = amounts.get(line.delivery_id, 0) + (line.amount or 0)
        self.fields["deliveries"].choices = [
            (str(pk), f"{each.bast_number}, {tanggal(each.delivered_on)}: {rupiah(amounts[pk], exact=True)}")
            for pk, each in self.offered.items()
        ]
        self.fields["deliveries"].initial = [str(pk) for pk in self.offered]

    def chosen(self) -> list[Delivery]:
        return [self.offered[int(pk)] for pk in self.cleaned_data["deliveries"]]


class AdvanceForm(BillForm):
    amount = RupiahField(label=gettext_lazy("Advance"))
    field_order = ["amount"]

    def __init__(self, *args: Any, money: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = money.advance_open
        self.fields["amount"].help_text = _("%(left)s of the agreed %(agreed)s can still be invoiced.") % {
            "left": rupiah(money.advance_open, exact=True),
            "agreed": rupiah(money.advance_agreed, exact=True),
        }
        for name in ("penalty", "penalty_note"):
            del self.fields[name]

    def deductions(self) -> Deductions:
        return Deductions(self.cleaned_data["ppn"], self.cleaned_data["pph"])


class PaymentForm(OnceForm):
    amount = RupiahField(label=gettext_lazy("Amount paid"))
    paid_on = forms.DateField(label=gettext_lazy("Paid on"), widget=DayInput, initial=timezone.localdate)
    reference = forms.CharField(
        label=gettext_lazy("Reference of the transfer"),
        help_text=gettext_lazy("By which the enterprise finds it in its account."),
        max_length=60,
    )

    def __init__(self, *args: Any, open_amount: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = open_amount
        self.fields["amount"].help_text = _("%(left)s of this invoice are still open.") % {
            "left": rupiah(open_amount, exact=True)
        }
