"""What one cell of a list of products must hold, and how people write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import translation

from portal.enums import Unit
from portal.models.enterprise import MOST_RUPIAH
from portal.numbers import UnreadableNumber, read_number
from portal.pricing import OtherUnit, Tier, as_json, stored_tiers, stored_units
from portal.product_sheet.problems import BadCell
from portal.text import fold, lines_of, one_line_of

MOST_QUANTITY = 10**12
LONGEST_LEAD_TIME = 730

# What a spreadsheet program would run: https://owasp.org/www-community/attacks/CSV_Injection
# Behind blanks, also such as nobody sees: programs drop them when they open the file.
UNSEEN = r"[\s\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\x00-\x1f]"
FORMULA_START = re.compile(rf"^(?:{UNSEEN}*[=+\-@＝＋－＠﹢﹣﹦﹫−]|[\t\r\n])")
SIGNED_NUMBER = re.compile(r"^[\s\u00a0]*[+-]\s*[\d.,]+\s*$")
# The same signs, as a cell may begin.
FORMULA_SIGNS = "=+-@＝＋－＠'"
# One apostrophe in front is how our own lists keep such a text from running, and it is a text when it comes back. What has
# some already gets one more, so that each list is read as it was written.
SHIELDED = re.compile(rf"^'(?='*(?:{UNSEEN}*[=+\-@＝＋－＠﹢﹣﹦﹫−]|[\t\r\n]))")
# “dari 100: 14.500”, “100 = Rp14.500”
TIER = re.compile(r"(?:dari|mulai|from|≥|>=)?\s*([\d.,]+)\s*[:=]\s*(?:rp\.?)?\s*([\d.,]+)(?:,-)?", re.IGNORECASE)
# “box 24: 340.000”, “kg (8,5) = 120.000”
OTHER_UNIT = re.compile(r"([^\d(:=]+[²³23]?)\s*[ (:=]\s*([\d.,]+)\s*\)?\s*[:=]\s*(?:rp\.?)?\s*([\d.,]+)", re.IGNORECASE)
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
YES, NO = ("ya", "y", "yes", "true", "benar", "1"), ("tidak", "tdk", "t", "n", "no", "false", "salah", "0")
OTHER_UNIT_NAMES = {
    Unit.PIECE: "buah bh pcs pc unit biji butir ea each pieces",
    Unit.PAIR: "psg pasang pairs",
    Unit.DOZEN: "lusin lsn dozens",
    Unit.SET: "set sets stel",
    Unit.PACK: "bungkus bks pak pack packs kemasan pouch sachet",
    Unit.BOX: "dus kotak karton box boxes kardus",
    Unit.ROLL: "rol gulung roll rolls",
    Unit.SHEET: "lembar lbr helai sheets",
    Unit.GRAM: "gram g gr grams",
    Unit.KILOGRAM: "kg kilogram kilo kilograms",
    Unit.TONNE: "ton t tonnes",
    Unit.LITRE: "liter ltr l litres liters",
    Unit.METRE: "meter m mtr metres meters",
    Unit.SQUARE_METRE: "m2 m²",
    Unit.CUBIC_METRE: "m3 m³",
    Unit.HOUR: "jam hours",
    Unit.DAY: "hari days",
    Unit.TRIP: "rit trip trips perjalanan",
    Unit.ROOM_NIGHT: "",
    Unit.PORTION: "porsi portions",
    Unit.ACTIVITY: "kegiatan paket activities",
}


@dataclass
class Known:
    """What the codes of a few rows mean, fetched once for them all."""

    kbli: dict[str, int] = field(default_factory=dict)
    kbli_of_other_edition: dict[str, dict[str, Any]] = field(default_factory=dict)
    hs: set[str] = field(default_factory=set)
    most_bmp: Decimal = Decimal(100)
    # What was looked up already, found or not.
    asked_kbli: set[str] = field(default_factory=set)
    asked_hs: set[str] = field(default_factory=set)


# In front of what a corrected file may not simply give back: taken as it stood, it would change the product that the earlier
# row has made, because the file to correct holds no earlier row.
UNCHOSEN = "(?)"

Reader = Callable[[Any, Known], Any]
Part = TypeVar("Part")


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula, and the value somebody's program last made of it."""

    value: Any


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return SHIELDED.sub("", str(value)).replace("\u00a0", " ").strip()


def is_shielded(cell: Any) -> bool:
    """Exactly as our lists write a text, which has no blanks around it."""
    return isinstance(cell, str) and bool(SHIELDED.match(cell)) and cell[1:] == cell[1:].strip()


def is_formula(text: str) -> bool:
    return bool(FORMULA_START.match(text)) and not SIGNED_NUMBER.match(text)


def words(limit: int, *, one_line: bool = True) -> Reader:
    def read(value: Any, known: Known) -> str:
        text = one_line_of(text_of(value)) if one_line else lines_of(text_of(value))
        if len(text) > limit:
            raise BadCell("too_long", limit=limit)
        return text

    return read


def own_words(limit: int) -> Reader:
    """What tells one product from another."""
    read_words = words(limit)

    def read(value: Any, known: Known) -> str:
        text = text_of(value)
        if text.startswith(UNCHOSEN):
            raise BadCell("unchosen", value=text[:60], without=text.removeprefix(UNCHOSEN).strip()[:60])
        return read_words(value, known)

    return read


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise BadCell("number", value=str(value))
    if isinstance(value, str):
        if value.isdecimal() and value.isascii():
            return Decimal(value)
        # What most lists hold: 15.000 for fifteen thousand, as read_number says too, only later.
        if THOUSANDS.fullmatch(value):
            return Decimal(value.replace(".", ""))
    if isinstance(value, int | float):
        return Decimal(repr(value))
    try:
        return read_number(text_of(value)).value
    except UnreadableNumber:
        raise BadCell("number", value=text_of(value)[:60]) from None


