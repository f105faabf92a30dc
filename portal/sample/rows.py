"""The answers and rows of the sample firms' dossiers, such that they agree with the figures the firms have."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models

from portal.enums import CapacityPer, DigitalQuestion, InnovationKind, QualityQuestion, TechnologyLevel, Unit
from portal.models import (
    AnnualSales,
    DigitalAnswer,
    Enterprise,
    ExportRecord,
    HsCode,
    Innovation,
    Machine,
    QualityAnswer,
    Region,
)
from portal.sample.figures import within
from portal.sample.keys import dice
from portal.sample.trades import Recipe, recipes
from portal.sections import RELATED
from portal.selectors.enterprise import completeness
from portal.self_assessment import HIGHEST, LEAST_FOR_LEVEL

MILLION = 10**6
OLDEST_YEARS = 4
MARKETS = ("MY", "SG", "JP", "NL", "TL", "AU", "US", "SA")
# Name, what one of them makes, in what.
MACHINES: dict[str, tuple[tuple[str, int, Unit, CapacityPer], ...]] = {
    "metal_casting": (
        ("Tungku induksi 500 kg", 500, Unit.KILOGRAM, CapacityPer.HOUR),
        ("Mesin cetak pasir", 40, Unit.PIECE, CapacityPer.DAY),
        ("Mesin bubut", 25, Unit.PIECE, CapacityPer.DAY),
    ),
    "mechanical_parts": (
        ("Mesin bubut CNC", 60, Unit.PIECE, CapacityPer.DAY),
        ("Mesin frais", 30, Unit.PIECE, CapacityPer.DAY),
        ("Mesin bor radial", 80, Unit.PIECE, CapacityPer.DAY),
    ),
    "food_and_drink": (
        ("Oven dek", 60, Unit.KILOGRAM, CapacityPer.DAY),
        ("Mesin pengemas vakum", 300, Unit.PACK, CapacityPer.DAY),
        ("Peniris minyak", 40, Unit.KILOGRAM, CapacityPer.HOUR),
    ),
    "fashion": (
        ("Mesin jahit kecepatan tinggi", 12, Unit.PIECE, CapacityPer.DAY),
        ("Mesin obras", 30, Unit.PIECE, CapacityPer.DAY),
    ),
    "crafts": (("Gergaji pita", 20, Unit.PIECE, CapacityPer.DAY), ("Mesin amplas", 35, Unit.PIECE, CapacityPer.DAY)),
    "herbal": (
        ("Mesin pengering simplisia", 80, Unit.KILOGRAM, CapacityPer.DAY),
        ("Mesin penepung", 30, Unit.KILOGRAM, CapacityPer.HOUR),
    ),
    "work_wear": (
        ("Mesin jahit kecepatan tinggi", 15, Unit.PIECE, CapacityPer.DAY),
        ("Mesin potong kain", 200, Unit.PIECE, CapacityPer.DAY),
        ("Mesin bordir komputer", 60, Unit.PIECE, CapacityPer.DAY),
    ),
    "agriculture": (
        ("Pengering gabah", 5, Unit.TONNE, CapacityPer.DAY),
        ("Mesin sortir", 2, Unit.TONNE, CapacityPer.DAY),
    ),
    "plantation": (
        ("Mesin kupas kopi", 400, Unit.KILOGRAM, CapacityPer.HOUR),
        ("Mesin sangrai", 15, Unit.KILOGRAM, CapacityPer.HOUR),
    ),
    "fisheries": (
        ("Pembeku cepat", 800, Unit.KILOGRAM, CapacityPer.DAY),
        ("Mesin pengemas vakum", 300, Unit.PACK, CapacityPer.DAY),
    ),
    "tourism": (("Minibus", 2, Unit.TRIP, CapacityPer.DAY),),
    "transport": (("Truk engkel", 2, Unit.TRIP, CapacityPer.DAY), ("Truk besar", 1, Unit.TRIP, CapacityPer.DAY)),
    "retail_services": (("Mobil antar barang", 4, Unit.TRIP, CapacityPer.DAY),),
}


def fill_in(enterprise: Enterprise, trade: str, band: str, roll: random.Random) -> None:
    """Answers beside the figures that everything else rests on; a draft has none where those are missing."""
    people = enterprise.workforce
    if people is not None:
        enterprise.workforce_permanent = max(1, round(people * roll.uniform(0.5, 1)))
        enterprise.workforce_trained = round(people * roll.uniform(0, 0.7))
        enterprise.workforce_with_disability = 1 if people > 8 and roll.random() < 0.25 else 0
    if enterprise.technology_level:
        main = recipes(trade)[0]
        enterprise.monthly_capacity = Decimal(round(within(main.capacity, band)[1] * 1.25))
        enterprise.capacity_unit, enterprise.shifts = main.unit, 2 if band == "medium" else 1
        enterprise.quality_practices = min(
            len(QualityQuestion), (enterprise.digital_readiness or 0) + roll.randint(0, 2)
        )
    if enterprise.flagship_product:
        enterprise.flagship_description = f"{recipes(trade)[0].variants()[0]}, unggulan menurut keputusan kepala daerah"


def add_rows(firms: Iterable[tuple[Enterprise, str]]) -> None:
    """`firms`: each with its trade."""
    roll, codes = dice("rows"), set(HsCode.objects.filter(level=6).values_list("code", flat=True))
    made: dict[type[models.Model], list[Any]] = {}
    for enterprise, trade in firms:
        for row in _rows(enterprise, trade, roll, codes):
            made.setdefault(type(row), []).append(row)
    for model, rows in made.items():
        model._default_manager.bulk_create(rows)


def add_points(enterprises: Iterable[Enterprise]) -> None:
    """Two of three know where they are on the map: near their regency's own point."""
    roll, placed = dice("points"), []
    regencies = Region.objects.filter(level=Region.Level.REGENCY, latitude__isnull=False).in_bulk()
    for enterprise in enterprises:
        regency = regencies.get((enterprise.village_id or "")[:5])
        if regency is None or regency.latitude is None or regency.longitude is None:
            continue
        if enterprise.workforce is None or roll.random() > 0.67:
            continue
        north, east = (Decimal(round(roll.uniform(-0.02, 0.02), 6)).quantize(Decimal("0.000001")) for _axis in "ab")
        enterprise.latitude, enterprise.longitude = regency.latitude + north, regency.longitude + east
        enterprise.point_fits = True
        placed.append(enterprise)
    Enterprise.objects.bulk_update(placed, ["latitude", "longitude", "point_fits"])


