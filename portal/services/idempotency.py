"""The same call twice changes things once: its key is claimed in the transaction that does the work."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from portal.models import IdempotencyKey

KEPT = dt.timedelta(hours=24)


class KeyReused(Exception):
    """The key came with another request before."""


@dataclass(frozen=True)
class Answer:
    code: int
    headers: dict[str, str]
    body: str


def claim(key: str, request_hash: str, *, user_id: int, organisation_id: int | None) -> Answer | None:
    """None: the call is new and now claimed. Else the answer of the first one. Raises KeyReused.

    A call at the same moment waits here until the first one's transaction ends.
    """
    mine, now = uuid.uuid4(), timezone.now()
    same = IdempotencyKey.objects.filter(user=user_id, organisation=organisation_id, key=key)
    same.filter(expires_at__lte=now).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_idempotencykey"
            " (user_id, organisation_id, key, claim, request_hash, headers, body, created_at, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, '{}', '', %s, %s)"
            " ON CONFLICT ON CONSTRAINT idempotency_key_once DO NOTHING",
            [user_id, organisation_id, key, str(mine), request_hash, now, now + KEPT],
        )
    found = same.get()
    if found.claim == mine:
        return None
    if found.request_hash != request_hash:
        raise KeyReused
    return Answer(found.answer_code or 200, found.headers, found.body)


def keep_answer(key: str, answer: Answer, *, user_id: int, organisation_id: int | None) -> None:
    IdempotencyKey.objects.filter(user=user_id, organisation=organisation_id, key=key).update(
        answer_code=answer.code, headers=answer.headers, body=answer.body
    )


def forget_old_answers() -> int:
    return IdempotencyKey.objects.filter(expires_at__lte=timezone.now()).delete()[0]
