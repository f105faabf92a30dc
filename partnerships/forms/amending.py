from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AmendForm(forms.Form):
    rationale = forms.CharField(
        label=_("Why is the contract amended?"),
        help_text=_("Stands in the amendment, and is public once it is in force: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": _("Say why the contract is amended.")},
    )
