"""Two enterprises become one: each app takes part in it with what hangs on an enterprise there.

Whatever points to the merged enterprise follows it to the one that is kept. An app that has to do it otherwise – because
what was signed stays signed, or a rule allows one of each – registers a `Part`, and names there what the rest shall leave alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import ForeignKey, Model

from portal.models import Enterprise, User


@dataclass(frozen=True)
class Merger:
    """`lost` becomes part of `kept`. `by` decides; None while it is only looked at."""

    lost: Enterprise
    kept: Enterprise
    by: User | None = None


def nothing(merger: Merger) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Part:
    """`obstacles`: why it cannot be now. `consequences`: what a person should know before. `merge` moves its own rows.

    `models`: lower-case labels ("curation.application") that `merge` sees to, and nobody else.
    """

    models: frozenset[str]
    merge: Callable[[Merger], dict[str, int]]
    obstacles: Callable[[Merger], Iterable[str]] = field(default=nothing)
    consequences: Callable[[Merger], Iterable[str]] = field(default=nothing)


PARTS: list[Part] = []


def takes_part(part: Part) -> Part:
    PARTS.append(part)
    return part


def pointing_here() -> list[tuple[type[Model], ForeignKey]]:
    """Every column of every app that names an enterprise and is nobody's own affair."""
    seen_to = {label for part in PARTS for label in part.models}
    found: list[tuple[type[Model], Any]] = []
    for relation in Enterprise._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and relation.related_model):
            continue
        model = relation.related_model
        if isinstance(model, type) and model._meta.label_lower not in seen_to:
            found.append((model, relation.field))  # type: ignore[attr-defined]
    return sorted(found, key=lambda each: (each[0]._meta.label_lower, each[1].name))
