"""Where an organisation has events sent: made, changed, paused by it or by a day of failures, resumed, removed, sent again."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, webhooks
from portal.enums import WebhookState, WebhookStatus
from portal.flow import MoveNotAllowed, permit
from portal.flows import WEBHOOK
from portal.models import Organisation, User, WebhookEndpoint, WebhookMessage
from portal.posting import BadAddress, parts_of, resolve

MOST_ENDPOINTS = 10
MOST_REPLAYED = 5000
# How long the secret before still signs, too.
OVERLAP = dt.timedelta(hours=24)
FORGET = "portal.forget_webhook_messages"
KEPT = dt.timedelta(days=30)
TO_LOOK_UP = 3.0


def plain_allowed() -> bool:
    return settings.DEBUG or settings.DEMO or settings.WEBHOOKS_TO_LOOPBACK


def check_url(url: str) -> None:
    """Looked at again with every delivery: names change where they lead."""
    against = {
        "scheme": _("Enter an address that begins with https://"),
        "form": _("Enter the whole address of your system, without a user name, and with a usual port."),
        "inside": _("This address leads to a computer inside a network. Enter one that the internet reaches."),
    }
    try:
        parts = parts_of(url, plain=plain_allowed())
        resolve(parts, seconds=TO_LOOK_UP, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except BadAddress as error:
        raise ValidationError({"url": ValidationError(against[error.code], code=error.code)}) from error
    except OSError as error:
        said = _("No computer has this name. Check it.")
        raise ValidationError({"url": ValidationError(said, code="unknown")}) from error


def check_kinds(organisation: Organisation, kinds: Iterable[str]) -> list[str]:
    chosen = sorted(set(kinds))
    if not chosen:
        raise ValidationError({"kinds": _("Choose at least one event.")})
    there = webhooks.kinds_for(organisation)
    if unknown := [kind for kind in chosen if kind not in there]:
        raise ValidationError({"kinds": _("There is no such event: %(kinds)s") % {"kinds": ", ".join(unknown)}})
    return chosen


@transaction.atomic
def add_webhook(organisation: Organisation, *, url: str, kinds: Iterable[str], by: User) -> WebhookEndpoint:
    """Its secret is shown once: whoever asks reads it from what this returns."""
    endpoint = WebhookEndpoint(organisation=organisation, url=url.strip(), secret=new_secret(), created_by=by)
    permit(by, "portal.manage_webhook", endpoint)
    # Two at once count one after the other.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    check_url(endpoint.url)
    endpoint.kinds = check_kinds(organisation, kinds)
    others = organisation.webhooks.exclude(status=WebhookStatus.REMOVED)
    if others.count() >= MOST_ENDPOINTS:
        raise ValidationError(_("An organisation has at most %(most)s addresses.") % {"most": MOST_ENDPOINTS})
    _save(endpoint)
    audit.record(endpoint, "add", by=by, payload={"url": endpoint.url, "kinds": endpoint.kinds})
    return endpoint


@transaction.atomic
def change_webhook(endpoint: WebhookEndpoint, *, url: str, kinds: Iterable[str], by: User) -> None:
    locked = _locked(endpoint, by)
    url = url.strip()
    if url != locked.url:
        check_url(url)
    locked.url, locked.kinds = url, check_kinds(locked.organisation, kinds)
    _save(locked, update_fields=["url", "kinds"])
    audit.record(locked, "change", by=by, payload={"url": locked.url, "kinds": locked.kinds})
    endpoint.refresh_from_db()


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, by: User) -> str:
    """The new secret, shown once. For a day both sign, so that the receiver changes over without losing anything."""
    locked = _locked(endpoint, by)
    locked.previous_secret, locked.previous_until = locked.secret, timezone.now() + OVERLAP
    locked.secret = new_secret()
    locked.save(update_fields=["secret", "previous_secret", "previous_until"])
    audit.record(locked, "rotate_secret", by=by)
    return locked.secret


@transaction.atomic
def pause_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """What happens meanwhile is written down and sent when it is resumed."""
    WEBHOOK.make("pause", endpoint, by=by, paused_at=timezone.now())


@transaction.atomic
def resume_webhook(endpoint: WebhookEndpoint, *, by: User) -> int:
    """How many that waited are sent now."""
    WEBHOOK.make("resume", endpoint, by=by, paused_at=None, hold_until=None, failures=0, failing_since=None)
    return _again(endpoint.messages.filter(state=WebhookState.WAITING))


@transaction.atomic
def remove_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """For good; its log goes with it after the usual time, its secrets at once."""
    WEBHOOK.make("remove", endpoint, by=by, paused_at=None, secret="", previous_secret="")
    endpoint.messages.filter(state=WebhookState.WAITING).update(state=WebhookState.GIVEN_UP)


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, by: User) -> WebhookMessage:
    locked = _locked(endpoint, by)
    _require_active(locked, "test")
    message = WebhookMessage.objects.create(endpoint=locked, kind=webhooks.TEST, data={"id": locked.pk})
    webhooks.send([message])
    audit.record(locked, "test", by=by)
    return message


@transaction.atomic
def replay(endpoint: WebhookEndpoint, *, by: User, only: int | None = None, since: dt.datetime | None = None) -> int:
    """Send again what was sent before, under its old id: one, or all since then. How many. What waits is left to its turn."""
    locked = _locked(endpoint, by)
    _require_active(locked, "replay")
    found = locked.messages.exclude(state=WebhookState.WAITING)
    found = found.filter(pk=only) if only is not None else found.filter(occurred_at__gte=since or timezone.now())
    if found.count() > MOST_REPLAYED:
        said = _("That would be more than %(most)s events. Choose a later moment.") % {"most": MOST_REPLAYED}
        raise ValidationError({"since": said})
    sent = _again(found)
    since_then = since.isoformat() if since else None
    audit.record(locked, "replay", by=by, payload={"messages": sent, "since": since_then, "only": only})
    return sent


def forget_old_messages() -> int:
    return WebhookMessage.objects.filter(occurred_at__lt=timezone.now() - KEPT).delete()[0]


def new_secret() -> str:
    """As the Standard Webhooks specification writes one: 24 to 64 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _again(messages: Iterable[WebhookMessage]) -> int:
    # Locked and by key: two at once go one after the other, and the second finds them waiting.
    found = list(messages.order_by("pk").select_for_update(of=("self",)))  # type: ignore[attr-defined]
    WebhookMessage.objects.filter(pk__in=[each.pk for each in found]).update(
        state=WebhookState.WAITING, tries=0, next_try_at=timezone.now(), delivered_at=None
    )
    webhooks.send(found)
    return len(found)


def _require_active(endpoint: WebhookEndpoint, move: str) -> None:
    if endpoint.status != WebhookStatus.ACTIVE:
        raise MoveNotAllowed(_("This address is paused. Resume it first."), move=move, status=endpoint.status)


def _locked(endpoint: WebhookEndpoint, by: User) -> WebhookEndpoint:
    locked = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True).get(pk=endpoint.pk)
    permit(by, "portal.manage_webhook", locked)
    if locked.status == WebhookStatus.REMOVED:
        raise MoveNotAllowed(_("This address was removed."), move="change", status=locked.status)
    return locked


def _save(endpoint: WebhookEndpoint, **how: Iterable[str]) -> None:
    try:
        with transaction.atomic():
            endpoint.save(**how)
    except IntegrityError as error:
        if "webhook_url_once" not in str(error):
            raise
        raise ValidationError({"url": _("Your organisation has this address already.")}) from error
