from __future__ import annotations

import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the certificate"),
        max_length=300,
        help_text=_("As printed below the QR code; the whole address will do as well."),
    )

    def clean_code(self) -> uuid.UUID:
        found = UUID.search(self.cleaned_data["code"])
        if found is None:
            raise ValidationError(
                _("A code has 32 letters and digits, for example 3f0c1e52-8d0b-4c53-9d1c-2b7a5f0e9a11")
            )
        return uuid.UUID(found.group())


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the mark revoked?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The enterprise and everybody who checks the certificate reads this."),
    )
