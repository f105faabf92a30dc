"""Signing and drafting over the API: the caller names, in If-Match, the text it read (RFC 9110: 428 without, 412 when it
is another). Of a frozen text that is its hash; of a draft the fingerprint of what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _
from rest_framework.request import Request

from partnerships.models import Partnership
from partnerships.selectors.drafts import fingerprint
from partnerships.services.walls import StaleText
from portal.api.conditional import PreconditionFailed, PreconditionRequired
from portal.meanwhile import ChangedMeanwhile


def etag_of(partnership: Partnership) -> str:
    return f'"{partnership.document_hash or fingerprint(partnership)}"'


def draft_read(request: Request) -> str:
    """Of the draft that the caller changes; the service compares it once it holds the row."""
    return _named(request).strip('"')


def hash_read(request: Request, partnership: Partnership) -> str:
    """The document hash that the caller signs. Weak marks and lists make no sense for a signature: one exact hash."""
    if _named(request) != f'"{partnership.document_hash}"':
        raise _stale(_("The text has changed since you opened it. Read the current one first."))
    return partnership.document_hash


def _named(request: Request) -> str:
    named = request.headers.get("If-Match", "").strip()
    if not named:
        raise PreconditionRequired(_("Send the hash of the text you read in If-Match."))
    return named


def _stale(said: str) -> PreconditionFailed:
    return PreconditionFailed(detail=said, code="stale_revision")


@contextmanager
def current_text() -> Iterator[None]:
    """Somebody changed the text before this request held it: the same answer as a stale If-Match."""
    try:
        yield
    except (StaleText, ChangedMeanwhile) as error:
        raise _stale(error.message) from error
