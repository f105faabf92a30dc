"""Rupiah as people write it: Rp52,23 miliar, Rp860 juta, exactly Rp4.320.000.000. English: IDR 52.23 billion."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy

from portal.presentation.numbers import Number, as_decimal, localised, rounded, trimmed, unknown

# Largest first. Below a million the exact amount is short enough.
SCALES = (
    (Decimal(10**12), gettext_lazy("trillion")),
    (Decimal(10**9), gettext_lazy("billion")),
    (Decimal(10**6), gettext_lazy("million")),
)


def rupiah(value: Number, *, exact: bool = False) -> str:
    amount = as_decimal(value)
    if amount is None:
        return unknown()
    sign, amount = ("−" if amount < 0 else ""), abs(amount)
    text = localised(amount, 0) if exact else _short(amount)
    return f"{sign}{_currency()}{text}"


def _short(amount: Decimal) -> str:
    for position, (scale, name) in enumerate(SCALES):
        if amount < scale:
            continue
        in_scale = rounded(amount / scale, 2)
        # 999,999 million is one billion, not "1.000 juta".
        if in_scale >= 1000 and position:
            in_scale, name = Decimal(1), SCALES[position - 1][1]
        return f"{trimmed(in_scale, 2)} {name}"
    return localised(amount, 0)


def _currency() -> str:
    """No space after Rp (EYD); one after IDR."""
    return "Rp" if get_language() == "id" else "IDR "
