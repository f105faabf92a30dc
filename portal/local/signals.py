"""One bell for Ctrl-C, SIGTERM and SIGHUP.

A handler only rings it: raising from a handler could strike between a fork and the line that remembers the child.
Everything here that waits, waits on the bell.
"""

import signal
import time
from types import FrameType

from portal.local.problems import Interrupted


class Bell:
    def __init__(self) -> None:
        self.rung: signal.Signals | None = None

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ring)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        self.rung = signal.Signals(number)

    def check(self) -> None:
        if self.rung:
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self.check()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            self.check()


bell = Bell()
