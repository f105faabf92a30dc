"""What somebody typed when their session had ended: kept in the new session until they are signed in again.

Encrypted, because sessions stand in the database and a NIK may be among the answers.
"""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from portal import crypto

SESSION_KEY = "kept_forms"
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "password1", "code", "otp")
MOST_CHARACTERS = 200_000


def keep(request: HttpRequest) -> None:
    data = request.POST.copy()
    for name in NEVER_KEPT:
        data.pop(name, None)
    encoded = data.urlencode()
    if len(encoded) <= MOST_CHARACTERS:
        request.session[SESSION_KEY] = {request.path: crypto.encrypt(encoded)}


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form page binds: what is sent now, else what was typed before the session ended."""
    return request.POST if request.method == "POST" else take(request)


def take(request: HttpRequest) -> QueryDict | None:
    """The kept answers for this page, once."""
    kept = request.session.get(SESSION_KEY, {})
    encoded = kept.pop(request.path, None)
    if encoded is None:
        return None
    request.session[SESSION_KEY] = kept
    return QueryDict(crypto.decrypt(encoded))
