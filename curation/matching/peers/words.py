"""Texts as the peers get them: folded, and stemmed or not."""

from __future__ import annotations

from collections.abc import Callable

import Stemmer

from portal.text import fold

LANGUAGES = {"id": "indonesian", "en": "english"}
Prepared = Callable[[str], str]


def plain(text: str) -> str:
    return fold(text)


def stemmed(language: str) -> Prepared:
    stemmer = Stemmer.Stemmer(LANGUAGES[language])
    return lambda text: " ".join(stemmer.stemWords(fold(text).split()))


def preparations(language: str) -> dict[str, Prepared]:
    return {"plain": plain, "stemmed": stemmed(language)}
