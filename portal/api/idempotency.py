"""`Idempotency-Key` for every POST: mix `Idempotent` into a view and name the actions that ask for it.

The first answer is kept for a day and given again to the same call; another call under the same key is refused. An error
changed nothing and is not kept: the call may be mended and sent again under its key.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.services import idempotency as service

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[!-~]{8,255}")
KEPT_HEADERS = ("ETag", "Location")


class BadKey(APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_invalid"
    default_detail = _("An Idempotency-Key has 8 to 255 letters, digits or signs, without spaces.")


class KeyMissing(APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_missing"
    default_detail = _("Send an Idempotency-Key with this call, so that it can be repeated safely.")


class KeyReused(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key came with another request before. Use a new one.")


class _Replay(Exception):
    def __init__(self, answer: service.Answer) -> None:
        super().__init__()
        self.answer = answer


class Idempotent:
    """For API views, before their other bases."""

    # Actions that are refused without a key; the others take one.
    asks_for_key: frozenset[str] = frozenset()
    _claimed: dict[str, Any] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST" or not request.user.is_authenticated:
            return
        key = request.headers.get(HEADER, "")
        if not key:
            if getattr(self, "action", None) in self.asks_for_key:
                raise KeyMissing
            return
        if not KEY.fullmatch(key):
            raise BadKey
        # Under the organisation of the moment: the call itself may change for whom the person acts.
        claimed = {"key": key, "user_id": request.user.pk, "organisation_id": request.user.organisation_id}
        try:
            answer = service.claim(request_hash=request_hash(request), **claimed)
        except service.KeyReused as error:
            raise KeyReused from error
        if answer is not None:
            raise _Replay(answer)
        self._claimed = claimed

    def handle_exception(self, error: Exception) -> Response:
        if not isinstance(error, _Replay):
            return super().handle_exception(error)
        answer = error.answer
        headers = {**answer.headers, REPLAYED: "true"}
        return Response(json.loads(answer.body) if answer.body else None, status=answer.code, headers=headers)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._claimed and 200 <= response.status_code < 300:
            body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            service.keep_answer(answer=service.Answer(response.status_code, headers, body), **self._claimed)
        return response


def request_hash(request: Request) -> str:
    """Of what is asked, however it is written: the order of fields, or the border of a multipart body, don't matter."""
    asked = [request.method, request.path, sorted(request.query_params.lists()), _plain(request.data)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()


def _plain(data: Any) -> Any:
    if hasattr(data, "lists"):
        return {name: [_plain(value) for value in values] for name, values in data.lists()}
    if isinstance(data, UploadedFile):
        digest = hashlib.sha256()
        for chunk in data.chunks():
            digest.update(chunk)
        data.seek(0)
        return digest.hexdigest()
    return data
