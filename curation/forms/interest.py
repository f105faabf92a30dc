from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.forms.application import ProductChoice
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


class ReasonForm(forms.Form):
    """`reader`: says who reads it."""

    reason = _words(_("Why?"))

    def __init__(self, *args: Any, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = reader
