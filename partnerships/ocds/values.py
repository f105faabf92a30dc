"""Values as OCDS writes them: whole date-times with Jakarta's offset, money in rupiah, and texts without anybody's number."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal.enums import Unit

CURRENCY = "IDR"
# UN/CEFACT Recommendation 20. A unit that is not in it has its name alone.
UNCEFACT = {
    Unit.PIECE: "H87",
    Unit.PAIR: "PR",
    Unit.DOZEN: "DZN",
    Unit.SET: "SET",
    Unit.GRAM: "GRM",
    Unit.KILOGRAM: "KGM",
    Unit.TONNE: "TNE",
    Unit.LITRE: "LTR",
    Unit.METRE: "MTR",
    Unit.SQUARE_METRE: "MTK",
    Unit.CUBIC_METRE: "MTQ",
    Unit.HOUR: "HUR",
    Unit.DAY: "DAY",
}
# What a person may have typed into a title or a specification: an address, a phone, a NIK or an NPWP.
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])(?:\+?62|0)[\s.-]?8\d(?:[\s.-]?\d){6,11}(?!\d)"
    r"|\(0\d{2,3}\)[\s.-]?\d(?:[\s.-]?\d){4,7}"
    r"|(?<!\d)\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?!\d)"
    r"|(?<!\d)\d{15,16}(?!\d)"
)
LEFT_OUT = "[…]"


def moment(at: dt.datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def exact_moment(at: dt.datetime) -> str:
    """With microseconds: releases are put in order by it."""
    return timezone.localtime(at).isoformat(timespec="microseconds")


def day_begins(day: dt.date) -> str:
    return _at(day, dt.time.min)


def day_ends(day: dt.date) -> str:
    return _at(day, dt.time(23, 59, 59))


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": CURRENCY}


def unit(code: str) -> dict[str, Any]:
    found = {"name": str(Unit(code).label)}
    if known := UNCEFACT.get(Unit(code)):
        found |= {"scheme": "UNCEFACT", "id": known}
    return found


def number(quantity: Decimal) -> int | float:
    """Two decimals at most, so that a float says the same."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def text(written: str) -> str:
    return PERSONAL.sub(LEFT_OUT, written).strip()


def without_empty(value: Any) -> Any:
    """What is not known is left out: OCDS takes no empty text, list or object."""
    if isinstance(value, dict):
        kept = {key: without_empty(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [each for each in map(without_empty, value) if each not in (None, "", [], {})]
    return value


def _at(day: dt.date, time: dt.time) -> str:
    return dt.datetime.combine(day, time, timezone.get_default_timezone()).isoformat()
