"""Several files from one input. What may be in them is checked by portal.uploads, file by file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = [each for each in (data or []) if each]
        if not given:
            # The field's own words for a missing file.
            super().clean(None, initial)
        return given
