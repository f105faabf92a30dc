"""What is held about a person, and about a business that is theirs: every app registers its part, and none is forgotten.

Four kinds of parts: rows and files that go into a copy; what stands in the way of an erasure; what the law obliges to keep,
with its ground; and what erases. Modules named `personal_data` are found in each app, as permissions are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile

from portal.models import Enterprise, User


@dataclass(frozen=True)
class Subject:
    """A person, and the businesses that go with them."""

    person: User
    enterprises: tuple[Enterprise, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What stays when the rest is erased. `names`: whose name stays with it, "person" and "business"."""

    what: Any
    ground: Any
    count: int
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Obstacle:
    """What has to end before an erasure. `path`: where that is done; `link`: what it is called there."""

    text: str
    path: str = ""
    link: Any = ""

    def __str__(self) -> str:
        return self.text


Rows = Callable[[Subject], Iterable[dict[str, Any]]]
Files = Callable[[Subject], Iterable[tuple[str, FieldFile]]]

ROWS: dict[str, Rows] = {}
FILES: list[Files] = []
OBSTACLES: list[Callable[[Subject], Iterable[Obstacle]]] = []
# Lower-case labels of models that name a person or a business and are not in a copy, each with the reason.
LEFT_OUT: dict[str, str] = {}
KEPT: list[Callable[[Subject], Iterable[Kept]]] = []
ERASERS: list[Callable[[Subject], None]] = []


def exports(name: str) -> Callable[[Rows], Rows]:
    """`name` is that of the file in the copy, without its ending."""

    def register(function: Rows) -> Rows:
        ROWS[name] = function
        return function

    return register


def holds_files(function: Files) -> Files:
    FILES.append(function)
    return function


def leaves_out(reasons: dict[str, str]) -> None:
    LEFT_OUT.update(reasons)


def stands_in_the_way(function: Callable[[Subject], Iterable[Obstacle]]) -> Callable[[Subject], Iterable[Obstacle]]:
    OBSTACLES.append(function)
    return function


def keeps(function: Callable[[Subject], Iterable[Kept]]) -> Callable[[Subject], Iterable[Kept]]:
    KEPT.append(function)
    return function


def erases(function: Callable[[Subject], None]) -> Callable[[Subject], None]:
    ERASERS.append(function)
    return function


def obstacles(subject: Subject) -> list[Obstacle]:
    return [one for each in OBSTACLES for one in each(subject)]


def kept(subject: Subject) -> list[Kept]:
    return [one for each in KEPT for one in each(subject) if one.count]


def rows(found: QuerySet, *without: str) -> Iterator[dict[str, Any]]:
    """Whole rows by the names of their columns, but for what is a key to search by or a secret."""
    names = [field.attname for field in found.model._meta.concrete_fields if field.attname not in without]
    yield from found.values(*names).iterator(chunk_size=2000)
