"""Whether goods of an enterprise need a halal certificate, and what it holds of one that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.enums import DocumentKind
from portal.models import Document, Enterprise, Product
from portal.rules.halal import HalalDuty, halal_duty, is_food_or_drink

VERIFIED, DECLARED, NONE = "verified", "declared", "none"


@dataclass(frozen=True)
class Halal:
    """`held`: the best paper that counts for all of the goods in question; none when one of them has none."""

    duty: HalalDuty
    held: str
    # Names of the goods that no paper covers.
    without: tuple[str, ...] = ()

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
            return _("No halal certificate is entered for: %(goods)s.") % {"goods": ", ".join(self.without)}
        return _("No halal certificate is entered.")


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
    on_sale = enterprise.products.filter(withdrawn_at=None).select_related("kbli").order_by("pk")
    goods = [product for product in on_sale if is_food_or_drink(product.kbli.code)]
    trades = enterprise.activities.select_related("kbli")
    if not goods and not any(is_food_or_drink(each.kbli.code) for each in trades):
        return None
    duty = halal_duty(enterprise.business_class, enterprise.annual_sales, on)
    if duty is None:
        return None
    papers = list(_papers(enterprise, on))
    held = {
        product.name: _held(paper for paper in papers if paper.product_id in (None, product.pk)) for product in goods
    }
    states = set(held.values()) or {_held(papers)}
    worst = next(state for state in (NONE, DECLARED, VERIFIED) if state in states)
    return Halal(duty, worst, tuple(name for name, state in held.items() if state == NONE))


def _papers(enterprise: Enterprise, on: dt.date):
    return Document.objects.filter(enterprise=enterprise, kind=DocumentKind.HALAL).counting_on(on)


def _held(papers: Iterable[Document]) -> str:
    checked = [paper.verified_at is not None for paper in papers]
    return VERIFIED if any(checked) else DECLARED if checked else NONE
