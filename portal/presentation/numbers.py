"""Numbers as people read them: 1.234,5 in Indonesian, 1,234.5 in English. Unknown is said, never a 0 or a dash."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Number = int | float | Decimal | str | None
MOST_PLACES = 6


def unknown() -> str:
    return _("none yet")


def as_decimal(value: Number) -> Decimal | None:
    """None when it isn't a number. A float is taken by what it prints, so that 77.8 stays 77.8."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def rounded(number: Decimal, places: int) -> Decimal:
    """Half up, as everywhere in the portal (scores too): never to even."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def trimmed(number: Decimal, most_places: int = MOST_PLACES) -> str:
    """With the decimals it has, at most so many, trailing zeros cut."""
    digits = f"{rounded(number, most_places):f}"
    _whole, _point, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return localised(Decimal(digits), len(fraction))


def localised(number: Decimal, places: int) -> str:
    return number_format(rounded(number, places), places, use_l10n=True, force_grouping=True)


def angka(value: Number, places: int | None = None) -> str:
    """`places` fixes the decimals (scores: 1 or 2); without it they stay as they are."""
    number = as_decimal(value)
    if number is None:
        return unknown()
    return trimmed(number) if places is None else localised(number, places)


def percent(value: Number, places: int | None = None) -> str:
    """Of a rate 0-100: 6,3%."""
    number = as_decimal(value)
    if number is None:
        return unknown()
    return f"{trimmed(number, 2) if places is None else localised(number, places)}%"
