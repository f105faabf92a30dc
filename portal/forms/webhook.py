from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal import webhooks
from portal.forms.once import OnceForm
from portal.models import Organisation


class WebhookForm(OnceForm):
    url = forms.CharField(
        label=_("Address of your system"),
        max_length=500,
        help_text=_("Begins with https:// and is reached from the internet."),
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(webhooks.kinds_for(organisation).items())


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Everything since"),
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "short"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Your system has seen some of it before: it knows them by their id."),
    )
