"""pyHanko runs an event loop of its own, which a thread that is in one already refuses: as under an asynchronous server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Answer = TypeVar("Answer")


def in_own_thread(function: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """`function` must not touch the database: its connection belongs to the caller's thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args, **kwargs).result()
