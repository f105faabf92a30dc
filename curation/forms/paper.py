from __future__ import annotations

import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"\bMP-\d{4}-\d{4,12}\b", re.IGNORECASE)


class PaperForm(forms.Form):
    """What stands on a paper somebody holds: a certificate's code or address, or a contract's number."""

    code = forms.CharField(
        label=_("Code of the certificate, or number of the contract"),
        max_length=300,
        help_text=_("The code stands below the QR code of a certificate; the whole address will do as well."),
    )

    def refuse_as_unknown(self) -> None:
        self.add_error(
            "code",
            _(
                "No certificate or public contract has this code or number. Compare it with the paper, letter by letter."
            ),
        )

    def clean_code(self) -> uuid.UUID | str:
        typed = self.cleaned_data["code"]
        if number := NUMBER.search(typed):
            return number.group().upper()
        if code := UUID.search(typed):
            return uuid.UUID(code.group())
        raise ValidationError(
            _(
                "A code has 32 letters and digits, for example 3f0c1e52-8d0b-4c53-9d1c-2b7a5f0e9a11; "
                "a contract’s number looks like MP-2026-0001"
            )
        )
