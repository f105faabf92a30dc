"""What is written down once and read by many: said in each language at the moment it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

Said = TypeVar("Said")
FIRST, SECOND = (code for code, _name in settings.LANGUAGES)


def in_each_language(make: Callable[[], Said]) -> tuple[Said, Said]:
    """What `make` says in Indonesian, the language of record, and in English."""
    with translation.override(FIRST):
        first = make()
    with translation.override(SECOND):
        return first, make()


def in_the_readers(first: str, second: str) -> str:
    """Of the two, the one the reader reads; what was written down in one language only stays in that."""
    return (second if get_language() == SECOND else "") or first
