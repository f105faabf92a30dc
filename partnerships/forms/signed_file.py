from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partnerships.selectors.file_check import Checked, check_file
from portal.uploads.papers import read_pdf
from portal.uploads.refusals import Refused


class SignedFileForm(forms.Form):
    """A PDF that somebody was sent. `checked`: what is to be said of it; the file itself is not kept."""

    file = forms.FileField(
        label=_("Signed PDF"),
        help_text=_("The file as you were sent it, not a scan or print. At most 5 MB. We do not keep it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={"required": _("Choose the PDF to check."), "empty": _("The file is empty. Choose it again.")},
    )
    checked: Checked | None = None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.checked = check_file(read_pdf(file, file.size))
        except Refused as refused:
            raise ValidationError(str(refused), code=refused.code) from refused
        return file
