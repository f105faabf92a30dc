from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.second_factor import first_sign_in


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


class OneUse:
    """A right code opens a session once: somebody who read it over a shoulder cannot use it after its owner."""

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        totp = self.authenticator.type == Authenticator.Type.TOTP  # type: ignore[attr-defined]
        if totp and not first_sign_in(self.user, code):  # type: ignore[attr-defined]
            raise ValidationError(_("This code was already used. Wait for the next one."), code="used_code")
        return code


class OneUseAuthenticateForm(OneUse, AuthenticateForm):
    pass


class OneUseReauthenticateForm(OneUse, ReauthenticateForm):
    pass
