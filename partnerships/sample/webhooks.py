"""A buyer's own system that was told of orders until it stopped answering: paused, with what waits. Nothing is really sent."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from partnerships.models import PurchaseOrder
from portal.enums import Role, WebhookOutcome, WebhookState, WebhookStatus
from portal.models import User, WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.services.webhook import new_secret

# A name that is kept for examples and leads nowhere (RFC 2606).
URL = "https://erp.pembeli.example/mitrapasok/events"
KINDS = [
    "curation.marked",
    "curation.revoked",
    "delivery.handed_over",
    "invoice.sent",
    "order.confirmed",
    "order.refused",
]


def load_webhooks() -> None:
    orders = PurchaseOrder.objects.filter(partnership__is_sample=True).exclude(answered_at=None)
    first = orders.select_related("partnership__buyer").order_by("pk").first()
    if first is None or WebhookEndpoint.objects.filter(url=URL).exists():
        return
    buyer = first.partnership.buyer
    officer = User.objects.filter(memberships__organisation=buyer, memberships__role=Role.OFFICER).order_by("pk")[0]
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.create(
        organisation=buyer,
        url=URL,
        kinds=KINDS,
        secret=new_secret(),
        status=WebhookStatus.PAUSED,
        paused_at=now - dt.timedelta(hours=3),
        failures=19,
        failing_since=now - dt.timedelta(hours=27),
        created_by=officer,
        created_at=now - dt.timedelta(days=60),
    )
    told = list(orders.filter(partnership__buyer=buyer, status__in=["confirmed", "settled", "refused"]).order_by("pk"))
    for number, order in enumerate(told):
        _tell(endpoint, order, ago_hours(8 * (len(told) - number)), taken=number < len(told) - 1)


def ago_hours(hours: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(hours=hours)


def _tell(endpoint: WebhookEndpoint, order: PurchaseOrder, when: dt.datetime, *, taken: bool) -> None:
    kind = "order.refused" if order.status == "refused" else "order.confirmed"
    message = WebhookMessage.objects.create(
        endpoint=endpoint,
        kind=kind,
        data={
            "id": order.pk,
            "status": "refused" if order.status == "refused" else "confirmed",
            "partnership": order.partnership_id,
            "enterprise": order.share.enterprise_id,
            "api": f"/api/v1/orders/{order.pk}/",
        },
        state=WebhookState.DELIVERED if taken else WebhookState.WAITING,
        tries=1 if taken else 4,
        occurred_at=when,
        delivered_at=when if taken else None,
    )
    outcomes = (
        [(WebhookOutcome.TAKEN, 204, 180)]
        if taken
        else [(WebhookOutcome.ANSWERED, 500, 95), (WebhookOutcome.TIMED_OUT, None, 8003)]
    )
    for number, (outcome, code, took) in enumerate(outcomes):
        at = when + dt.timedelta(minutes=number)
        WebhookAttempt.objects.create(message=message, at=at, outcome=outcome, code=code, duration_ms=took)
