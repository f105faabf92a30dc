"""How long a session lasts: two weeks for an SME on its own phone, a working day for everybody who decides about others."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from portal.models import User
from portal.policy import needs_second_factor

# In the session of somebody who ends what stands in the way of erasing their data: pages lead them back.
ERASING = "ends_before_erasing"


def limit(session: SessionBase, user: User) -> None:
    """Ends at a fixed moment, however busy the person is; one that was set stays."""
    # A number of seconds is how long allauth remembers anybody; a text is a moment, which only we set.
    fixed = isinstance(session.get("_session_expiry"), str)
    if needs_second_factor(user) and not fixed:
        session.set_expiry(timezone.now() + settings.STAFF_SESSION)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    limit(request.session, user)
