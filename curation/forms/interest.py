from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.forms.application import ProductChoice
from curation.forms.need import DateInput
from curation.models import Need, Programme
from curation.models.interest import MOST_SAID
from portal.models import Enterprise, Product


def _words(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "maxlength": MOST_SAID})
    return forms.CharField(label=label, max_length=MOST_SAID, widget=area, help_text=help_text, required=required)


class OfferedForm(forms.Form):
    """Which of its products the enterprise has in mind; not asked where there is one only."""

    product = ProductChoice(
        label=_("Which product do you offer?"),
        queryset=Product.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose one of your products.")},
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = list(enterprise.products.on_sale()[:2])
        self.fields["product"].queryset = enterprise.products.on_sale()
        self.has_products = bool(products)
        if len(products) == 1:
            self.fields["product"].widget = forms.HiddenInput()
            self.fields["product"].initial = products[0].pk


class ExpressForm(OfferedForm):
    note = _words(
        _("What should the buyer know?"), _("Short: capacity, references, when you could deliver."), required=False
    )


class InviteEnterpriseForm(forms.Form):
    """What the button on the page of matches sends; a product that is gone is simply none."""

    enterprise = forms.ModelChoiceField(queryset=Enterprise.objects.public())
    product = forms.ModelChoiceField(queryset=Product.objects.public(), required=False)
    message = forms.CharField(max_length=MOST_SAID, required=False)


class InvitationForm(forms.Form):
    """Written, where one click says too little."""

    message = _words(_("Message to the business"), _("What you saw in it, and what comes next."), required=False)
    programme = forms.ModelChoiceField(
        label=_("To which programme?"), queryset=Programme.objects.none(), required=False
    )
    answer_by = forms.DateField(
        label=_("Last day to answer"),
        widget=DateInput,
        required=False,
        help_text=_("Left empty: the usual ten working days."),
    )

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = need.programmes.open().order_by("closes_at", "pk")
        self.fields["programme"].empty_label = _("The one that closes first")
        if not self.fields["programme"].queryset.exists():
            del self.fields["programme"]


class ExtendForm(forms.Form):
    answer_by = forms.DateField(
        label=_("Last day to answer"),
        widget=DateInput,
        required=False,
        help_text=_("Left empty: the usual ten working days from today."),
    )


class ReasonForm(forms.Form):
    """`reader`: says who reads it."""

    reason = _words(_("Why?"))

    def __init__(self, *args: Any, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = reader
