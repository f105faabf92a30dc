"""Events on their way to other systems, and how many wait."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from portal.enums import WebhookState, WebhookStatus
from portal.gauges import Reading, gauge
from portal.jobs import handles
from portal.models import Job, WebhookEndpoint, WebhookMessage
from portal.presentation.numbers import angka
from portal.services.webhook import FORGET, forget_old_messages
from portal.services.webhook_delivery import deliver
from portal.webhooks import DELIVER


@handles(DELIVER)
def deliver_webhook(job: Job) -> None:
    deliver(uuid.UUID(job.payload["message"]))


@handles(FORGET)
def forget(job: Job) -> None:
    forget_old_messages()


@gauge
def addresses() -> list[Reading]:
    """Counts alone: where an organisation has its events sent is its own."""
    there = WebhookEndpoint.objects.exclude(status=WebhookStatus.REMOVED)
    paused = there.filter(status=WebhookStatus.PAUSED).count()
    waiting = WebhookMessage.objects.filter(state=WebhookState.WAITING).count()
    said = _("%(all)s addresses, %(paused)s paused, %(waiting)s events wait") % {
        "all": angka(there.count()),
        "paused": angka(paused),
        "waiting": angka(waiting),
    }
    return [Reading(_("Webhooks"), said, late=False)]
