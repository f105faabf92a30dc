"""The second factor: asked again to sign, and kept from being used twice to sign in. One code works once for each."""

from __future__ import annotations

import time

from allauth.core import context, ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.models import User

STEP = 30


def confirm(user: User, code: str) -> None:
    """Raises ValidationError when the code is wrong, was used before, or too many were tried."""
    if context.request is not None and not ratelimit.consume(
        context.request, action="login_failed", key=f"mfa-sign-{user.pk}"
    ):
        raise ValidationError(_("Too many wrong codes. Wait five minutes and try again."), code="too_many")
    authenticator = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        raise ValidationError(_("Set up your second factor first."), code="no_second_factor")
    wanted = "".join(character for character in code if character.isdigit())
    counter = _matching_counter(decrypt(authenticator.data["secret"]), wanted)
    if counter is None:
        raise ValidationError(_("The code is not right. Enter the six digits your app shows now."), code="wrong_code")
    if not _first_use("sign", user, counter):
        raise ValidationError(_("This code was already used. Wait for the next one."), code="used_code")
    if context.request is not None:
        ratelimit.clear(context.request, action="login_failed", key=f"mfa-sign-{user.pk}")


def first_sign_in(user: User, code: str) -> bool:
    """Whether a right code opens a session for the first time: allauth forgets it after one step, it is taken for three."""
    authenticator = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        return True
    counter = _matching_counter(decrypt(authenticator.data["secret"]), normalize_user_code(code))
    return counter is None or _first_use("sign-in", user, counter)


def code_at(secret: str, moment: float | None = None) -> str:
    """The code an authenticator app shows. For the demo's sign-in page and for tests."""
    return format_hotp_value(hotp_value(secret, int(moment or time.time()) // STEP))


def _first_use(purpose: str, user: User, counter: int) -> bool:
    return cache.add(f"second-factor:{purpose}:{user.pk}:{counter}", 1, timeout=STEP * 4)


def _matching_counter(secret: str, code: str) -> int | None:
    now = int(time.time()) // STEP
    steps = range(now - settings.MFA_TOTP_TOLERANCE, now + settings.MFA_TOTP_TOLERANCE + 1)
    return next((step for step in steps if format_hotp_value(hotp_value(secret, step)) == code), None)
