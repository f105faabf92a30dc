"""How django-allauth is fitted to this portal: open sign-up is for SMEs, secrets are encrypted, mail is ours."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.views import ActivateTOTPView as AllauthActivateTOTPView
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from portal import audit, crypto, second_factor, sessions
from portal.models import User
from portal.views.session import in_language


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.full_name = form.cleaned_data.get("full_name", "")
        user.phone = form.cleaned_data.get("phone", "")
        user.language = request.LANGUAGE_CODE  # type: ignore[attr-defined]
        if commit:
            self._sign_up(user)
        return user

    @transaction.atomic
    def _sign_up(self, user: User) -> None:
        user.save()
        audit.record(
            user,
            "sign_up",
            by=user,
            payload={"language": user.language},
            personal={"email": user.email, "full_name": user.full_name, "phone": user.phone},
        )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The pages after signing out, and of the next sign-in here, are in the person's language, too."""
        return in_language(super().post_login(request, user, **kwargs), user.language)


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
