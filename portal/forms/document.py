from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import DocumentKind
from portal.forms.once import OnceForm
from portal.models import Enterprise


class DocumentForm(OnceForm):
    kind = forms.ChoiceField(label=_("Kind of document"), choices=[("", _("Choose")), *DocumentKind.choices])
    number = forms.CharField(label=_("Number"), max_length=100)
    issuer = forms.CharField(
        label=_("Issued by"), max_length=200, required=False, help_text=_("For example BSN, BPJPH, a laboratory")
    )
    valid_from = forms.DateField(
        label=_("Valid from"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Leave it empty if the document does not expire"),
    )
    product = forms.ModelChoiceField(
        label=_("Only for one product"), queryset=None, required=False, empty_label=_("For the whole business")
    )
    file = forms.FileField(
        label=_("The document itself"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("PDF, or a photo or scan (JPEG, PNG), at most 5 MB"),
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = enterprise.products.on_sale()

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day of validity lies before the first."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}
