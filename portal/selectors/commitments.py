"""How much of a capacity is promised, and what is left of it between two days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.enums import Unit
from portal.models import Enterprise, Product
from portal.presentation.numbers import angka

# In each product's own unit: what its own capacity leaves, and what its enterprise's does where that converts.
FREE = """
SELECT p.id, least(
    p.monthly_capacity - committed_at_most(p.id, %(since)s, %(until)s),
    unit_converted(e.monthly_capacity - enterprise_committed_at_most(e.id, e.capacity_unit, %(since)s, %(until)s),
                   e.capacity_unit, p.unit))
FROM portal_product p JOIN portal_enterprise e ON e.id = p.enterprise_id WHERE p.id = ANY (%(products)s)
"""


def free_capacities(products: Iterable[int], since: dt.date, until: dt.date) -> dict[int, Decimal]:
    """By product, a month, on the fullest day between the two (both inclusive); never below zero."""
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"products": list(products), "since": since, "until": until})
        return {key: max(Decimal(0), free) for key, free in cursor.fetchall()}


def committed(product: Product) -> Decimal:
    """The most that is promised of it on one day from today on, in its unit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT committed_at_most(%s, %s, 'infinity')", [product.pk, timezone.localdate()])
        return Decimal(cursor.fetchone()[0])


def enterprise_committed(enterprise: Enterprise, unit: str) -> Decimal:
    """The same of all its products that are counted in a unit that converts into this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enterprise_committed_at_most(%s, %s, %s, 'infinity')", [enterprise.pk, unit, timezone.localdate()]
        )
        return Decimal(cursor.fetchone()[0])


def promised_words(amount: Decimal, unit: str) -> str:
    """Why a capacity cannot be lowered, and what helps."""
    return _(
        "%(amount)s %(unit)s a month are promised to buyers. Give a share back in its consortium, or end the contract, first."
    ) % {"amount": angka(amount), "unit": Unit(unit).label}