def _above_zero(value: Any, most: int) -> Decimal:
    number = _number(value)
    if number < 0:
        raise BadCell("negative")
    if number == 0:
        raise BadCell("zero")
    if number >= most:
        raise BadCell("not_below", limit=most)
    return number


def price(value: Any, known: Known) -> int:
    """Whole rupiah, so "1.234" and "1,234" can both only mean 1234."""
    text = text_of(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        value = text.replace(",", "")
    amount = _above_zero(value, MOST_RUPIAH)
    if amount != amount.to_integral_value():
        raise BadCell("whole")
    return int(amount)


def quantity(value: Any, known: Known) -> Decimal:
    return _two_places(_above_zero(value, MOST_QUANTITY))


def _two_places(number: Decimal) -> Decimal:
    if number != round(number, 2):
        raise BadCell("places")
    return round(number, 2)


def days(value: Any, known: Known) -> int:
    try:
        number = _number(value)
    except BadCell as bad:
        raise BadCell("days", **bad.params) from None
    if number < 0:
        raise BadCell("negative")
    if number != number.to_integral_value():
        raise BadCell("whole")
    if number > LONGEST_LEAD_TIME:
        raise BadCell("too_high", limit=LONGEST_LEAD_TIME)
    return int(number)


def percent(value: Any, known: Known) -> Decimal:
    rate = _number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    if rate < 0:
        raise BadCell("negative")
    if rate > 100:
        raise BadCell("too_high", limit=100)
    return _two_places(rate)


def bmp(value: Any, known: Known) -> Decimal:
    rate = percent(value, known)
    if rate > known.most_bmp:
        raise BadCell("too_high", limit=int(known.most_bmp))
    return rate


def tiers(value: Any, known: Known) -> str:
    """“100: 14.500; 500: 13.900”, as it is stored."""

    def read(text: str) -> Tier:
        match = TIER.fullmatch(text)
        if not match:
            raise BadCell("tiers", value=text[:60])
        return Tier(quantity(match[1], known), price(match[2], known))

    return as_json(stored_tiers(_parts(value, read)))


def units(value: Any, known: Known) -> str:
    """“box 24: 340.000; lusin (12): 175.000”, as it is stored."""

    def read(text: str) -> OtherUnit:
        match = OTHER_UNIT.fullmatch(text)
        if not match:
            raise BadCell("units", value=text[:60])
        holds = _above_zero(match[2], MOST_QUANTITY)
        if holds != round(holds, 4):
            raise BadCell("four_places")
        return OtherUnit(unit(match[1], known), holds, price(match[3], known))

    return as_json(stored_units(_parts(value, read)))


def _parts(value: Any, read: Callable[[str], Part]) -> list[Part]:
    """Each part of a cell with several; what is wrong is said of each, with the part itself."""
    found: list[Part] = []
    wrong: list[BadCell] = []
    for text in _listed(value):
        try:
            found.append(read(text))
        except BadCell as bad:
            # These two say it themselves.
            if bad.code not in ("tiers", "units"):
                bad.params["at"] = text[:60]
            wrong.append(bad)
    if wrong:
        raise BadCell.of_parts(wrong)
    return found


def _listed(value: Any) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n|]", text_of(value)) if part.strip()]


def unit(value: Any, known: Known) -> str:
    found = unit_names().get(unit_key(text_of(value)))
    if found is None:
        raise BadCell("unit", value=text_of(value)[:60])
    return found


def kbli(value: Any, known: Known) -> int:
    code = kbli_code(value)
    if code in known.kbli:
        return known.kbli[code]
    if hint := known.kbli_of_other_edition.get(code):
        raise BadCell("kbli_suggestions" if hint.get("codes") else "kbli_edition", value=code, **hint)
    raise BadCell("kbli", value=text_of(value)[:60])


def hs(value: Any, known: Known) -> str:
    code = hs_code(value)
    if code not in known.hs:
        raise BadCell("hs", value=text_of(value)[:60])
    return code


def yes_or_no(value: Any, known: Known) -> bool:
    answer = fold(text_of(value))
    if answer in YES:
        return True
    if answer in NO:
        return False
    raise BadCell("yes_or_no", value=text_of(value)[:60])


def kbli_code(value: Any) -> str:
    """Five digits: `10794`, `10.794`, "10794 Industri kerupuk". A spreadsheet drops the leading zero of a number."""
    text = text_of(value)
    match = re.match(r"[\d.]+", text)
    return re.sub(r"\D", "", match[0]).zfill(5) if match else ""


def hs_code(value: Any) -> str:
    """`7318.15.10` or `73181510`; an odd number of digits has lost its leading zero."""
    match = re.match(r"[\d. ]+", text_of(value))
    digits = re.sub(r"\D", "", match[0]) if match else ""
    return digits.zfill(len(digits) + len(digits) % 2)


def unit_key(text: str) -> str:
    return fold(text.replace("²", "2").replace("³", "3"))


def unit_names() -> dict[str, str]:
    """Every way to write a unit, in both languages, folded."""
    if not _UNIT_NAMES:
        for unit in Unit:
            names = [unit.value.replace("_", " "), *OTHER_UNIT_NAMES[unit].split()]
            for language in ("id", "en"):
                with translation.override(language):
                    names.append(str(unit.label))
            _UNIT_NAMES.update({unit_key(name): unit.value for name in names})
    return _UNIT_NAMES


_UNIT_NAMES: dict[str, str] = {}
