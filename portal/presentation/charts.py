"""Drawings made on the server: a tile for each province, columns over time. Their numbers also stand in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.presentation.numbers import Number, angka, as_decimal

# Kemendagri code: what the tile says, column, row. West to east, north to south; every province the same size,
# so that a small one with many businesses is seen and no geodata has to travel.
PROVINCES: dict[str, tuple[str, int, int]] = {
    "11": ("AC", 0, 0),
    "12": ("SU", 1, 1),
    "13": ("SB", 1, 2),
    "14": ("RI", 2, 1),
    "15": ("JA", 2, 2),
    "16": ("SS", 2, 3),
    "17": ("BE", 1, 3),
    "18": ("LA", 3, 4),
    "19": ("BB", 4, 2),
    "21": ("KR", 3, 0),
    "31": ("JK", 4, 5),
    "32": ("JB", 4, 6),
    "33": ("JT", 5, 6),
    "34": ("YO", 5, 7),
    "35": ("JI", 6, 6),
    "36": ("BT", 3, 5),
    "51": ("BA", 7, 7),
    "52": ("NB", 8, 7),
    "53": ("NT", 9, 7),
    "61": ("KB", 5, 2),
    "62": ("KT", 6, 2),
    "63": ("KS", 6, 3),
    "64": ("KI", 7, 2),
    "65": ("KU", 7, 1),
    "71": ("SA", 10, 2),
    "72": ("ST", 9, 3),
    "73": ("SN", 9, 5),
    "74": ("SG", 9, 4),
    "75": ("GO", 9, 2),
    "76": ("SR", 8, 4),
    "81": ("MA", 11, 5),
    "82": ("MU", 11, 2),
    "91": ("PE", 15, 3),
    "92": ("PB", 13, 3),
    "93": ("PS", 15, 5),
    "94": ("PT", 14, 4),
    "95": ("PP", 15, 4),
    "96": ("PD", 12, 3),
}
TILE_WIDTH, TILE_HEIGHT = 38, 34
# Share of the highest count from which a tile takes the next darker tone.
TONES = ((0.75, "q4"), (0.33, "q3"), (0.15, "q2"), (0.05, "q1"))
COLUMN_STEP, COLUMN_WIDTH, COLUMN_TOP, COLUMN_FLOOR = 52, 36, 14, 78


@dataclass(frozen=True)
class Tile:
    code: str
    name: str
    x: str
    y: str
    count: str
    tone: str

    @property
    def on_dark(self) -> bool:
        return self.tone in ("q3", "q4")


def province_tiles(counts: Mapping[str, int]) -> list[Tile]:
    highest = max(counts.values(), default=0)
    return [
        Tile(
            code,
            name,
            str(column * TILE_WIDTH),
            str(row * TILE_HEIGHT),
            angka(counts.get(code, 0)),
            _tone(counts.get(code, 0), highest),
        )
        for code, (name, column, row) in PROVINCES.items()
    ]


def _tone(count: int, highest: int) -> str:
    share = count / highest if highest else 0
    return next((tone for least, tone in TONES if share >= least), "q0")


@dataclass(frozen=True)
class Column:
    label: str
    value: str
    x: str
    middle: str
    y: str
    height: str
    value_y: str
    highlight: bool


def columns(rows: Sequence[tuple[Any, Number]], *, highlight: int = -1) -> list[Column]:
    """`rows` of label and value; the highlighted one is the last, unless told otherwise (None: none)."""
    values = [as_decimal(value) or 0 for _label, value in rows]
    highest = max(values, default=0)
    chosen = highlight % len(rows) if rows and highlight is not None else None
    return [
        _column(position, label, value, highest, highlight=position == chosen)
        for position, ((label, _value), value) in enumerate(zip(rows, values, strict=True))
    ]


def _column(position: int, label: Any, value: Any, highest: Any, *, highlight: bool) -> Column:
    height = round(float(value / highest) * (COLUMN_FLOOR - COLUMN_TOP)) if highest else 0
    x = 6 + position * COLUMN_STEP
    return Column(
        label=str(label),
        value=angka(value),
        x=str(x),
        middle=str(x + COLUMN_WIDTH // 2),
        y=str(COLUMN_FLOOR - height),
        height=str(height),
        value_y=str(COLUMN_FLOOR - height - 5),
        highlight=highlight,
    )


SCALE, BASE, TOP = 4, 110, 12  # pixels a point; where bars stand; the highest bar's end


@dataclass(frozen=True)
class ScoreBar:
    """Of a histogram of scores: how many there are in all, and the part of them that counts."""

    x: str
    width: str
    y: str
    height: str
    counted_y: str
    counted_height: str


def score_bars(rows: Sequence[tuple[int, int, int, int]]) -> list[ScoreBar]:
    """`rows` of low, high (points), all, and how many of them count. Sizes as SVG takes them."""
    highest = max((whole for _low, _high, whole, _counted in rows), default=0) or 1
    drawn = []
    for low, high, whole, counted in rows:
        tall, part = (round((BASE - TOP) * count / highest, 1) for count in (whole, counted))
        drawn.append(
            ScoreBar(
                str(low * SCALE),
                str((high - low) * SCALE - 2),
                f"{BASE - tall:g}",
                f"{tall:g}",
                f"{BASE - part:g}",
                f"{part:g}",
            )
        )
    return drawn


def columns_width(rows: Iterable[Any]) -> str:
    return str(4 + COLUMN_STEP * len(list(rows)))


@dataclass(frozen=True)
class Pair:
    """A target and what was reached, side by side; the second has no height where nothing is known yet."""

    label: str
    aim: Column
    reached: Column | None
    middle: str


PAIR_STEP, PAIR_WIDTH = 68, 24


def pairs(rows: Sequence[tuple[str, Number, Number | None]]) -> list[Pair]:
    """`rows` of label, target and what was reached, drawn to one scale."""
    highest = max(
        (as_decimal(value) or 0 for _label, *values in rows for value in values if value is not None), default=0
    )
    found = []
    for position, (label, aim, reached) in enumerate(rows):
        x = 6 + position * PAIR_STEP
        found.append(
            Pair(
                label,
                _bar(x, label, aim, highest),
                None if reached is None else _bar(x + PAIR_WIDTH + 2, label, reached, highest),
                str(x + PAIR_WIDTH + 1),
            )
        )
    return found


def _bar(x: int, label: str, value: Any, highest: Any) -> Column:
    height = round(float(as_decimal(value) / highest) * (COLUMN_FLOOR - COLUMN_TOP)) if highest else 0  # type: ignore[operator]
    return Column(
        label,
        angka(value),
        str(x),
        str(x + PAIR_WIDTH // 2),
        str(COLUMN_FLOOR - height),
        str(height),
        "",
        highlight=True,
    )


def pairs_width(rows: Sequence[Any]) -> str:
    return str(4 + PAIR_STEP * len(rows))
