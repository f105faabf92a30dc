"""The judged needs over the sample's products: read, spread over products by name, written as evaluation files.

What the grades mean and how the files are kept: README.md beside this.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.reference.files import rows_of
from portal.sample.trades import TRADES, Recipe, recipes

FOLDER = Path(__file__).resolve().parent
EVERY = "*"
HALVES = ("tuning", "holdout")
LANGUAGES = ("id", "en")
EDITION = "kbli2025.csv.gz"


@dataclass(frozen=True)
class Need:
    id: str
    trade: str
    title: str
    specification: str
    quantity: str
    unit: str
    difficulties: tuple[str, ...]
    real_title: str
    title_en: str
    specification_en: str

    def text(self, language: str = "id") -> str:
        """What is searched for; empty where the need has no such translation."""
        parts = (self.title, self.specification) if language == "id" else (self.title_en, self.specification_en)
        return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


@dataclass(frozen=True)
class Judgement:
    """One line of judgements.csv: what some variants of a recipe are to a need, and by which rule."""

    need: str
    item: str
    variants: str
    grade: int
    reason: str

    def names(self) -> frozenset[str]:
        return names_of(self.item, self.variants)


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str = ""
    kbli: str = ""
    kbli_title: str = ""


@dataclass(frozen=True)
class Query:
    id: str
    text: str


Grade = tuple[str, str, int]


def half(name: str) -> str:
    """Which half a need or query belongs to: by the parity of its digest, so that no later one moves an earlier."""
    return HALVES[hashlib.sha256(name.encode()).digest()[0] % 2]


@cache
def needs() -> tuple[Need, ...]:
    return tuple(
        Need(**{**row, "difficulties": tuple(row["difficulties"].split("|"))}) for row in _rows("judged_needs.csv")
    )


@cache
def judgements() -> tuple[Judgement, ...]:
    return tuple(Judgement(**{**row, "grade": int(row["grade"])}) for row in _rows("judgements.csv"))


@cache
def grades() -> dict[tuple[str, str], int]:
    """(need, product name) → grade. What does not stand here is 0."""
    return {(each.need, name): each.grade for each in judgements() for name in each.names()}


def names_of(item: str, variants: str) -> frozenset[str]:
    """The product names that a line means: "Baut [M12|M16]" with "M16", or with "*" for both."""
    choices = re.search(r"\[(.+?)\]", item)
    if variants == EVERY:
        return frozenset(by_item()[item].variants())
    if choices is None or not set(variants.split("|")) <= set(choices[1].split("|")):
        raise ValueError(f"{item} has no {variants}")
    return frozenset(item.replace(choices[0], variant) for variant in variants.split("|"))


def spread(products: Iterable[tuple[str, str]]) -> Iterator[Grade]:
    """(need, product, grade) of the graded ones among (product, name)."""
    known = {name for recipe in by_item().values() for name in recipe.variants()}
    by_need: dict[str, list[tuple[str, int]]] = {}
    for (need, name), grade in grades().items():
        by_need.setdefault(name, []).append((need, grade))
    for product, name in products:
        if name not in known:
            raise ValueError(f"{name} comes from no recipe: nobody judged it")
        yield from ((need, product, grade) for need, grade in by_need.get(name, ()) if grade)


def queries(language: str = "id", of_half: str = "") -> list[Query]:
    return [
        Query(each.id, text) for each in needs() if (text := each.text(language)) and of_half in ("", half(each.id))
    ]


@cache
def documents() -> tuple[Document, ...]:
    """Every variant of every recipe once: the sample's products without their firms."""
    titles = {row["kode"]: row["judul"] for row in rows_of(EDITION)}
    return tuple(
        Document(id=f"{recipe.kbli}-{number:03d}", title=name, kbli=recipe.kbli, kbli_title=titles[recipe.kbli])
        for number, (recipe, name) in enumerate(
            ((recipe, name) for recipe in by_item().values() for name in recipe.variants()), 1
        )
    )


def write_files(folder: Path, documents: Sequence[Document], queries: Sequence[Query], grades: Iterable[Grade]) -> None:
    """documents.csv, queries.csv and judgements.csv as `manage.py evaluate_matching` takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = {query.id for query in queries}
    _write(
        folder / "documents.csv",
        ("id", "title", "text", "kbli", "kbli_title"),
        ((each.id, each.title, each.text, each.kbli, each.kbli_title) for each in documents),
    )
    _write(folder / "queries.csv", ("id", "text"), ((each.id, each.text) for each in queries))
    _write(
        folder / "judgements.csv",
        ("query_id", "document_id", "grade"),
        sorted(each for each in grades if each[0] in asked),
    )


@cache
def by_item() -> dict[str, Recipe]:
    return {recipe.item: recipe for trade in TRADES for recipe in recipes(trade.name)}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
