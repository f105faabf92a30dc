from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise import SECTION_FORMS
from portal.forms.enterprise.partial import read_some
from portal.models import Document, Enterprise, Product


class ProductChoice(forms.ModelChoiceField):
    def label_from_instance(self, product: Product) -> str:
        return f"{product.name} ({product.code})"


class ApplyForm(forms.Form):
    """Which of its products the enterprise offers – not asked where there is one only –, and the answers that this
    programme wants and the dossier lacks. They go into the dossier, so that the next buyer finds them there."""

    product = ProductChoice(
        label=_("Which product do you offer?"),
        queryset=Product.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose one of your products.")},
    )

    def __init__(
        self, *args: Any, enterprise: Enterprise, asked: Mapping[str, tuple[str, ...]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.enterprise, self.asked = enterprise, asked or {}
        self.answers: dict[str, dict[str, Any]] = {}
        products = list(enterprise.products.on_sale()[:2])
        self.fields["product"].queryset = enterprise.products.on_sale()
        self.only_product = products[0] if len(products) == 1 else None
        if self.only_product:
            self.fields["product"].widget = forms.HiddenInput()
            self.fields["product"].initial = self.only_product.pk
        for section, names in self.asked.items():
            for name in names:
                self.fields[name] = copy.deepcopy(SECTION_FORMS[section].base_fields[name])
                self.fields[name].required = False

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        return [self[name] for names in self.asked.values() for name in names]

    def clean(self) -> None:
        super().clean()
        for section, names in self.asked.items():
            sent = {name: self.data[name] for name in names if self.data.get(name) and name not in self.errors}
            errors: dict[str, list[str]] = {}
            values = read_some(self.enterprise, SECTION_FORMS[section], sent, errors) if sent else {}
            for name, texts in errors.items():
                self.add_error(name if name in self.fields else None, texts)
            if values and not errors:
                self.answers[section] = values


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
