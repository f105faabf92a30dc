"""The figures of a sample firm, such that size, sales and workforce fit together."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from portal.enums import TechnologyLevel
from portal.sample.trades import Range, Trade, about

MILLION = 10**6
# Rupiah: bounds of the classes by PP 7/2021, with some room.
SALES: dict[str, Range] = {
    "micro": (80 * MILLION, 1_900 * MILLION),
    "small": (2_200 * MILLION, 14_500 * MILLION),
    "medium": (16_000 * MILLION, 46_000 * MILLION),
}
CAPITAL: dict[str, Range] = {
    "micro": (20 * MILLION, 850 * MILLION),
    "small": (1_050 * MILLION, 4_700 * MILLION),
    "medium": (5_200 * MILLION, 9_600 * MILLION),
}
BANDS = ("micro", "small", "medium")
# How firms of that size share the trade's span of workers, and of monthly capacity.
REACH = {"micro": (0.0, 0.2), "small": (0.15, 0.55), "medium": (0.5, 1.0)}
LEVELS = {
    "micro": (TechnologyLevel.MANUAL, TechnologyLevel.SEMI_MECHANISED, TechnologyLevel.SEMI_MECHANISED),
    "small": (TechnologyLevel.SEMI_MECHANISED, TechnologyLevel.MECHANISED, TechnologyLevel.MECHANISED),
    "medium": (TechnologyLevel.MECHANISED, TechnologyLevel.MECHANISED, TechnologyLevel.AUTOMATED),
}
PLANS = (
    "Menambah {step} dan melayani dua pembeli tetap sampai akhir {year}. Target penjualan naik {growth} % setahun.",
    "Memusatkan produksi pada pesanan berulang, {step}, dan menyelesaikan sertifikasi yang diminta pembeli pada {year}.",
    "Menata pencatatan biaya per pesanan, {step}, dan menjaga lama penyerahan di bawah tiga minggu mulai {year}.",
)
STEPS = (
    "satu lini kerja",
    "dua mesin",
    "gudang bahan baku",
    "tenaga pemeriksa mutu",
    "alat ukur terkalibrasi",
    "satu giliran kerja",
)
SHARE_WITHOUT_YEAR = 0.06


def within(between: Range, band: str) -> Range:
    low, high = between
    start, end = REACH[band]
    return round(low + (high - low) * start), max(1, round(low + (high - low) * end))


def figures(dice: random.Random, trade: Trade, band: str, today: dt.date) -> dict[str, Any]:
    workforce = max(1, about(dice, within(trade.workforce, band)))
    capital = about(dice, CAPITAL[band])
    new = dice.random() < SHARE_WITHOUT_YEAR
    exports = band != "micro" and dice.random() < 0.22
    established = today - dt.timedelta(days=dice.randint(60, 300) if new else dice.randint(500, 9000))
    return {
        "established_on": established,
        "women_led": dice.random() < 0.45,
        "workforce": workforce,
        "workforce_women": dice.randint(0, workforce),
        "capital": capital,
        "full_year_of_sales": not new,
        "annual_sales": None if new else about(dice, SALES[band]),
        "sales_year": None if new else today.year - 1,
        "investment": round(capital * dice.uniform(0.6, 1.1) / MILLION) * MILLION,
        "technology_level": dice.choice(LEVELS[band]),
        "digital_readiness": min(5, max(0, round(dice.gauss(1.6 + BANDS.index(band), 1)))),
        "exports": exports,
        "flagship_product": dice.random() < 0.35,
        "registered_innovations": max(0, round(dice.gauss(0.3 + BANDS.index(band) * 0.7, 0.8))),
        "business_plan": _plan(dice, today) if dice.random() < 0.75 else "",
    }


def _plan(dice: random.Random, today: dt.date) -> str:
    return dice.choice(PLANS).format(step=dice.choice(STEPS), year=today.year + 1, growth=dice.choice((10, 15, 20, 25)))
