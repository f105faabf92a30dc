from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.models import ApiToken, Membership, User

MOST_DAYS = 365


@transaction.atomic
def make_token(
    membership: Membership, *, name: str, days: int, by: User, scopes: Iterable[str] = ()
) -> tuple[ApiToken, str]:
    """A token for one's own membership. Returns it with its text, which is shown once and kept nowhere."""
    text = f"mp_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        membership=membership,
        name=name,
        scopes=list(scopes),
        prefix=text[:8],
        token_hash=token_hash(text),
        expires_at=timezone.now() + dt.timedelta(days=min(days, MOST_DAYS)),
    )
    audit.record(
        membership.organisation,
        "make_api_token",
        by=by,
        payload={"token": token.pk, "prefix": token.prefix, "scopes": token.scopes},
    )
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(token.membership.organisation, "revoke_api_token", by=by, payload={"token": token.pk})


def usable_token(text: str) -> ApiToken | None:
    """The token of this text, noted as used today."""
    found = (
        ApiToken.objects.usable()
        .select_related("membership__user", "membership__organisation")
        .filter(token_hash=token_hash(text))
        .first()
    )
    today = timezone.localdate()
    if found and found.last_used_on != today:
        ApiToken.objects.filter(pk=found.pk).update(last_used_on=today)
    return found


def token_hash(text: str) -> str:
    # The token is 256 random bits: a plain hash cannot be tried out.
    return hashlib.sha256(text.encode()).hexdigest()
