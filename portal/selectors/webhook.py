from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from portal import statuses
from portal.enums import WebhookState
from portal.models import User, WebhookAttempt, WebhookEndpoint, WebhookMessage


def own_webhooks(user: User) -> QuerySet[WebhookEndpoint]:
    """With how many events wait and were given up."""
    return WebhookEndpoint.objects.visible_to(user).annotate(
        waiting=Count("messages", filter=Q(messages__state=WebhookState.WAITING)),
        given_up=Count("messages", filter=Q(messages__state=WebhookState.GIVEN_UP)),
    )


def sent_by(endpoint: WebhookEndpoint, state: str = "") -> QuerySet[WebhookMessage]:
    """The newest first, with what came of its last try."""
    last = WebhookAttempt.objects.filter(message=OuterRef("pk")).order_by("-at", "-pk")
    found = endpoint.messages.annotate(
        last_outcome=Subquery(last.values("outcome")[:1]),
        last_code=Subquery(last.values("code")[:1]),
        last_ms=Subquery(last.values("duration_ms")[:1]),
    ).order_by("-occurred_at", "-pk")
    return found.filter(state=state) if state in WebhookState.values else found


def message_chips(endpoint: WebhookEndpoint, current: str) -> list[dict[str, Any]]:
    counts = dict(endpoint.messages.order_by().values_list("state").annotate(n=Count("pk")))
    rows = [("", None), *((state, statuses.label("WebhookMessage", state)) for state in WebhookState.values)]
    return [
        {"label": label, "count": counts.get(state, 0) if state else sum(counts.values()), "url": f"?state={state}", "current": current == state}
        for state, label in rows
    ]  # fmt: skip
