"""A product as a row of a list, the way the list is read again: the same file uploaded changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.enums import Unit
from portal.models import Product
from portal.pricing import OtherUnit, Tier


def number_text(number: Decimal | int) -> str:
    """1.234,5 in every language: so a list is read, whatever language its page was in."""
    whole, _point, fraction = f"{number:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    fraction = fraction.rstrip("0")
    return f"{grouped},{fraction}" if fraction else grouped


def tiers_text(tiers: Iterable[Tier]) -> str:
    """“100: 14.500; 500: 13.900”."""
    return "; ".join(f"{number_text(tier.from_quantity)}: {number_text(tier.price)}" for tier in tiers)


def units_text(units: Iterable[OtherUnit]) -> str:
    """“box 24: 340.000; dozen 12: 175.000”."""
    return "; ".join(f"{each.label} {number_text(each.holds)}: {number_text(each.price)}" for each in units)


WRITTEN: dict[str, Callable[[Iterable[Any]], str]] = {"tiers": tiers_text, "units": units_text}


def cells_of(product: Product) -> dict[str, Any]:
    """By the columns of the list. Numbers as numbers, so that a spreadsheet can reckon with them."""
    return {
        "code": product.code,
        "name": product.name,
        "description": product.description,
        "kbli": product.kbli.code,
        "hs": product.hs.dotted if product.hs else "",
        "unit": str(Unit(product.unit).label),
        "price": product.price,
        "monthly_capacity": product.monthly_capacity,
        "minimum_order": product.minimum_order,
        "lead_time_days": product.lead_time_days,
        "tkdn": product.tkdn,
        "bmp": product.bmp,
        "tiers": tiers_text(product.prices),
        "units": units_text(product.other_units),
        "on_sale": _("no") if product.withdrawn_at else _("yes"),
    }
