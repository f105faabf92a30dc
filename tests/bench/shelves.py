"""Synthetic products for `make bench-matching`: words of real activity classes and of the real tariff, as often as words are
(Zipf), on the shelves of as many firms as would sell them; and the needs that look for them.

Deterministic: the same number gives the same file.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

import numpy

from curation.matching.query import Filters, MatchQuery
from portal.enums import Unit
from portal.reference.files import rows_of, stop_words
from portal.text import fold

COLUMNS = (
    "id", "owner", "name", "description", "kbli", "class_title", "whose", "province", "certificates", "curated", "score",
    "completeness", "amount", "price",
)  # fmt: skip
# What every seller says of every product.
COMMON = [
    "produk",
    "kualitas",
    "bahan",
    "tersedia",
    "standar",
    "sni",
    "ukuran",
    "besi",
    "baja",
    "kayu",
    "plastik",
    "mesin",
    "alat",
    "kemasan",
]
CERTIFICATES = (("sni", 0.3), ("halal", 0.25), ("iso_9001", 0.15), ("tkdn", 0.2), ("lab_test", 0.1))
PROVINCES = ("32", "33", "35", "31", "36", "12", "34", "51", "73", "16", "18", "13", "64", "61", "71", "52", "91")
CLASSES, VOCABULARY, PER_FIRM, BLOCK = 900, 30_000, 5, 10_000
# Zipf's exponent is about 1 for words; classes of firms are more even.
WORDS_ZIPF, CLASSES_ZIPF = 1.0, 0.8


@dataclass(frozen=True)
class World:
    classes: list[tuple[str, str, list[str]]]
    class_weights: list[float]
    words: list[str]
    word_weights: list[float]


def world() -> World:
    classes = [
        (row["kode"], row["judul"], list(dict.fromkeys(_telling(f"{row['judul']} {row['uraian']}")))[:40])
        for row in rows_of("kbli2025.csv.gz")
        if len(row["kode"]) == 5
    ]
    random.Random("classes").shuffle(classes)
    classes = [each for each in classes if len(each[2]) >= 6][:CLASSES]
    counted: Counter[str] = Counter()
    for row in rows_of("btki2022.csv.gz"):
        counted.update(_telling(row["uraian_id"]))
        counted.update(_telling(row["uraian_en"]))
    words = [word for word, _count in counted.most_common(VOCABULARY)]
    return World(classes, _zipf(len(classes), CLASSES_ZIPF), words, _zipf(len(words), WORDS_ZIPF))


def write(path: Path, count: int) -> None:
    there = world()
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(_products(there, count))


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source, fieldnames=COLUMNS)


def needs(count: int, seed: str = "needs") -> list[MatchQuery]:
    """What a buyer asks: two to four words of a class and a common one, place, quantity, and papers that must be there."""
    there, roll = world(), random.Random(seed)
    asked = []
    for _need in range(count):
        code, _title, words = roll.choices(there.classes, cum_weights=there.class_weights)[0]
        text = roll.sample(words[:10], min(len(words[:10]), roll.choice((2, 3, 3, 4)))) + roll.sample(
            COMMON, roll.choice((1, 1, 2))
        )
        roll.shuffle(text)
        if roll.random() < 0.5:
            text = ["kebutuhan", *text[:2], "untuk", *text[2:], "yang", "berkualitas"]
        asked.append(_query(" ".join(text), code, roll))
    return asked


def common_needs(count: int) -> list[MatchQuery]:
    """Nothing but words that a large part of all products has."""
    there, roll = world(), random.Random("common")
    return [
        _query(
            " ".join(roll.sample(COMMON, roll.choice((1, 2, 3, 4)))),
            roll.choices(there.classes, cum_weights=there.class_weights)[0][0],
            roll,
        )
        for _need in range(count)
    ]


def _query(text: str, code: str, roll: random.Random) -> MatchQuery:
    must = roll.choice(((), ("sni",), ("sni",), ("halal",), ("sni", "iso_9001")))
    quantity = Decimal(roll.choice((50, 200, 1_000, 5_000)))
    return MatchQuery(
        text=text, kbli=(2025, code), quantity=quantity, unit=Unit.PIECE, ceiling_price=roll.choice((50_000, 200_000)),
        place=roll.choice(PROVINCES), certificates=must, filters=Filters(curated=True, certificates=must, capacity_from=quantity),
    )  # fmt: skip


def _products(there: World, count: int) -> Iterator[tuple]:
    roll = numpy.random.default_rng(5)
    firms = max(1, count // PER_FIRM)
    firm = _firms(roll, firms)
    for start in range(1, count + 1, BLOCK):
        numbers = range(start, min(start + BLOCK, count + 1))
        size = len(numbers)
        classes = numpy.searchsorted(there.class_weights, roll.random(size) * there.class_weights[-1]).tolist()
        rare = numpy.searchsorted(there.word_weights, roll.random((size, 8)) * there.word_weights[-1]).tolist()
        own, common = roll.random((size, 7)).tolist(), roll.integers(0, len(COMMON), (size, 3)).tolist()
        owners, sizes = roll.integers(0, firms, size).tolist(), roll.integers(2, 99, size).tolist()
        amounts, prices = (
            roll.lognormal(7, 1.5, size).astype(int).tolist(),
            roll.lognormal(11, 1.5, size).astype(int).tolist(),
        )
        for place, number in enumerate(numbers):
            code, title, words = there.classes[classes[place]]
            seldom = [there.words[word] for word in rare[place]]
            near = [words[int(share * min(12, len(words)))] for share in own[place][:2]]
            text = [words[int(share * len(words))] for share in own[place][2:]]
            said = [COMMON[word] for word in common[place]]
            owner = owners[place]
            yield (
                number, owner + 1, f"{near[0]} {near[1]} {seldom[0]} {sizes[place]} cm",
                " ".join([said[0], *text[:2], *seldom[1:4], said[1], *text[2:], *seldom[4:], said[2]]),
                code, title, f"CV {there.words[owner % len(there.words)]} {owner + 1}", *firm[owner], amounts[place] + 1, prices[place] + 100,
            )  # fmt: skip


def _firms(roll: numpy.random.Generator, count: int) -> list[tuple]:
    """Of each its province, papers, mark, score and completeness: the same whichever product of it this is."""
    drawn = roll.random((count, len(CERTIFICATES) + 4)).tolist()
    return [
        (
            PROVINCES[int(one[0] * len(PROVINCES))],
            "|".join(kind for (kind, share), roll_ in zip(CERTIFICATES, one[4:], strict=True) if roll_ < share),
            int(one[1] < 0.1),
            round(one[2], 3),
            round(one[3], 2),
        )
        for one in drawn
    ]


def _telling(text: str) -> Iterator[str]:
    return (word for word in fold(text).split() if len(word) > 2 and word.isalpha() and word not in stop_words())


def _zipf(count: int, exponent: float) -> list[float]:
    return list(accumulate(1 / (rank + 1) ** exponent for rank in range(count)))
