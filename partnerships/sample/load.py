"""The whole sample, in steps; each is done once, as one transaction."""

from __future__ import annotations

from collections.abc import Callable

from portal.sample.load import load_portal_sample

STEPS: tuple[tuple[str, Callable[[], None]], ...] = (("organisations, people, enterprises", load_portal_sample),)
