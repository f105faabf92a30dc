"""Somebody's system that is sent events: a real server in this process, which answers as it is told and keeps what came."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Answers that are no codes.
HANGS, DRIPS = "hangs", "drips"


@dataclass
class Receiver:
    """`answers` are used up one by one; the last one stays."""

    answers: list[int | str] = field(default_factory=lambda: [204])
    location: str = ""
    body: bytes = b""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def next_answer(self) -> int | str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextlib.contextmanager
def receiving(**fields: Any) -> Iterator[Receiver]:
    receiver = Receiver(**fields)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.arrived.set()
            answer = receiver.next_answer()
            with contextlib.suppress(OSError):
                self._answer(answer)

        def _answer(self, answer: int | str) -> None:
            if answer == HANGS:
                receiver.over.wait(60)
                return
            if answer == DRIPS:
                # A byte now and then: each read is in time, and the answer never ends.
                while not receiver.over.wait(0.1):
                    self.wfile.write(b"X")
                    self.wfile.flush()
                return
            self.send_response(int(answer))
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/events"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
