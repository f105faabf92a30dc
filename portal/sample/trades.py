"""The trades of the sample: how many firms, what they are called, where they sit, how large they are, what they make."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.enums import DocumentKind, Unit

RECIPES = Path(__file__).with_name("recipes.csv")
Range = tuple[int, int]


@dataclass(frozen=True)
class Trade:
    name: str
    firms: int
    words: tuple[str, ...]
    # Regencies known for it; the rest sit anywhere.
    homes: tuple[str, ...]
    workforce: Range


@dataclass(frozen=True)
class Recipe:
    """One kind of product. `item` holds choices in brackets: "Baut [M12|M16]"."""

    trade: str
    item: str
    kbli: str
    hs: str
    unit: Unit
    price: Range
    capacity: Range
    lead: Range
    tkdn: Range | None
    papers: tuple[DocumentKind, ...]

    def variants(self) -> list[str]:
        match = re.search(r"\[(.+?)\]", self.item)
        if not match:
            return [self.item]
        return [self.item.replace(match[0], choice) for choice in match[1].split("|")]


TRADES = (
    Trade("metal_casting", 30, ("Logam", "Cor Logam", "Baja", "Tuang"), ("33.10", "33.28", "32.02", "35.14"), (6, 60)),
    Trade(
        "mechanical_parts",
        38,
        ("Teknik", "Presisi", "Mekanik", "Mesin"),
        ("33.28", "35.78", "32.16", "36.71", "32.73", "35.15"),
        (4, 75),
    ),
    Trade("retail_services", 18, ("Niaga", "Ritel", "Toko", "Usaha"), ("31.74", "32.75", "35.78", "12.71"), (2, 18)),
    Trade(
        "food_and_drink",
        46,
        ("Boga", "Rasa", "Pangan", "Dapur"),
        ("35.07", "35.73", "32.05", "33.72", "34.04", "16.71", "13.71", "73.71"),
        (2, 40),
    ),
    Trade("fashion", 28, ("Batik", "Busana", "Tenun", "Kriya"), ("33.75", "33.72", "33.26", "32.73", "51.71"), (3, 45)),
    Trade("crafts", 28, ("Kriya", "Ukir", "Anyaman", "Rupa"), ("33.20", "34.02", "51.04", "32.06", "52.01"), (2, 35)),
    Trade("herbal", 26, ("Herbal", "Jamu", "Simplisia", "Atsiri"), ("33.13", "33.11", "35.07", "34.01"), (3, 28)),
    Trade("work_wear", 22, ("Konveksi", "Garmen", "Sandang", "Jahit"), ("32.04", "33.29", "35.15", "32.73"), (5, 80)),
    Trade("agriculture", 16, ("Tani", "Agro", "Panen"), ("33.08", "35.29", "32.07", "73.06", "18.05"), (2, 22)),
    Trade("plantation", 14, ("Kebun", "Kopi", "Agro"), ("11.04", "18.04", "73.26", "16.04", "82.05"), (3, 30)),
    Trade("fisheries", 14, ("Bahari", "Mina", "Samudra"), ("35.24", "71.72", "81.71", "73.09", "33.74"), (3, 26)),
    Trade("tourism", 12, ("Wisata", "Graha", "Pesona"), ("51.03", "34.04", "52.02", "53.15"), (2, 30)),
    Trade("transport", 12, ("Trans", "Angkutan", "Logistik"), ("31.75", "35.78", "12.71", "64.71"), (3, 38)),
)
BY_NAME = {trade.name: trade for trade in TRADES}


@cache
def recipes(trade: str) -> tuple[Recipe, ...]:
    return tuple(recipe for recipe in _all() if recipe.trade == trade)


@cache
def _all() -> tuple[Recipe, ...]:
    with RECIPES.open(encoding="utf-8", newline="") as source:
        return tuple(_recipe(row) for row in csv.DictReader(source))


def _recipe(row: dict[str, str]) -> Recipe:
    return Recipe(
        trade=row["trade"],
        item=row["item"],
        kbli=row["kbli"],
        hs=row["hs"],
        unit=Unit(row["unit"]),
        price=_range(row, "price"),
        capacity=_range(row, "capacity"),
        lead=_range(row, "lead"),
        tkdn=_range(row, "tkdn") if row["tkdn_low"] else None,
        papers=tuple(DocumentKind(kind) for kind in row["papers"].split("|") if kind),
    )


def _range(row: dict[str, str], name: str) -> Range:
    return int(row[f"{name}_low"]), int(row[f"{name}_high"])


def about(dice: random.Random, between: Range) -> int:
    """Somewhere between, more often small than large, in a figure people would write."""
    low, high = between
    value = low + (high - low) * dice.random() ** 2
    step = max(1, 10 ** (len(str(int(value))) - 2) // 2)
    return min(high, max(low, round(value / step) * step))
