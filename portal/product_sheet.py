"""The columns of a list of products: how they may be called, and what a cell must hold.

Reads the cells of one row into the values of a product. What is wrong is a problem per cell: a code and parameters, from
which `problem_text` makes the sentence in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.enums import Unit
from portal.models.enterprise import MOST_RUPIAH
from portal.numbers import UnreadableNumber, read_number
from portal.presentation.numbers import angka
from portal.text import fold

MOST_QUANTITY = 10**12
LONGEST_LEAD_TIME = 730

# What a spreadsheet program would run: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_START = re.compile(r"^[\s\u00a0]*[=+\-@\t\r＝＋－＠]")
SIGNED_NUMBER = re.compile(r"^[\s\u00a0]*[+-]\s*[\d.,]+\s*$")
# An apostrophe in front is how a spreadsheet, and our own corrected file, keeps such a text from running.
SHIELDED = re.compile(r"^'(?=[\s\u00a0]*[=+\-@\t\r＝＋－＠])")
REMARKS = ("perlu diperbaiki", "to correct")
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

PROBLEMS = {
    "required": gettext_lazy("Fill in this cell"),
    "formula": gettext_lazy("“%(value)s” would run as a formula. Write the value itself, without “%(sign)s” in front"),
    "too_long": gettext_lazy("At most %(limit)s characters"),
    "number": gettext_lazy("“%(value)s” is not a number. Write it like 1234,5"),
    "negative": gettext_lazy("The number cannot be negative"),
    "zero": gettext_lazy("The number must be above zero"),
    "too_high": gettext_lazy("At most %(limit)s"),
    "whole": gettext_lazy("A whole number, without decimals"),
    "places": gettext_lazy("At most two decimals"),
    "unit": gettext_lazy("“%(value)s” is not a unit we know. Use one of: %(units)s"),
    "kbli": gettext_lazy("There is no 5-digit KBLI class “%(value)s”"),
    "kbli_edition": gettext_lazy("%(value)s is a code of KBLI %(other)s; KBLI %(wanted)s does not have it"),
    "kbli_suggestions": gettext_lazy(
        "%(value)s is a code of KBLI %(other)s; KBLI %(wanted)s does not have it. Closest: %(codes)s"
    ),
    "hs": gettext_lazy("There is no HS code “%(value)s” in the tariff (4, 6 or 8 digits)"),
    "twice": gettext_lazy("The same code stands in row %(row)s already"),
}


class BadCell(Exception):
    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Problem(NamedTuple):
    column: str
    value: str
    code: str
    params: dict[str, Any]


@dataclass
class Known:
    """What the codes of a few rows mean, fetched once for them all."""

    kbli: dict[str, int] = field(default_factory=dict)
    kbli_of_other_edition: dict[str, dict[str, Any]] = field(default_factory=dict)
    hs: set[str] = field(default_factory=set)


Reader = Callable[[Any, Known], Any]


@dataclass(frozen=True)
class Column:
    """`names`: further ways to head it, in either language, folded. `blank`: what an empty cell means."""

    key: str
    label: Any
    read: Reader
    names: tuple[str, ...] = ()
    required: bool = False
    blank: Any = None
    hint: Any = ""


def problem_text(code: str, params: dict[str, Any]) -> str:
    shown = {key: angka(value) if isinstance(value, int) else value for key, value in params.items()}
    if code == "unit":
        shown["units"] = ", ".join(str(unit.label) for unit in Unit)
    if code == "kbli_edition" or code == "kbli_suggestions":
        shown |= {key: str(params[key]) for key in ("other", "wanted")}
    return str(PROBLEMS[code]) % shown


# -- Cells -------------------------------------------------------------------------------------------------------------


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return SHIELDED.sub("", str(value)).replace("\u00a0", " ").strip()


def is_formula(text: str) -> bool:
    return bool(FORMULA_START.match(text)) and not SIGNED_NUMBER.match(text)


def _text(limit: int, *, one_line: bool = True) -> Reader:
    def read(value: Any, known: Known) -> str:
        text = " ".join(text_of(value).split()) if one_line else text_of(value)
        if len(text) > limit:
            raise BadCell("too_long", limit=limit)
        return text

    return read


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise BadCell("number", value=str(value))
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
        raise BadCell("too_high", limit=most)
    return number


def _price(value: Any, known: Known) -> int:
    """Whole rupiah, so "1.234" and "1,234" can both only mean 1234."""
    text = text_of(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        value = text.replace(",", "")
    price = _above_zero(value, MOST_RUPIAH)
    if price != price.to_integral_value():
        raise BadCell("whole")
    return int(price)


def _quantity(value: Any, known: Known) -> Decimal:
    return _two_places(_above_zero(value, MOST_QUANTITY))


def _two_places(number: Decimal) -> Decimal:
    if number != round(number, 2):
        raise BadCell("places")
    return round(number, 2)


def _days(value: Any, known: Known) -> int:
    days = _number(value)
    if days < 0:
        raise BadCell("negative")
    if days != days.to_integral_value():
        raise BadCell("whole")
    if days > LONGEST_LEAD_TIME:
        raise BadCell("too_high", limit=LONGEST_LEAD_TIME)
    return int(days)


def _percent(value: Any, known: Known) -> Decimal:
    percent = _number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    if percent < 0:
        raise BadCell("negative")
    if percent > 100:
        raise BadCell("too_high", limit=100)
    return _two_places(percent)


def _unit(value: Any, known: Known) -> str:
    unit = unit_names().get(unit_key(text_of(value)))
    if unit is None:
        raise BadCell("unit", value=text_of(value)[:60])
    return unit


def _kbli(value: Any, known: Known) -> int:
    code = kbli_code(value)
    if code in known.kbli:
        return known.kbli[code]
    if hint := known.kbli_of_other_edition.get(code):
        raise BadCell("kbli_suggestions" if hint.get("codes") else "kbli_edition", value=code, **hint)
    raise BadCell("kbli", value=text_of(value)[:60])


def _hs(value: Any, known: Known) -> str:
    code = hs_code(value)
    if code not in known.hs:
        raise BadCell("hs", value=text_of(value)[:60])
    return code


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

COLUMNS = (
    Column(
        "code", gettext_lazy("Product code"), _text(40), ("kode", "code", "sku", "kode barang"), required=True,
        hint=gettext_lazy("Your own code. A row with a code you already have changes that product."),
    ),
    Column(
        "name", gettext_lazy("Product name"), _text(200), ("nama", "name", "nama barang", "product"), required=True,
        hint=gettext_lazy("As a buyer would look for it."),
    ),
    Column(
        "description", gettext_lazy("Description"), _text(4000, one_line=False), ("deskripsi", "keterangan", "uraian"), blank="",
        hint=gettext_lazy("Material, size, quality. May stay empty."),
    ),
    Column(
        "kbli", gettext_lazy("KBLI"), _kbli, ("kode kbli", "kbli code", "kbli class", "kelas kbli"), required=True,
        hint=gettext_lazy("The 5-digit class of the activity that makes it."),
    ),
    Column(
        "hs", pgettext_lazy("of a product", "HS code"), _hs, ("hs", "kode hs", "hs code", "btki"),
        hint=gettext_lazy("Customs tariff code of 4, 6 or 8 digits. May stay empty."),
    ),
    Column(
        "unit", pgettext_lazy("of sale", "Unit"), _unit, ("satuan", "unit"), required=True,
        hint=gettext_lazy("Choose from the list."),
    ),
    Column(
        "price", gettext_lazy("Price per unit (Rp)"), _price,
        ("harga", "harga satuan", "harga per satuan", "price", "unit price", "price per unit"), required=True,
        hint=gettext_lazy("Whole rupiah, before tax."),
    ),
    Column(
        "monthly_capacity", gettext_lazy("Capacity per month"), _quantity,
        ("kapasitas", "kapasitas bulanan", "capacity", "monthly capacity"), required=True,
        hint=gettext_lazy("How much you can make in a month, in the unit."),
    ),
    Column(
        "minimum_order", gettext_lazy("Minimum order"), _quantity, ("pesanan minimum", "minimal pesanan", "moq"),
        blank=Decimal(1), hint=gettext_lazy("In the unit. Empty means 1."),
    ),
    Column(
        "lead_time_days", gettext_lazy("Lead time (days)"), _days,
        ("waktu pengerjaan", "lama pengerjaan", "lead time", "lead time in days"), required=True,
        hint=gettext_lazy("Days from order to dispatch."),
    ),
    Column(
        "tkdn", gettext_lazy("TKDN (%)"), _percent, ("tkdn", "kandungan lokal", "domestic content"),
        hint=gettext_lazy("Domestic content, 0 to 100. May stay empty."),
    ),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}


# -- The row of column names -------------------------------------------------------------------------------------------


@dataclass
class Headings:
    """Which column stands where, and what is wrong with the names."""

    places: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unknown: list[dict[str, str]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return list(self.places.values())

    @property
    def as_params(self) -> dict[str, Any]:
        return {"missing": self.missing, "unknown": self.unknown, "twice": self.twice}


def read_headings(cells: Iterable[Any]) -> Headings:
    names = heading_names()
    headings = Headings()
    for place, cell in enumerate(cells):
        name = text_of(cell).lstrip("\ufeff")
        key = names.get(heading_key(name))
        if key == "" or not name:
            continue
        if key is None:
            close = get_close_matches(heading_key(name), names, n=1, cutoff=0.7)
            headings.unknown.append({"name": name[:60], "meant": names[close[0]] if close else ""})
        elif key in headings.places.values():
            headings.twice.append(name[:60])
        else:
            headings.places[place] = key
    headings.missing = [column.key for column in COLUMNS if column.required and column.key not in headings.keys]
    return headings


def heading_key(name: str) -> str:
    """`Harga satuan (Rp) *` is `harga satuan`."""
    return fold(re.sub(r"\(.*?\)", " ", name))


def heading_names() -> dict[str, str]:
    """Every accepted name, folded, and its column; the remarks column of a corrected file is read past."""
    if not _HEADING_NAMES:
        for column in COLUMNS:
            labels = list(column.names)
            for language in ("id", "en"):
                with translation.override(language):
                    labels.append(str(column.label))
            _HEADING_NAMES.update({heading_key(label): column.key for label in (*labels, column.key)})
        _HEADING_NAMES.update(dict.fromkeys(REMARKS, ""))
    return _HEADING_NAMES


_HEADING_NAMES: dict[str, str] = {}


def headings_problems(params: dict[str, Any]) -> list[str]:
    """What is wrong with the names of the columns, a sentence each."""
    sentences = []
    if params["missing"]:
        names = ", ".join(str(BY_KEY[key].label) for key in params["missing"])
        sentences.append(_("These columns are missing: %(names)s.") % {"names": names})
    for unknown in params["unknown"]:
        if unknown["meant"]:
            meant = {"name": unknown["name"], "meant": BY_KEY[unknown["meant"]].label}
            sentences.append(_("The column “%(name)s” is not known. Do you mean “%(meant)s”?") % meant)
        else:
            sentences.append(
                _("The column “%(name)s” is not known. Remove it or take the name from the template.") % unknown
            )
    sentences += [_("The column “%(name)s” stands there twice.") % {"name": name} for name in params["twice"]]
    return sentences


# -- One row -----------------------------------------------------------------------------------------------------------


def read_row(cells: dict[str, Any], formulas: Iterable[str], known: Known) -> tuple[dict[str, Any], list[Problem]]:
    """The values of a product, and what is wrong. Columns the file doesn't have are not in the values."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, column in BY_KEY.items():
        if key not in cells:
            continue
        cell = cells[key]
        text = text_of(cell)
        try:
            if key in formulas or is_formula(text):
                raise BadCell("formula", value=text[:60] or "=", sign=text[:1] if is_formula(text) else "=")
            if not text and column.required:
                raise BadCell("required")
            values[key] = column.read(cell, known) if text else column.blank
        except BadCell as bad:
            problems.append(Problem(key, text[:200], bad.code, bad.params))
    return values, problems
