"""ETag and If-Match: a change names the state it was made on (RFC 9110). 412 when it is another, 428 when it must be named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = _("Send the ETag of what you read in If-Match.")


class PreconditionFailed(APIException):
    """Carries the ETag of what is there now."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"
    default_detail = _("This was changed since you read it. Read it again; its ETag is in the answer.")

    def __init__(self, etag: str = "", detail: Any = None, code: str | None = None) -> None:
        super().__init__(detail, code)
        self.etag = etag


class Conditional:
    """For API views of one resource. The tag is of the whole answer: what a day or a paper's end changes in it is a change, too."""

    def etag_of(self, instance: Any) -> str:
        with translation.override("en"):
            return etag(self.get_serializer(instance).data)

    def with_etag(self, request: Request, instance: Any, code: int = status.HTTP_200_OK) -> Response:
        """304 for a reader who has it already."""
        current = self.etag_of(instance)
        if request.method == "GET" and is_among(request.headers.get("If-None-Match", ""), current, weak=True):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": current})
        return Response(self.get_serializer(instance).data, status=code, headers={"ETag": current})


def etag(representation: Mapping[str, Any]) -> str:
    text = json.dumps(representation, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_match(named: str, current: str, *, required: bool = False) -> None:
    """`current` is of the row that is locked: what is compared is what is changed."""
    if not named.strip():
        if required:
            raise PreconditionRequired
        return
    if not is_among(named, current):
        raise PreconditionFailed(current)


def is_among(named: str, current: str, *, weak: bool = False) -> bool:
    tags = [tag.strip() for tag in named.split(",")]
    if weak:
        tags = [tag.removeprefix("W/") for tag in tags]
    return "*" in tags or current in tags
