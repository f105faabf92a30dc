"""Signing over the API: the caller names, in If-Match, the text it read (RFC 9110: 428 without, 412 when it is another)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from partnerships.models import Partnership


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = _("Send the hash of the text you read in If-Match.")


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_revision"
    default_detail = _("The text has changed since you opened it. Read the current one first.")


def etag_of(partnership: Partnership) -> str:
    return f'"{partnership.document_hash}"'


def hash_read(request: Request, partnership: Partnership) -> str:
    """The document hash that the caller signs. Weak marks and lists make no sense for a signature: one exact hash."""
    named = request.headers.get("If-Match", "").strip()
    if not named:
        raise PreconditionRequired
    if named != etag_of(partnership):
        raise PreconditionFailed
    return partnership.document_hash
