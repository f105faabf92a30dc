"""Which of what happens is told to other systems, and to whose.

Each app declares its events over the audit trail, where every move is written down: `register("order.confirmed", …)`. What is
told is written in the same transaction, so nothing is told that did not happen, and nothing that happened is forgotten.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F

from portal.enums import Capability, WebhookStatus
from portal.jobs import enqueue_all
from portal.models import Organisation, WebhookEndpoint, WebhookMessage

DELIVER = "portal.deliver_webhook"
TEST = "webhook.test"
CHUNK = 1000


@dataclass(frozen=True)
class Event:
    """`sides`: paths from the row to the organisations it concerns. `facts`: name → path, keys and states alone.

    `address`: where it is read by API, with the fact's name in braces.
    """

    kind: str
    label: Any
    sides: tuple[str, ...]
    facts: Mapping[str, str]
    address: str
    # What an organisation must be to be told.
    capabilities: frozenset[Capability]


BOTH_SIDES = (Capability.BUYER, Capability.ENTERPRISE)
EVENTS: dict[tuple[str, str], Event] = {}
KINDS: dict[str, Event] = {}


def register(
    kind: str,
    *,
    label: Any,
    model: type[models.Model],
    actions: Iterable[str],
    sides: Iterable[str],
    facts: Mapping[str, str],
    address: str,
    capabilities: Iterable[Capability] = BOTH_SIDES,
) -> None:
    event = Event(kind, label, tuple(sides), dict(facts), address, frozenset(capabilities))
    KINDS[kind] = event
    for action in actions:
        EVENTS[model._meta.label_lower, action] = event


def kinds_for(organisation: Organisation) -> dict[str, Any]:
    """Kind → label: what can happen to an organisation of its kind."""
    return {kind: event.label for kind, event in KINDS.items() if event.capabilities & set(organisation.capabilities)}


def tell(model: type[models.Model], action: str, keys: Collection[Any]) -> None:
    """Write a message for each address that wants this of these rows, and a job for each that is sent now."""
    event = EVENTS.get((model._meta.label_lower, action))
    if event is None:
        return
    wanting = WebhookEndpoint.objects.filter(kinds__contains=[event.kind]).exclude(status=WebhookStatus.REMOVED)
    if not wanting.exists():
        return
    for chunk in _chunks(list(keys)):
        _tell_chunk(event, model, chunk, wanting)


def send(messages: Iterable[WebhookMessage]) -> None:
    """Each by a job of its own, whatever other job of it is still open: what no longer waits is left alone."""
    enqueue_all(DELIVER, {f"{each.uid}:{uuid.uuid4().hex[:8]}": {"message": str(each.uid)} for each in messages})


def _tell_chunk(event: Event, model: type[models.Model], keys: list[Any], wanting: models.QuerySet) -> None:
    rows = list(
        model._base_manager.filter(pk__in=keys).values(
            **{f"side_{n}": F(path) for n, path in enumerate(event.sides)},
            **{f"fact_{name}": F(path) for name, path in event.facts.items()},
        )
    )
    concerned: dict[int, dict[Any, dict[str, Any]]] = {}
    for row in rows:
        facts = {name: row[f"fact_{name}"] for name in event.facts}
        for n, _path in enumerate(event.sides):
            concerned.setdefault(row[f"side_{n}"], {})[facts["id"]] = facts
    made = [
        WebhookMessage(endpoint=endpoint, kind=event.kind, data={**facts, "api": event.address.format(**facts)})
        for endpoint in wanting.filter(organisation__in=list(concerned)).order_by("pk")
        for facts in concerned[endpoint.organisation_id].values()
    ]
    WebhookMessage.objects.bulk_create(made)
    send(each for each in made if each.endpoint.status == WebhookStatus.ACTIVE)


def _chunks(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
