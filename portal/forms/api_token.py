from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import TokenScope
from portal.services.api_token import MOST_DAYS


class ApiTokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80, help_text=_("The program that will use it."))
    scopes = forms.MultipleChoiceField(
        label=_("Only for a partner’s system"),
        required=False,
        choices=TokenScope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Ticked, the token can do only this, for businesses that consented. Unticked, it can do what you can."
        ),
    )
    days = forms.IntegerField(
        label=_("Days until it ends"), min_value=1, max_value=MOST_DAYS, initial=90, help_text=_("At most 365.")
    )
