"""Whether goods of an enterprise need a halal certificate, and what it holds of one that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.enums import DocumentKind
from portal.models import Document, Enterprise, Product
from portal.presentation.numbers import angka
from portal.rules.halal import FOOD_OR_DRINK, HalalDuty, halal_duty, is_food_or_drink

VERIFIED, DECLARED, NONE = "verified", "declared", "none"
MOST_NAMED = 5
_FOOD = reduce(or_, (Q(kbli__code__startswith=division) for division in FOOD_OR_DRINK))


@dataclass(frozen=True)
class Halal:
    """`held`: the best paper that counts for all of the goods in question; none when one of them has none."""

    duty: HalalDuty
    held: str
    # Names of the first goods that no paper covers, and how many there are of them.
    without: tuple[str, ...] = ()
    without_count: int = 0

    @property
    def is_lacking(self) -> bool:
        return self.duty.in_force and self.held == NONE

    @property
    def state(self) -> str:
        if self.held == VERIFIED:
            return _("A verified halal certificate is there.")
        if self.held == DECLARED:
            return _("A halal certificate is declared and not verified yet.")
        if self.without:
            return _("No halal certificate is entered for: %(goods)s.") % {"goods": self._without_shown()}
        return _("No halal certificate is entered.")

    def _without_shown(self) -> str:
        shown, more = ", ".join(self.without), self.without_count - len(self.without)
        return _("%(values)s and %(n)s more") % {"values": shown, "n": angka(more)} if more > 0 else shown


def halal_of_product(product: Product, on: dt.date) -> Halal | None:
    """None where no duty reaches it."""
    if not is_food_or_drink(product.kbli.code):
        return None
    enterprise = product.enterprise
    duty = halal_duty(enterprise.business_class, enterprise.annual_sales, on)
    if duty is None:
        return None
    return Halal(duty, _held(_papers(enterprise, on).filter(Q(product=None) | Q(product=product))))


def halal_of_enterprise(enterprise: Enterprise, on: dt.date) -> Halal | None:
    """Of all its food and drink on sale; of its activities where it sells nothing yet."""
    goods = enterprise.products.filter(_FOOD, withdrawn_at=None)
    sells = goods.exists()
    if not sells and not enterprise.activities.filter(_FOOD).exists():
        return None
    duty = halal_duty(enterprise.business_class, enterprise.annual_sales, on)
    if duty is None:
        return None
    papers = list(_papers(enterprise, on))
    if not sells:
        return Halal(duty, _held(papers))
    of_all = _held(paper for paper in papers if paper.product_id is None)
    # Thousands of products may be on sale: none is fetched but those that are named.
    lacking = goods.exclude(pk__in=_products_of(papers)) if of_all == NONE else goods.none()
    if lacking_count := lacking.count():
        names = lacking.order_by("pk").values_list("name", flat=True)[:MOST_NAMED]
        return Halal(duty, NONE, tuple(names), lacking_count)
    checked = _products_of(paper for paper in papers if paper.verified_at)
    if of_all == VERIFIED or not goods.exclude(pk__in=checked).exists():
        return Halal(duty, VERIFIED)
    return Halal(duty, DECLARED)


def _products_of(papers: Iterable[Document]) -> set[int]:
    return {paper.product_id for paper in papers if paper.product_id is not None}


def _papers(enterprise: Enterprise, on: dt.date):
    return Document.objects.filter(enterprise=enterprise, kind=DocumentKind.HALAL).counting_on(on)


def _held(papers: Iterable[Document]) -> str:
    checked = [paper.verified_at is not None for paper in papers]
    return VERIFIED if any(checked) else DECLARED if checked else NONE
