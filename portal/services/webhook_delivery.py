"""One try to bring one event to its address, and what follows from what came back.

Signed as the Standard Webhooks specification says: HMAC-SHA-256 over id, time and body, with every secret that still holds.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from portal.enums import WEBHOOK_ROLES, WebhookOutcome, WebhookState, WebhookStatus
from portal.flow import MoveNotAllowed
from portal.flows import WEBHOOK
from portal.jobs import enqueue
from portal.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.notifications import notify_organisation
from portal.posting import post
from portal.services.webhook import plain_allowed
from portal.webhooks import DELIVER

# For name, connection, TLS and answer together: so long a target that hangs holds a worker, and one at a time.
SECONDS = 8.0
# After the n-th failure of an event, until its next try; three days in all, then it is given up and can be replayed.
BACKOFF = [
    dt.timedelta(**each)
    for each in (
        {"seconds": 5}, {"minutes": 1}, {"minutes": 5}, {"minutes": 30}, {"hours": 2}, {"hours": 5}, {"hours": 10}, {"hours": 14},
        {"hours": 20}, {"hours": 24},
    )
]  # fmt: skip
# After failures of an address nothing at all is tried there for twice as long each time, up to this.
LONGEST_HOLD = dt.timedelta(minutes=30)
PAUSED_AFTER = dt.timedelta(hours=24)
# Another worker is at the same address.
BUSY = dt.timedelta(seconds=2)
LOCK = 7_302_045
GONE = 410


def deliver(uid: uuid.UUID) -> None:
    """Safe to run twice: what is no longer waiting is left alone. A worker that dies here leaves it waiting."""
    message = WebhookMessage.objects.filter(uid=uid).first()
    if message is None:
        return
    if not _mine(message.endpoint_id):
        _later(message, timezone.now() + BUSY)
        return
    # What another worker wrote before it let the address go.
    message = WebhookMessage.objects.select_related("endpoint__organisation").get(pk=message.pk)
    endpoint, now = message.endpoint, timezone.now()
    if message.state != WebhookState.WAITING or endpoint.status != WebhookStatus.ACTIVE:
        return
    if endpoint.hold_until and endpoint.hold_until > now:
        _later(message, endpoint.hold_until)
        return
    body = body_of(message)
    answer = post(
        endpoint.url,
        body,
        headers_of(message, body, now),
        seconds=SECONDS,
        plain=plain_allowed(),
        loopback=settings.WEBHOOKS_TO_LOOPBACK,
    )
    WebhookAttempt.objects.create(
        message=message,
        at=now,
        outcome=answer.outcome,
        code=answer.code,
        duration_ms=round(answer.seconds * 1000),
    )
    if answer.outcome == WebhookOutcome.TAKEN:
        _taken(message)
    else:
        _failed(message, gone=answer.code == GONE)


def body_of(message: WebhookMessage) -> bytes:
    told = {"type": message.kind, "timestamp": message.occurred_at.isoformat(), "data": message.data}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def headers_of(message: WebhookMessage, body: bytes, now: dt.datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    signed = [signature(secret, message.webhook_id, stamp, body) for secret in message.endpoint.secrets_at(now)]
    return {
        "Content-Type": "application/json",
        "User-Agent": "MitraPasok-Webhooks/1",
        "webhook-id": message.webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signed),
    }


def signature(secret: str, webhook_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _taken(message: WebhookMessage) -> None:
    WebhookMessage.objects.filter(pk=message.pk).update(
        state=WebhookState.DELIVERED, delivered_at=timezone.now(), next_try_at=None, tries=F("tries") + 1
    )
    WebhookEndpoint.objects.filter(pk=message.endpoint_id).exclude(failures=0, hold_until=None).update(
        failures=0, failing_since=None, hold_until=None
    )


def _failed(message: WebhookMessage, *, gone: bool) -> None:
    endpoint, now = message.endpoint, timezone.now()
    message.tries += 1
    since = endpoint.failing_since or now
    hold = min(LONGEST_HOLD, dt.timedelta(seconds=2 ** min(endpoint.failures + 1, 20)))
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        failures=F("failures") + 1, failing_since=since, hold_until=now + hold
    )
    if message.tries > len(BACKOFF):
        WebhookMessage.objects.filter(pk=message.pk).update(
            state=WebhookState.GIVEN_UP, tries=message.tries, next_try_at=None
        )
    else:
        # A day of failures is seen at the day's end, however far the steps have grown by then.
        again = now + BACKOFF[message.tries - 1]
        if now < since + PAUSED_AFTER < again:
            again = since + PAUSED_AFTER
        WebhookMessage.objects.filter(pk=message.pk).update(tries=message.tries, next_try_at=again)
        _later(message, again)
    if gone or now - since >= PAUSED_AFTER:
        _pause(endpoint, since)


def _pause(endpoint: WebhookEndpoint, since: dt.datetime) -> None:
    """What waits stays, until its organisation resumes it."""
    try:
        WEBHOOK.make("pause", endpoint, by=None, payload={"failing_since": since}, paused_at=timezone.now())
    except MoveNotAllowed:
        # Somebody paused or removed it while we tried.
        return
    notify_organisation(
        endpoint.organisation,
        "webhook.paused",
        path=reverse("webhook", args=[endpoint.pk]),
        roles=WEBHOOK_ROLES,
        url=endpoint.url,
    )


def _mine(endpoint: int) -> bool:
    """One worker at an address until the transaction ends. Not a row's lock: what happens meanwhile is written beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, endpoint])
        return cursor.fetchone()[0]


def _later(message: WebhookMessage, when: dt.datetime) -> None:
    # A job of its own: the present one is done with this.
    key = f"{message.uid}:{uuid.uuid4().hex[:8]}"
    enqueue(DELIVER, key, payload={"message": str(message.uid)}, run_after=when)
