"""Texts as terms: what was typed, stemmed, with all that it may mean, and what each of it is worth.

Reading asks the database once. A word that no row has is read as a misspelling; a word may also mean its translation, its
standard spelling, or what a classification calls that trade.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from curation.matching.asking import ask
from curation.matching.collection import Collection
from curation.matching.parameters import HELD, Parameters
from curation.matching.query import Reading
from curation.models import Language, WordPair

# Of a longer text the beginning is read, and of that the words that say most.
MOST_CHARACTERS, MOST_TERMS = 6_000, 24
SPELLINGS, MEANINGS = 2, 3


@dataclass(frozen=True)
class Variant:
    """One reading of a typed word. `weight` 1 is the word itself; `entries`: in how many rows it stands."""

    word: str
    weight: float
    entries: int
    idf: float


@dataclass(frozen=True)
class Term:
    """A typed word with its readings, the word itself first where it stands anywhere."""

    typed: str
    variants: tuple[Variant, ...]
    places: tuple[int, ...]
    # Fewer for function words, more for what was typed twice.
    weight: float
    says_little: bool

    @property
    def idf(self) -> float:
        return self.variants[0].idf

    @property
    def mass(self) -> float:
        """Its share of what a perfect row would score."""
        return self.weight * self.idf

    @property
    def entries(self) -> int:
        return sum(variant.entries for variant in self.variants)

    @property
    def query(self) -> str:
        """Any of its readings, as tsquery. Stems are letters and digits of ASCII alone."""
        return f"({'|'.join(variant.word for variant in self.variants)})"


@dataclass(frozen=True)
class Terms:
    all: tuple[Term, ...]
    reading: Reading
    rows: float

    @property
    def telling(self) -> tuple[Term, ...]:
        """Those that say something, or whatever there is: rarest first."""
        said = [term for term in self.all if not term.says_little] or list(self.all)
        return tuple(sorted(said, key=lambda term: (term.entries, term.typed)))


# `k`: stems of the text by the collection's language; `o`: by the other one, at the same places. `other` is what the key of
# a pair is compared with.
READ = """
WITH k AS MATERIALIZED (
  SELECT lexeme, positions FROM unnest(to_tsvector(%(mine)s::regconfig, search_fold(%(text)s)))),
o AS MATERIALIZED (
  SELECT lexeme, positions[1] AS place FROM unnest(to_tsvector(%(other)s::regconfig, search_fold(%(text)s)))),
keys AS MATERIALIZED (
  SELECT k.lexeme, k.positions, coalesce(w.entries, 0) AS entries, o.lexeme AS foreign,
         EXISTS (SELECT FROM curation_stopword s WHERE s.word = k.lexeme AND s.language = %(language)s)
         OR EXISTS (SELECT FROM curation_stopword s WHERE s.word = o.lexeme AND s.language = %(other_language)s) AS little
  FROM k LEFT JOIN o ON o.place = k.positions[1] LEFT JOIN {occurrences} w ON w.word = k.lexeme)
SELECT lexeme, positions, entries, little, lexeme AS word, entries AS word_entries, 1.0::float8 AS weight, '' AS origin, 1 AS place,
       false AS foreign
FROM keys
UNION ALL
SELECT keys.lexeme, positions, keys.entries, little, p.word, w.entries, p.weight, p.origin, p.place, p.key_language <> p.language
FROM keys CROSS JOIN LATERAL (
  SELECT * FROM curation_wordpair p WHERE p.language = %(language)s AND p.key_language = %(language)s AND p.key = keys.lexeme
  UNION ALL
  SELECT * FROM curation_wordpair p WHERE p.language = %(language)s AND p.key_language = %(other_language)s AND p.key = keys.foreign) p
JOIN {occurrences} w ON w.word = p.word
UNION ALL
SELECT keys.lexeme, positions, 0, little, near.word, near.entries, near.likeness, 'misspelt', near.place, false
FROM keys CROSS JOIN LATERAL (
  SELECT word, entries, likeness, row_number() OVER (ORDER BY likeness DESC, entries DESC) AS place FROM (
    SELECT word, entries, similarity(word, keys.lexeme)::float8 AS likeness FROM {occurrences}
    WHERE word %% keys.lexeme AND entries >= %(least)s AND word !~ '[:0-9]') alike
  WHERE likeness >= %(spelling)s ORDER BY likeness DESC, entries DESC LIMIT {spellings}) near
