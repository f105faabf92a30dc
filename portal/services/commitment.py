"""Promising a part of a capacity, and taking the promise back. The database adds up; here its refusal gets its words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.enums import Unit
from portal.flow import MoveNotAllowed
from portal.models import Commitment, Product
from portal.presentation.numbers import angka
from portal.selectors.commitments import free_capacities

WALLS = ("commitment_within_capacity", "commitment_within_enterprise", "commitment_unit")


def commit(product: Product, quantity: Decimal, *, unit: str, since: dt.date, until: dt.date) -> Commitment:
    """Raises MoveNotAllowed where less than that is free on a day of the term; nothing is written then."""
    try:
        with transaction.atomic():
            return Commitment.objects.create(
                product=product, quantity=quantity, unit=unit, starts_on=since, ends_on=until
            )
    except IntegrityError as error:
        if (getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "") not in WALLS:
            raise
        free = free_capacities([product.pk], since, until).get(product.pk, Decimal(0))
        said = _(
            "Of “%(product)s” only %(free)s %(unit)s a month are still free in this term, and %(wanted)s are asked for."
        )
        unit_label = Unit(product.unit).label
        raise MoveNotAllowed(
            said % {"product": product.name, "free": angka(free), "unit": unit_label, "wanted": angka(quantity)},
            move="commit",
            status="",
            code="over_capacity",
        ) from error


def release(commitment: Commitment) -> None:
    """Twice changes nothing."""
    Commitment.objects.filter(pk=commitment.pk, released_at=None).update(released_at=timezone.now())
