"""Filling in for an enterprise: from the press on “Fill in” until “Finish”, or until the consent ends."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from portal import audit
from portal.models import Consent, User

SESSION_KEY = "filling_in_under_consent"


def begin_filling_in(user: User, consent: Consent, session: MutableMapping[str, Any]) -> None:
    """`consent` is one of `Consent.objects.held_by(user)`. That somebody began is recorded, whatever they save."""
    session[SESSION_KEY] = consent.pk
    user.act_on_behalf(consent)
    audit.record(consent.enterprise, "fill_in_for", by=user)


def stop_filling_in(user: User, session: MutableMapping[str, Any]) -> None:
    session.pop(SESSION_KEY, None)
    user.act_on_behalf(None)


def is_filling_in(session: MutableMapping[str, Any]) -> bool:
    return SESSION_KEY in session


def consent_for_session(user: User, session: MutableMapping[str, Any]) -> Consent | None:
    """Asked at every request: a consent withdrawn a moment ago is none any more."""
    found = consent_held(user, session.get(SESSION_KEY))
    if found is None:
        session.pop(SESSION_KEY, None)
    return found


def consent_held(user: User, key: Any) -> Consent | None:
    held = Consent.objects.held_by(user).select_related("enterprise__organisation", "organisation", "companion")
    return held.filter(pk=key).first() if str(key).isdigit() else None
