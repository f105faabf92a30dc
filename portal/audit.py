"""The audit trail: append-only, one hash chain per object, computed and guarded by the database.

Source of the design: one chain per object, because one global chain serialises all writers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from portal import webhooks
from portal.jobs import enqueue
from portal.models import AuditEntry, AuditPersonal, Consent, Enterprise, User
from portal.models.audit import stream_of

TELL_OF_CHANGES = "portal.tell_of_changes"
# What the guard in the database says (0010_consents).
WITHOUT_CONSENT = "without its consent"
TOLD_AFTER = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Break:
    """The first entry of a stream that does not verify. `why`: gap, previous, hash, head or personal."""

    stream: str
    seq: int
    why: str


class ConsentEnded(PermissionDenied):
    """Withdrawn while its holder was saving: nothing is saved."""


def record(
    subject: models.Model,
    action: str,
    *,
    by: User | None,
    payload: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
) -> None:
    """Add an entry to the object's chain. `by=None` is the system. Personal values go in `personal`, never in `payload`.

    Whoever fills in for an enterprise is named with the consent: the database refuses the entry, and with it the change,
    once that consent has ended. The enterprise is told, in one message for all that was changed within half an hour.
    """
    payload = {**(payload or {}), **behalf(by, subject)}
    try:
        _insert(subject, action, by, payload, personal)
        webhooks.tell(subject._meta.model, action, [subject.pk])
    except IntegrityError as error:
        if WITHOUT_CONSENT not in str(error):
            raise
        raise ConsentEnded from error


def behalf(by: User | None, subject: models.Model) -> dict[str, Any]:
    """What an entry adds of somebody who fills in for the enterprise that this is about; nothing of anybody else."""
    if by is None or by.on_behalf is None or not _concerns(subject, by.on_behalf.enterprise_id):
        return {}
    tell_later(by.on_behalf)
    return {"on_behalf": by.on_behalf.as_recorded()}


@transaction.atomic
def _insert(
    subject: models.Model, action: str, by: User | None, payload: dict[str, Any], personal: dict[str, Any] | None
) -> None:
    stream = stream_of(subject)
    digest = ""
    if personal:
        salt = secrets.token_hex(16)
        digest = personal_digest(salt, personal)
        AuditPersonal.objects.create(entry_stream=stream, digest=digest, salt=salt, values=_plain(personal))
    values = [stream, by.pk if by else None, by.organisation_id if by else None, action, _json(payload), digest]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_auditentry (stream, actor_id, organisation_id, action, payload, personal_digest)"
            " VALUES (%s, %s, %s, %s, %s::jsonb, %s)",
            values,
        )


def tell_later(consent: Consent) -> None:
    enqueue(
        TELL_OF_CHANGES,
        str(consent.pk),
        payload={"consent": consent.pk},
        run_after=timezone.now() + TOLD_AFTER,
    )


@transaction.atomic
def record_all(
    model: type[models.Model], action: str, payloads: dict[Any, dict[str, Any]], *, by: User | None = None
) -> None:
    """What was done to many objects (by key) at once: one entry in each one's chain. No personal values here."""
    label = model._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_record_all(%s, %s, %s, %s::text[], %s::jsonb[])",
            [
                action,
                by.pk if by else None,
                by.organisation_id if by else None,
                [f"{label}:{pk}" for pk in payloads],
                [_json(payload) for payload in payloads.values()],
            ],
        )
    webhooks.tell(model, action, payloads)


def last_entry(subject: models.Model) -> int | None:
    """The number of the newest entry in the object's chain."""
    return AuditEntry.objects.of(subject).order_by("-seq").values_list("seq", flat=True).first()


def first_break(stream: str) -> Break | None:
    """Recompute one chain from its first entry; the first bad entry, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, why FROM audit_first_break(%s)", [stream])
        row = cursor.fetchone()
    if row:
        return Break(stream, row[0], row[1])
    return _personal_break(stream)


def breaks() -> list[Break]:
    """Every stream's first break, over the whole database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stream FROM portal_audithead UNION SELECT stream FROM portal_auditentry ORDER BY 1")
        streams = [stream for (stream,) in cursor.fetchall()]
    return [found for stream in streams if (found := first_break(stream))]


def personal_digest(salt: str, values: dict[str, Any]) -> str:
    return hashlib.sha256((salt + _json(values)).encode()).hexdigest()


def _personal_break(stream: str) -> Break | None:
    """An erased value is allowed; a changed one is not."""
    seqs = dict(
        AuditEntry.objects.filter(stream=stream).exclude(personal_digest="").values_list("personal_digest", "seq")
    )
    for kept in AuditPersonal.objects.filter(entry_stream=stream):
        if personal_digest(kept.salt, kept.values) != kept.digest or kept.digest not in seqs:
            return Break(stream, seqs.get(kept.digest, 0), "personal")
    return None


def _concerns(subject: models.Model, enterprise_id: int) -> bool:
    """A person who fills in for one enterprise may do something else meanwhile."""
    own = subject.pk if isinstance(subject, Enterprise) else getattr(subject, "enterprise_id", enterprise_id)
    return own == enterprise_id


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return json.loads(_json(values))
