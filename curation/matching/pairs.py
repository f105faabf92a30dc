"""Word pairs and stop words as data: where each row comes from, in the form that `curation.services.search_words` loads.

Four origins: the glossary (Open Multilingual Wordnet), the tariff (learnt, see alignment), what people say for a trade, and
informal spellings. Pairs count from what was typed to what the texts of a collection have.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.models import Language, WordPair
from portal.reference.files import informal_spellings, rows_of, stop_words, trade_words

FOLDER = Path(__file__).resolve().parent
LEARNT = FOLDER / "word_pairs.csv"
STOP_WORDS = FOLDER / "stop_words.csv"
ORIGIN = WordPair.Origin
ID, EN = Language.INDONESIAN, Language.ENGLISH
# What an origin is worth, measured on judged sets (docs/decisions): the glossary is sure but narrow.
GLOSSARY, TRADE, SPELLING, TARIFF = 0.9, 0.5, 0.9, 0.7
MOST_EACH = 3


@dataclass(frozen=True)
class Source:
    """`stemmed` words are stems already: of the learnt ones."""

    language: str
    key_language: str
    key: str
    word: str
    # In which language `word` is written; a text in Indonesian may hold English words.
    word_language: str
    origin: str
    weight: float
    place: int
    stemmed: bool = False


def sources() -> Iterator[Source]:
    yield from _glossary()
    yield from _learnt()
    for said, phrases in trade_words().items():
        words = dict.fromkeys(word for phrase in phrases for word in phrase.split())
        yield from (Source(ID, ID, said, word, ID, ORIGIN.TRADE, TRADE, n) for n, word in enumerate(words, 1))
    for slang, standard in informal_spellings().items():
        yield Source(ID, ID, slang, standard, ID, ORIGIN.SPELLING, SPELLING, 1)
        yield Source(ID, ID, standard, slang, ID, ORIGIN.SPELLING, SPELLING, 2)


def stop_word_sources() -> Iterator[tuple[str, str]]:
    """(language, word): function words, and what every tender says."""
    with STOP_WORDS.open(encoding="utf-8", newline="") as source:
        yield from ((row["language"], row["word"]) for row in csv.DictReader(source))
    yield from ((ID.value, row["kata"]) for row in rows_of("stopwords_id.csv") if row["kata"] in stop_words())


def _glossary() -> Iterator[Source]:
    """Single words. A pair that more meanings share comes first; a word of many meanings is sure of none."""
    times: Counter[tuple[str, str]] = Counter()
    for row in rows_of("glosarium_id_en.csv.gz"):
        indonesian = [word for word in row["lema_id"].split(" | ") if word.isalpha()]
        english = [word.lower() for word in row["lema_en"].split(" | ") if word.isalpha()]
        times.update((i, e) for i in indonesian for e in english)
    for key_language, language, pick in ((EN, ID, (1, 0)), (ID, EN, (0, 1)), (ID, ID, (0, 1))):
        by_key: dict[str, list[tuple[int, str]]] = {}
        for pair, count in times.items():
            by_key.setdefault(pair[pick[0]], []).append((-count, pair[pick[1]]))
        for key, found in by_key.items():
            for place, (_count, word) in enumerate(sorted(found)[:MOST_EACH], 1):
                word_language = ID if key_language == EN else EN
                yield Source(language, key_language, key, word, word_language, ORIGIN.GLOSSARY, GLOSSARY, place)


def _learnt() -> Iterator[Source]:
    with LEARNT.open(encoding="utf-8", newline="") as source:
        places: Counter[tuple[str, str]] = Counter()
        for row in csv.DictReader(source):
            key_language, key, weight = row["key_language"], row["key"], TARIFF * float(row["weight"])
            places[key_language, key] += 1
            place = places[key_language, key]
            if place > MOST_EACH:
                continue
            if key_language == EN:
                yield Source(ID, EN, key, row["word"], ID, ORIGIN.TARIFF, weight, place, stemmed=True)
            else:
                yield Source(EN, ID, key, row["word"], EN, ORIGIN.TARIFF, weight, place, stemmed=True)
                # An Indonesian text has the English word whole.
                yield Source(ID, ID, key, row["written"], EN, ORIGIN.TARIFF, weight, place, stemmed=False)
