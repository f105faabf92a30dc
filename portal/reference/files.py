"""Reading the shipped files."""

import csv
import gzip
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, compressed or not."""
    opened = gzip.open if name.endswith(".gz") else open
    with opened(FOLDER / name, "rt", encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def digest_of(*names: str) -> str:
    """One hash over files of this folder: what a load compares itself with."""
    whole = hashlib.sha256()
    for name in names:
        whole.update(hashlib.sha256((FOLDER / name).read_bytes()).digest())
    return whole.hexdigest()


@cache
def informal_spellings() -> dict[str, str]:
    """Informal → standard Indonesian ("gimana" → "bagaimana"), one word each way."""
    pairs = ((row["slang"], row["baku"]) for row in rows_of("slang_baku.csv"))
    return {slang: standard for slang, standard in pairs if slang.isalnum() and standard.isalpha()}


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing in a search: function words only, none that could name a thing."""
    english = {"a", "an", "and", "for", "from", "in", "of", "on", "or", "other", "the", "to", "with"}
    return frozenset(row["kata"] for row in rows_of("stopwords_id.csv") if row["sastrawi"] == "1") | english


@cache
def english_to_indonesian() -> dict[str, tuple[str, ...]]:
    """The glossary by English word, single words only: how an English search word finds an Indonesian text."""
    found: dict[str, list[str]] = {}
    for row in rows_of("glosarium_id_en.csv.gz"):
        indonesian = [word for word in row["lema_id"].split(" | ") if word.isalpha()]
        for english in row["lema_en"].split(" | "):
            if english.isalpha():
                found.setdefault(english.lower(), []).extend(indonesian)
    return {english: tuple(dict.fromkeys(words)) for english, words in found.items()}


@cache
def trade_words() -> dict[str, tuple[str, ...]]:
    """What people say for a trade → the words the classifications use ("nelayan" → "penangkapan ikan")."""
    return {row["said"]: tuple(row["written"].split(" | ")) for row in rows_of("trade_words.csv")}
