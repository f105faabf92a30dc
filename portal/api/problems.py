"""Errors as problem details (RFC 9457): `type, title, status, detail, errors`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.flow import MoveNotAllowed, NotPermitted


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, NotPermitted):
        return _problem(status.HTTP_403_FORBIDDEN, error.code, error.message)
    if isinstance(error, MoveNotAllowed):
        return _problem(status.HTTP_409_CONFLICT, error.code, error.message)
    if isinstance(error, DjangoValidationError):
        error = ValidationError(_by_field(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        return _problem(422, "invalid", _("There is a problem with what was sent."), errors=error.detail)
    transaction.set_rollback(True)
    code = error.get_codes() if isinstance(error, APIException) else "error"
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    problem = _problem(response.status_code, code if isinstance(code, str) else "error", str(detail))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            problem[name] = response.headers[name]
    return problem


def _problem(code: int, kind: str, detail: str, errors: Any = None) -> Response:
    transaction.set_rollback(True)
    body = {"type": f"urn:mitrapasok:problem:{kind}", "title": detail or kind, "status": code, "detail": detail}
    if errors is not None:
        body["errors"] = errors if isinstance(errors, dict) else {NON_FIELD_ERRORS: errors}
    return Response(body, status=code, content_type="application/problem+json")


def _by_field(error: DjangoValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
