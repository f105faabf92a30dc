"""Numbers as people here type them (how pages print them: portal.presentation).

"1.234,5" the Indonesian way, and "1234.5" or "1,234.5" where that can mean nothing else. "1.234" and "1,234"
could be two numbers; they are read the Indonesian way (1234, and 1 and 234 thousandths), and `ambiguous` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

CURRENCY = re.compile(r"^(?:rp|idr)\.?\s*|\s*(?:rupiah|idr)$", re.IGNORECASE)
# "Rp1.500,-": how prices are written by hand.
NO_CENTS = re.compile(r",-+$|,=$")
MULTIPLES = {
    "ribu": 3, "rb": 3, "juta": 6, "jt": 6, "miliar": 9, "milyar": 9, "triliun": 12, "trilyun": 12,
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip
MULTIPLE = re.compile(rf"\s*({'|'.join(MULTIPLES)})$", re.IGNORECASE)
SHAPES = (
    # name, pattern, thousands separator, decimal separator
    ("plain", re.compile(r"\d+"), "", ""),
    ("indonesian", re.compile(r"\d{1,3}(?:\.\d{3})+,\d+"), ".", ","),
    ("indonesian", re.compile(r"\d{1,3}(?:\.\d{3}){2,}"), ".", ","),
    ("english", re.compile(r"\d{1,3}(?:,\d{3})+\.\d+"), ",", "."),
    ("english", re.compile(r"\d{1,3}(?:,\d{3}){2,}"), ",", "."),
    ("either", re.compile(r"[1-9]\d{0,2}\.\d{3}"), ".", ","),
    ("either", re.compile(r"[1-9]\d{0,2},\d{3}"), ".", ","),
    ("indonesian", re.compile(r"\d+,\d+"), "", ","),
    ("english", re.compile(r"\d+\.\d+"), "", "."),
)


class UnreadableNumber(ValueError):
    """The text is not a number in any way we know."""


@dataclass(frozen=True)
class ReadNumber:
    value: Decimal
    # The other number the same text could have meant, where there is one.
    other: Decimal | None = None

    @property
    def ambiguous(self) -> bool:
        return self.other is not None


def read_number(text: str) -> ReadNumber:
    """The number in a text a person typed or a spreadsheet held."""
    body = re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u2212", "-").strip())
    negative = body.startswith("-")
    body = CURRENCY.sub("", body.lstrip("-+").strip())
    body = NO_CENTS.sub("", body.strip())
    power = 0
    if match := MULTIPLE.search(body):
        power, body = MULTIPLES[match[1].lower()], body[: match.start()]
    # A space between groups of three is a thousands separator in no one's way but everybody's understanding.
    if re.fullmatch(r"\d{1,3}(?: \d{3})+(?:,\d+)?", body):
        body = body.replace(" ", "")
    for shape, pattern, thousands, decimal in SHAPES:
        if re.fullmatch(pattern.pattern, body, re.ASCII):
            value = _decimal(body, thousands, decimal)
            other = _decimal(body, decimal, thousands) if shape == "either" else None
            scale = Decimal(10) ** power * (-1 if negative else 1)
            return ReadNumber(value * scale, other * scale if other is not None else None)
    raise UnreadableNumber(text)


def _decimal(body: str, thousands: str, decimal: str) -> Decimal:
    if thousands:
        body = body.replace(thousands, "")
    return Decimal(body.replace(decimal, ".") if decimal else body)
