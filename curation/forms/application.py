from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import Document, Enterprise, Product


class ProductChoice(forms.ModelChoiceField):
    def label_from_instance(self, product: Product) -> str:
        return f"{product.name} ({product.code})"


class ApplyForm(forms.Form):
    """Which of its products the enterprise offers; the one that fits best stands first."""

    product = ProductChoice(
        label=_("Which product do you offer?"),
        queryset=Product.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose one of your products.")},
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = enterprise.products.on_sale()


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("What did you change?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Your data and papers as they are now are sent along."),
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Why should the decision be looked at again?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Name what was overlooked. Another person than the one who decided reads it."),
    )
    papers = forms.ModelMultipleChoiceField(
        label=_("Which documents show it?"),
        queryset=Document.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chk"}),
        help_text=_("The buyer can then open them. Upload new ones under “My documents” first."),
        error_messages={"invalid_choice": _("Choose from your own documents that nobody refused.")},
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].queryset = enterprise.documents.filter(refused_at=None).order_by("-created_at", "-pk")
