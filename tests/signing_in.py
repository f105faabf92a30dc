"""Sign a test client in as a person, with what the session of a real sign-in holds."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from portal.models import User
from portal.services.membership import SESSION_KEY


def signed_in(user: User, *, second_factor: bool = True) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    methods = ["password", "mfa"] if second_factor else ["password"]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time()} for method in methods]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    if user.acting:
        session[SESSION_KEY] = user.acting.pk
    session.save()
    return client
