"""Money in a contract: whole rupiah, each line rounded half up, the value their sum."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# A quadrillion: above it a figure is a slip of the finger; the database refuses it too.
MOST_RUPIAH = 10**15


def amount_of(quantity: Decimal, price: int) -> int:
    return int((quantity * price).quantize(Decimal(1), rounding=ROUND_HALF_UP))
