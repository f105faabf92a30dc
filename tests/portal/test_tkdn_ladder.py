"""The ladder of domestic content, by the dated rule; and what products ask of the enterprise's own capacity."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.models import Enterprise, Product
from portal.rules.tkdn import most_bmp, standing
from portal.selectors.product_capacity import load_of
from tests.factories.products import DocumentFactory, ProductFactory, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("tkdn", "bmp", "step", "missing"),
    [
        (None, None, 4, None),
        (None, "10", 4, None),
        ("0", None, 3, "25"),
        ("24.99", "15", 3, "0.01"),
        ("25", None, 2, "15"),
        ("25", "14.99", 2, "0.01"),
        ("25", "15", 1, None),
        ("40", None, 1, None),
        ("39.5", "0", 2, "0.5"),
    ],
)
def test_where_a_product_stands(tkdn: str | None, bmp: str | None, step: int, missing: str | None) -> None:
    found = standing(tkdn and Decimal(tkdn), bmp and Decimal(bmp), DAY)
    assert (found.step, found.missing) == (step, missing and Decimal(missing))
    assert bool(found.next_step) == (step > 1)
    assert "46/2025" in found.source
    said = {}
    for language in ("id", "en"):
        with translation.override(language):
            said[language] = [
                found.meaning,
                found.next_step,
                found.self_declaring,
                *(text for _step, text in found.steps),
            ]
    assert all(one != other for one, other in zip(said["id"], said["en"], strict=True) if one)


def test_before_the_regulation_there_is_no_ladder() -> None:
    assert standing(Decimal(40), None, dt.date(2025, 4, 29)) is None
    assert most_bmp(dt.date(2025, 4, 29)) == 100
    assert most_bmp(DAY) == 15


def test_the_page_of_a_product_says_where_it_stands_and_whether_that_is_certified() -> None:
    user = seller()
    product = ProductFactory(enterprise=user.organisation.enterprise, tkdn=Decimal(30), bmp=Decimal(4))
    client = signed_in(user)
    address = reverse("product_edit", args=[product.pk])
    page = client.get(address).content.decode()
    assert "6 poin persen" in page
    assert "dinyatakan sendiri" in page
    checker = seller()
    DocumentFactory(
        enterprise=product.enterprise,
        kind="tkdn",
        product=product,
        verified_at=timezone.now(),
        verified_by=checker,
        verified_how="seen",
    )
    assert "Sejauh ini dinyatakan sendiri" not in client.get(address).content.decode()
    answer = client.get(f"/api/v1/products/{product.pk}/ladder/").json()
    assert (answer["step"], answer["total"], answer["missing"]) == (2, "34.00", "6.00")
    assert signed_in(seller()).get(f"/api/v1/products/{product.pk}/ladder/").status_code == 404


# -- Capacity ----------------------------------------------------------------------------------------------------------


def make(enterprise: Enterprise, **fields: Any) -> Product:
    return ProductFactory(enterprise=enterprise, **fields)


def test_products_are_added_up_in_the_unit_of_the_business() -> None:
    user = seller(monthly_capacity=Decimal(5000), capacity_unit="kilogram")
    enterprise = user.organisation.enterprise
    make(enterprise, unit="tonne", monthly_capacity=Decimal(2))
    make(enterprise, unit="kilogram", monthly_capacity=Decimal(2500))
    make(enterprise, unit="kilogram", monthly_capacity=Decimal(9000), withdrawn_at=timezone.now())
    make(enterprise, unit="pack", monthly_capacity=Decimal(800))
    load = load_of(enterprise)
    assert (load.total, load.counted, load.left_out, load.exceeded) == (4500, 2, 1, False)
    # A box of eight kilograms can be counted, and is too much.
    boxes = [{"unit": "kilogram", "holds": "0.125", "price": 9}]
    make(enterprise, unit="box", monthly_capacity=Decimal(100), units=boxes)
    load = load_of(enterprise)
    assert (load.total, load.counted, load.left_out, load.exceeded) == (5300, 3, 1, True)
    client = signed_in(user)
    page = client.get(reverse("product_list"))
    assert page.status_code == 200
    assert "berjumlah 5.300 kg per bulan" in page.content.decode() or "5.300" in page.content.decode()
    answer = client.get("/api/v1/products/capacity/").json()
    assert answer == {
        "own": "5000.00", "unit": "kilogram", "total": "5300.00", "counted": 3, "left_out": 1, "exceeded": True,
    }  # fmt: skip


def test_without_a_capacity_of_the_business_nothing_is_said() -> None:
    user = seller()
    make(user.organisation.enterprise)
    assert load_of(user.organisation.enterprise) is None
    answer = signed_in(user).get("/api/v1/products/capacity/").json()
    assert (answer["own"], answer["exceeded"]) == (None, False)
    assert "kapasitas usaha Anda sendiri" not in signed_in(user).get(reverse("product_list")).content.decode()
