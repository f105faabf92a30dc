"""Counts what holds and what does not, and says the latter."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE = 0.15


class Counting:
    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self.stuck = False

    def check(self, sentence: str, holds: object, seen: object = "") -> None:
        if holds:
            self.passed += 1
        else:
            self._fail(sentence, str(seen)[:600])

    def step(self, name: str, act: Callable[..., T], *arguments: object) -> T | None:
        """A stretch of the way. Once one went wrong, those after it are not walked, and count as failed."""
        if self.stuck:
            self._fail(name, "not reached")
            return None
        begun = time.monotonic()
        try:
            return act(*arguments)
        except Exception as error:  # whatever it is, the count must be told
            self.stuck = True
            self._fail(f"{name}: {type(error).__name__}", str(error))
            traceback.print_exc(limit=-3)
            return None
        finally:
            print(f"{time.monotonic() - begun:6.1f} s  {name}", flush=True)

    def _fail(self, sentence: str, seen: str) -> None:
        self.failed.append(sentence)
        print(f"FAILED  {sentence}" + (f"\n        {seen}" if seen else ""), file=sys.stderr, flush=True)


def wait_for(what: str, ask: Callable[[], T], within: float = 20.0) -> T:
    """Ask until the answer is true."""
    until = time.monotonic() + within
    while not (answer := ask()):
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come within {within:.0f} s")
        time.sleep(PAUSE)
    return answer
