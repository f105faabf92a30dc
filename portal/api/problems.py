"""Errors as problem details (RFC 9457): `type, title, status, detail, errors`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, ParseError, PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.flow import MoveNotAllowed, NotPermitted


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    body = problem_of(error)
    if body is None:
        return None
    transaction.set_rollback(True)
    problem = Response(body, status=body["status"], content_type="application/problem+json")
    # What the framework says in headers: how to sign in, when to try again, which methods there are.
    drawn = exception_handler(error, context)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if drawn is not None and name in drawn.headers:
            problem[name] = drawn.headers[name]
    if etag := getattr(error, "etag", ""):
        problem["ETag"] = etag
    return problem


def problem_of(error: Exception) -> dict[str, Any] | None:
    """The body of the answer; None for an error that nobody foresaw."""
    match error:
        case MoveNotAllowed():
            named = {error.field: [error.message]} if error.field else None
            return _body(403 if isinstance(error, NotPermitted) else 409, error.code, error.message, errors=named)
        case DjangoValidationError():
            return _body(422, "invalid", _("There is a problem with what was sent."), errors=_by_field(error))
        case ValidationError():
            return _body(422, "invalid", _("There is a problem with what was sent."), errors=error.detail)
        case ParseError():
            return _body(
                400, "parse_error", _("The body cannot be read. Send JSON, in UTF-8, with the names as documented.")
            )
        case UnreadablePostError():
            return _body(400, "cut", _("The request was cut off on its way. Nothing was changed; send it again."))
        case Http404():
            error = NotFound()
        case DjangoPermissionDenied():
            error = PermissionDenied()
    if not isinstance(error, APIException):
        return None
    codes, detail = error.get_codes(), error.detail
    return _body(
        error.status_code, codes if isinstance(codes, str) else "error", str(detail) if isinstance(detail, str) else ""
    )


def _body(code: int, kind: str, detail: str, errors: Any = None) -> dict[str, Any]:
    body = {"type": f"urn:mitrapasok:problem:{kind}", "title": detail or kind, "status": code, "detail": detail}
    if errors is not None:
        body["errors"] = errors if isinstance(errors, dict) else {NON_FIELD_ERRORS: errors}
    return body


def _by_field(error: DjangoValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
