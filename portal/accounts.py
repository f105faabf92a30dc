"""How django-allauth is fitted to this portal: open sign-up is for SMEs, secrets are encrypted, mail is ours."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.views import ActivateTOTPView as AllauthActivateTOTPView
from django.http import HttpRequest, HttpResponse

from portal import crypto, second_factor, sessions
from portal.models import User


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.full_name = form.cleaned_data.get("full_name", "")
        user.phone = form.cleaned_data.get("phone", "")
        user.language = request.LANGUAGE_CODE  # type: ignore[attr-defined]
        if commit:
            user.save()
        return user


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)


class ActivateTOTPView(AllauthActivateTOTPView):
    """Setting the second factor up proves it for this session, too."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.first_sign_in(self.request.user, form.cleaned_data["code"])
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        sessions.limit(self.request.session, self.request.user)
        return response
