"""What a measurement promises: a missed bound stands on a line of its own before the last one, and the program ends with 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """Judged by the figure itself, not by the rounded one that is printed."""

    name: str
    figure: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def kept(self) -> bool:
        above = self.at_most is not None and self.figure > self.at_most
        below = self.at_least is not None and self.figure < self.at_least
        return not above and not below

    def __str__(self) -> str:
        bound = f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"
        return f"{self.name}={self.figure:.4g} ({bound} promised)"


def all_kept(*promises: Promise, full_size: bool = True) -> bool:
    """`full_size`: the promise is about it; a smaller run shows figures and breaks none."""
    missed = [str(promise) for promise in promises if not promise.kept] if full_size else []
    if missed:
        print("missed: " + ", ".join(missed), flush=True)
    return not missed
