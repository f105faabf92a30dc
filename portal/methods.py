"""Django's decorators of the methods that a view lets through, which say so on the view: policies and the access matrix read it.

`view.methods`: without HEAD, which goes with GET. Decorators above that use `functools.wraps` carry it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.views.decorators import http

View = Callable[..., Any]


def require_http_methods(allowed: Sequence[str]) -> Callable[[View], View]:
    def declare(view: View) -> View:
        guarded = http.require_http_methods(list(allowed))(view)
        guarded.methods = [method for method in allowed if method != "HEAD"]  # type: ignore[attr-defined]
        return guarded

    return declare


require_safe = require_http_methods(["GET", "HEAD"])
require_POST = require_http_methods(["POST"])