def measure_all() -> None:
    """As services do at every change."""
    enterprises = Enterprise.objects.filter(is_sample=True).prefetch_related(*RELATED)
    measured = list(enterprises)
    for enterprise in measured:
        enterprise.completeness = completeness(enterprise).share
    Enterprise.objects.bulk_update(measured, ["completeness"])


def _rows(enterprise: Enterprise, trade: str, roll: random.Random, codes: set[str]) -> Iterator[models.Model]:
    yield from _sales(enterprise, roll)
    if enterprise.technology_level not in ("", TechnologyLevel.MANUAL):
        yield from _machines(enterprise, trade, roll)
    if enterprise.digital_readiness is not None:
        yield from _answers(enterprise, roll)
    if enterprise.exports:
        yield from _exports(enterprise, recipes(trade)[0], roll, codes)
    for number in range(enterprise.registered_innovations or 0):
        yield _innovation(enterprise, number, roll)


def _sales(enterprise: Enterprise, roll: random.Random) -> Iterator[AnnualSales]:
    """The newest year is the one the class rests on; the ones before lead up to it."""
    if enterprise.sales_year is None or enterprise.annual_sales is None or enterprise.established_on is None:
        return
    amount = enterprise.annual_sales
    for back in range(roll.randint(2, OLDEST_YEARS)):
        year = enterprise.sales_year - back
        if year < enterprise.established_on.year:
            break
        yield AnnualSales(enterprise=enterprise, year=year, amount=amount)
        amount = round(amount * roll.uniform(0.78, 1.02) / MILLION) * MILLION


def _machines(enterprise: Enterprise, trade: str, roll: random.Random) -> Iterator[Machine]:
    known = MACHINES[trade]
    for name, capacity, unit, per in roll.sample(known, roll.randint(1, len(known))):
        yield Machine(
            enterprise=enterprise,
            name=name,
            count=roll.randint(1, 4),
            year=roll.randint(2005, 2025),
            capacity=Decimal(capacity),
            capacity_unit=unit,
            capacity_per=per,
        )


def _answers(enterprise: Enterprise, roll: random.Random) -> Iterator[models.Model]:
    """As many yes as the level needs, the easy ones first."""
    level = enterprise.digital_readiness or 0
    least = (0, *LEAST_FOR_LEVEL)[level]
    most = LEAST_FOR_LEVEL[level] - 1 if level < HIGHEST else len(DigitalQuestion)
    yes = roll.randint(least, most)
    for place, question in enumerate(DigitalQuestion):
        yield DigitalAnswer(enterprise=enterprise, question=question, yes=place < yes)
    for place, practice in enumerate(QualityQuestion):
        yield QualityAnswer(enterprise=enterprise, question=practice, yes=place < (enterprise.quality_practices or 0))


def _exports(enterprise: Enterprise, recipe: Recipe, roll: random.Random, codes: set[str]) -> Iterator[ExportRecord]:
    for country in sorted(roll.sample(MARKETS, roll.randint(1, 3))):
        yield ExportRecord(
            enterprise=enterprise,
            country=country,
            product=recipe.variants()[0],
            hs_id=recipe.hs if recipe.hs in codes else None,
            year=roll.randint(2022, 2025),
            value=roll.randint(40, 900) * MILLION if roll.random() < 0.8 else None,
        )


def _innovation(enterprise: Enterprise, number: int, roll: random.Random) -> Innovation:
    """Numbers that no register gives out: they end in the letter of the sample."""
    kind = InnovationKind.BRAND if number == 0 else roll.choice([InnovationKind.BRAND, InnovationKind.DESIGN])
    letters = "IDM" if kind == InnovationKind.BRAND else "IDD"
    words = enterprise.organisation.name.split()
    return Innovation(
        enterprise=enterprise,
        kind=kind,
        number=f"{letters}{roll.randint(0, 999999):06d}{number}X",
        title=" ".join(words[1:3]).upper()
        if kind == InnovationKind.BRAND
        else f"Bentuk {words[1].lower()} seri {number}",
        registered_on=dt.date(roll.randint(2012, 2025), roll.randint(1, 12), roll.randint(1, 28)),
    )