WHERE keys.entries = 0 AND length(keys.lexeme) > 3 AND keys.lexeme !~ '[0-9]'
"""


def read(text: str, collection: Collection, parameters: Parameters = HELD) -> Terms:
    given, shortened = cleaned(text)
    size = ask(f"SELECT entries FROM {collection.state} WHERE collection = %(name)s", {"name": collection.name})
    rows = size[0]["entries"] if size else 0.0
    found = _ask(given, collection, parameters, rows) if given else []
    by_key: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_key.setdefault(row["lexeme"], []).append(row)
    english = collection.language == Language.ENGLISH
    read_terms = (_term(key, read_as, rows, parameters, english) for key, read_as in by_key.items())
    terms = [term for term in read_terms if term is not None]
    known = {term.typed for term in terms}
    kept = sorted(terms, key=lambda term: (-term.mass, term.typed))[:MOST_TERMS]
    reading = Reading(
        corrected={
            term.typed: tuple(variant.word for variant in term.variants)
            for term in kept
            if term.variants[0].word != term.typed
        },
        unknown=tuple(sorted(key for key in by_key if key not in known)),
        only_stop_words=all(row["little"] for row in found),
        shortened=shortened or len(terms) > len(kept),
    )
    return Terms(tuple(kept), reading, rows)


def cleaned(text: str) -> tuple[str, bool]:
    """Without what PostgreSQL cannot store, and cut; whether anything was cut."""
    text = text.replace("\0", " ")
    return text[:MOST_CHARACTERS].strip(), len(text) > MOST_CHARACTERS


def idf(entries: float, rows: float, power: float) -> float:
    return max(math.log(1 + (rows - entries + 0.5) / (entries + 0.5)), 1e-6) ** power


def _ask(text: str, collection: Collection, parameters: Parameters, rows: float) -> list[dict[str, Any]]:
    other = Language.ENGLISH if collection.language == Language.INDONESIAN else Language.INDONESIAN
    statement = READ.format(occurrences=collection.occurrences, spellings=SPELLINGS)
    values = {
        "text": text,
        "mine": collection.configuration,
        "other": f"search_{other}",
        "language": str(collection.language),
        "other_language": str(other),
        "spelling": parameters.spelling,
        # A word that stands in one row alone may be misspelt itself.
        "least": 2 if rows > 1_000 else 1,
    }
    return ask(statement, values)


def _term(key: str, read_as: list[dict[str, Any]], rows: float, parameters: Parameters, english: bool) -> Term | None:
    """None where neither the word nor any reading of it stands anywhere."""
    first = read_as[0]
    weights: dict[str, tuple[float, int]] = {}
    for row in _meant(read_as, english):
        weight = row["weight"] * (parameters.known_pair if row["foreign"] and first["entries"] else 1.0)
        if row["word_entries"] and weight > weights.get(row["word"], (0.0, 0))[0]:
            weights[row["word"]] = (weight, row["word_entries"])
    if not weights:
        return None
    variants = sorted(
        (
            Variant(word, weight, entries, idf(entries, rows, parameters.idf_power))
            for word, (weight, entries) in weights.items()
        ),
        key=lambda variant: (variant.word != key, -variant.weight, variant.word),
    )
    times = (1 + math.log(len(first["positions"]))) ** 0.5
    little = parameters.stop_word_english if english else parameters.stop_word
    return Term(
        key,
        tuple(variants),
        tuple(first["positions"]),
        times * (little if first["little"] else 1.0),
        first["little"],
    )


def _meant(read_as: list[dict[str, Any]], english: bool) -> Iterable[dict[str, Any]]:
    """The word itself, and of each origin the surest few; spellings only where nothing else is known of the word."""
    taken: Counter[str] = Counter()
    others = [row for row in read_as if row["origin"] != "misspelt"]
    # Whoever writes a glossary's word has not mistyped it.
    spelt = read_as if not any(row["word_entries"] for row in others) else others
    for row in sorted(spelt, key=lambda row: (row["origin"], row["foreign"], row["place"])):
        if row["little"] and row["origin"]:
            continue
        # In an English text an Indonesian word is rare, and English words that look like one are not ("air").
        if row["foreign"] and row["entries"] and english:
            continue
        taken[f"{row['origin']}{row['foreign']}"] += 1
        if row["origin"] == WordPair.Origin.TRADE or taken[f"{row['origin']}{row['foreign']}"] <= MEANINGS:
            yield row
