from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.document_kinds import ISSUER, KINDS, NUMBER, VALID_FROM, VALID_UNTIL, KindOfDocument
from portal.enums import DocumentKind
from portal.forms.once import OnceForm
from portal.models import Document, Enterprise
from portal.services.document import ASK, missing_of


class DocumentForm(OnceForm):
    """`renews`: the document it takes the place of, which gives the kind."""

    kind = forms.ChoiceField(label=_("Kind of document"), choices=[("", _("Choose")), *DocumentKind.choices])
    number = forms.CharField(label=_("Number"), max_length=100, required=False)
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
    product: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Only for one product"), queryset=None, required=False, empty_label=_("For the whole business")
    )
    file = forms.FileField(
        label=_("The document itself"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("PDF, or a photo or scan (JPEG, PNG), at most 5 MB"),
    )

    def __init__(
        self, *args: Any, enterprise: Enterprise, kind: str = "", renews: Document | None = None, **kwargs: Any
    ) -> None:
        if renews is not None:
            kept = {name: getattr(renews, name) for name in ("kind", "issuer", "number", "product")}
            kwargs["initial"] = {**kept, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = enterprise.products.on_sale()
        chosen = renews.kind if renews is not None else (self.data.get("kind") or kind)
        self.chosen = KINDS.get(chosen)
        if self.chosen is None:
            return
        self.fields["kind"].initial = chosen
        self.fields["kind"].disabled = renews is not None
        self.fields["kind"].widget = forms.HiddenInput()
        self._ask_for(self.chosen)

    def _ask_for(self, spec: KindOfDocument) -> None:
        """Where the kind is known, its fields say themselves what they need."""
        for name in (NUMBER, ISSUER, VALID_FROM, VALID_UNTIL):
            self.fields[name].required = spec.needs_field(name)
            self.fields[name].error_messages["required"] = ASK[name]
        if spec.example:
            self.fields[NUMBER].help_text = _("For example %(example)s") % {"example": spec.example}
        self.fields[ISSUER].help_text = spec.issuer_hint
        if spec.hint:
            self.fields[VALID_UNTIL].help_text = spec.hint

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        for name, text in missing_of(data.get("kind", ""), data).items():
            if name not in self.errors:
                self.add_error(name, ValidationError(text, code="required"))
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day of validity lies before the first."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it cannot be accepted"),
        max_length=1000,
        help_text=_("The business reads this word for word. Name what has to be different, and what to upload."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write a reason: the business reads it.")},
    )
