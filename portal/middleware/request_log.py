from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("request")
PASSED_ON = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestLogMiddleware:
    """Outermost: one structured line a request; its id is in every log line, in the answer, and on the error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if PASSED_ON.match(given) else secrets.token_hex(8)  # type: ignore[attr-defined]
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request.id):  # type: ignore[attr-defined]
            response = self.get_response(request)
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.monotonic() - started) * 1000),
                # Not request.user: that would ask the database, which may be what failed.
                user=getattr(request, "acting_user_id", None),
            )
        response.headers["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response
