"""Business activities: each choice is saved at once, so there is no page of answers to lose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models import KbliClass
from portal.rules.kbli import kbli_edition

CHOOSE = _("Choose one of those found")


class ActivitySearchForm(forms.Form):
    """A GET form: the address keeps what was searched for."""

    q = forms.CharField(
        label=_("What does the business do?"), help_text=_("A word (chairs, casting) or the code on your NIB")
    )
    edition = forms.TypedChoiceField(label=_("Edition"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = kbli_edition(timezone.localdate())
        others = [edition.value for edition in KbliClass.Edition if edition.value != current]
        self.fields["edition"].choices = [
            (current, _("KBLI %(edition)s, in force") % {"edition": current}),
            *((other, f"KBLI {other}") for other in others),
        ]
        self.fields["edition"].initial = current


class ActivityForm(forms.Form):
    """One class: to add, to make the main one, or to remove."""

    kbli = forms.ModelChoiceField(
        queryset=KbliClass.objects.filter(level=5),
        widget=forms.HiddenInput,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
