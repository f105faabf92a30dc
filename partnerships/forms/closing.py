from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ClosingForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you close it?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("Kept with the record; not shown in public."),
        error_messages={"required": _("Say why the business closes.")},
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone."),
        error_messages={"required": _("Tick the box: closing cannot be undone.")},
    )
