"""What can be wrong with a cell, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

from portal.enums import Unit
from portal.presentation.numbers import angka
from portal.pricing import MESSAGES, pricing_text

PROBLEMS = {
    "required": gettext_lazy("Fill in this cell"),
    "short": gettext_lazy(
        "The row ends after %(cells)s of %(columns)s cells. Fill in the rest; perhaps the file was cut off here"
    ),
    "formula": gettext_lazy("“%(value)s” would run as a formula. Write the value itself, without “%(sign)s” in front"),
    "too_long": gettext_lazy("At most %(limit)s characters"),
    "number": gettext_lazy("“%(value)s” is not a number. Write it like 1234,5"),
    "negative": gettext_lazy("The number cannot be negative"),
    "zero": gettext_lazy("The number must be above zero"),
    "days": gettext_lazy("“%(value)s” is not a number of days. Write it like 14"),
    "too_high": gettext_lazy("At most %(limit)s"),
    "not_below": gettext_lazy("The number must be below %(limit)s"),
    "whole": gettext_lazy("A whole number, without decimals"),
    "places": gettext_lazy("At most two decimals"),
    "yes_or_no": gettext_lazy("“%(value)s” is neither yes nor no"),
    "unit": gettext_lazy("“%(value)s” is not a unit we know. Use one of: %(units)s"),
    "kbli": gettext_lazy("There is no 5-digit KBLI class “%(value)s”"),
    "kbli_edition": gettext_lazy("%(value)s is a code of KBLI %(other)s; KBLI %(wanted)s does not have it"),
    "kbli_suggestions": gettext_lazy(
        "%(value)s is a code of KBLI %(other)s; KBLI %(wanted)s does not have it. Closest: %(codes)s"
    ),
    "hs": gettext_lazy("There is no HS code “%(value)s” in the tariff (4, 6 or 8 digits)"),
    "tiers": gettext_lazy("“%(value)s” is no quantity with its price. Write it like 100: 14.500; 500: 13.900"),
    "units": gettext_lazy(
        "“%(value)s” is no unit with what it holds and its price. Write it like box 24: 340.000; dozen 12: 175.000"
    ),
    "four_places": gettext_lazy("At most four decimals"),
    **MESSAGES,
    "kept_prices": gettext_lazy(
        "The product has prices by quantity or other units that no longer fit. Add the columns for them to the list, or change"
        " them on the product's page first"
    ),
    "promised": gettext_lazy(
        "%(amount)s %(unit)s a month are promised to buyers: less, or another unit, is possible when a share was given back"
    ),
    "twice": gettext_lazy("The same code stands in row %(row)s already"),
    "twice_named": gettext_lazy("Row %(row)s has the same name and unit. Give both a code of their own"),
    "unchosen": gettext_lazy(
        "Write something else in place of “%(value)s”, or “%(without)s” alone to change the product that has it already"
    ),
}


class BadCell(Exception):
    """`at` among the params: which part of a cell with several is meant. `more`: what is wrong with its other parts."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params
        self.more: list[BadCell] = []

    @staticmethod
    def of_parts(found: list[BadCell]) -> BadCell:
        first = found[0]
        first.more = found[1:]
        return first


class Problem(NamedTuple):
    column: str
    value: str
    code: str
    params: dict[str, Any]


def problem_text(code: str, params: dict[str, Any]) -> str:
    if "at" in params:
        rest = {name: value for name, value in params.items() if name != "at"}
        return f"“{params['at']}”: {problem_text(code, rest)}"
    if code in MESSAGES:
        return pricing_text(code, params)
    shown = {key: angka(value) if isinstance(value, int) else value for key, value in params.items()}
    if code == "unit":
        shown["units"] = ", ".join(str(unit.label) for unit in Unit)
    if code == "promised":
        shown = {"amount": angka(Decimal(params["amount"])), "unit": Unit(params["unit"]).label}
    if code == "kbli_edition" or code == "kbli_suggestions":
        shown |= {key: str(params[key]) for key in ("other", "wanted")}
    return str(PROBLEMS[code]) % shown
