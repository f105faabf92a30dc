from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AsOfForm(forms.Form):
    """A GET form: which day's rules."""

    on = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day, for example 2021-09-03")},
    )

    @property
    def day(self):
        return (self.cleaned_data.get("on") if self.is_valid() else None) or timezone.localdate()
