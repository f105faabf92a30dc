from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import ImportMode
from portal.forms.once import OnceForm


class ImportForm(OnceForm):
    file = forms.FileField(
        label=_("The list of products"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("XLSX or CSV, at most 20 MB and 50,000 rows"),
        error_messages={"required": _("Choose the file with your products")},
    )
    mode = forms.ChoiceField(
        label=_("If some rows need changes"),
        choices=ImportMode.choices,
        initial=ImportMode.KEEP_VALID,
        widget=forms.RadioSelect,
    )
