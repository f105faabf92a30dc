"""Answering, signing and returning. The code is asked last, so that it is not used up by another mistake on the page."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import SigningMethod
from partnerships.models import Partnership
from partnerships.services.acceptance_code import confirm
from portal import second_factor
from portal.models import User

CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 9}


class SignForm(forms.Form):
    """For officials: they have read it, and their second factor is asked again."""

    document_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agree = forms.BooleanField(
        error_messages={"required": gettext_lazy("Read the text and tick the box before you sign.")}
    )
    code = forms.CharField(
        label=gettext_lazy("Authenticator code"), widget=forms.TextInput(attrs=CODE), max_length=12, strip=True
    )

    def __init__(self, *args: Any, user: User, agree_label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["agree"].label = agree_label

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not self.errors:
            try:
                second_factor.confirm(self.user, data["code"])
            except forms.ValidationError as error:
                self.add_error("code", error)
        return data


class AcceptForm(forms.Form):
    """For SMEs: a one-time code from their e-mail, or their second factor if they have one."""

    document_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agree = forms.BooleanField(
        label=gettext_lazy("I have read the text and accept the partnership for my business."),
        error_messages={"required": gettext_lazy("Read the text and tick the box before you accept.")},
    )
    method = forms.ChoiceField(
        label=gettext_lazy("How do you confirm?"), choices=SigningMethod.choices, widget=forms.RadioSelect
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits, from the e-mail we sent you or from your authenticator."),
        widget=forms.TextInput(attrs=CODE),
        max_length=12,
    )

    def __init__(self, *args: Any, user: User, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.partnership = user, partnership
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            self.fields["method"].choices = [(SigningMethod.EMAIL_CODE, SigningMethod.EMAIL_CODE.label)]
            self.fields["method"].widget = forms.HiddenInput()
            self.fields["code"].help_text = _("Six digits, from the e-mail we sent you.")
        self.fields["method"].initial = SigningMethod.EMAIL_CODE

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not self.errors:
            try:
                confirm(self.user, self.partnership, data["method"], data["code"])
            except forms.ValidationError as error:
                self.add_error("code", error)
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea,
        max_length=4000,
        error_messages={"required": gettext_lazy("Write the reason: the other side acts on it.")},
    )


class ReturnForm(ReasonForm):
    document_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
