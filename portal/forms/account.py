from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password. The adapter saves it (portal.accounts)."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("So that a companion can reach you. Not shown to the public."),
    )

    field_order = ["full_name", "email", "phone", "password1"]

    def signup(self, request, user):  # allauth calls it; the adapter has saved everything already
        return None
