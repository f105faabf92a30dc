"""A request whose body ends before its announced length is an error, not a shorter file.

Servers hand on what had arrived when the connection was lost, and Django takes that for all of it: half a list of products
would be read as a whole one. https://datatracker.ietf.org/doc/html/rfc9112#section-8
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WholeBody:
    """`wsgi.input` that notices its early end; Django makes an UnreadablePostError of it."""

    def __init__(self, stream: Any, length: int) -> None:
        self.stream, self.missing = stream, length

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.stream.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.stream.readline(size), size)

    def _counted(self, data: bytes, size: int) -> bytes:
        self.missing -= len(data)
        if not data and size and self.missing > 0:
            raise ConnectionResetError(f"the body ended {self.missing} bytes early")
        return data


def only_whole_bodies(application: Application) -> Application:
    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return serve
