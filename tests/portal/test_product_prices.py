"""Prices by quantity and other units: by page, API and list, and what the database itself refuses."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.enums import ImportMode
from portal.models import AuditEntry, Product, User
from portal.pricing import OtherUnit, Tier, faults, price_at
from portal.selectors.product_import import rows_to_correct, worded
from tests.factories.products import ProductFactory, seller
from tests.factories.sheets import HEADINGS, csv_file, row
from tests.portal.test_import_life import counts, upload
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

TIERS = [{"from_quantity": "500", "price": 14_500}, {"from_quantity": "2000", "price": 13_900}]
UNITS = [{"unit": "box", "holds": "24", "price": 340_000}]


@pytest.fixture
def user() -> User:
    return seller()


@pytest.fixture
def product(user: User) -> Product:
    """By the pack, Rp15.000, at least 100."""
    return ProductFactory(enterprise=user.organisation.enterprise)


@pytest.fixture
def priced(product: Product) -> Product:
    Product.objects.update(tiers=TIERS, units=UNITS)
    product.refresh_from_db()
    return product


def patch(user: User, product: Product, **changes: Any) -> Any:
    return signed_in(user).patch(
        f"/api/v1/products/{product.pk}/", json.dumps(changes), content_type="application/json"
    )


# -- Pages -------------------------------------------------------------------------------------------------------------


def test_prices_are_saved_shown_and_told_in_the_history(user: User, product: Product) -> None:
    lines = {
        "tiers-0-from_quantity": "500",
        "tiers-0-price": "14.500",
        # A line left empty between two others is no line.
        "tiers-2-from_quantity": "2.000",
        "tiers-2-price": "13.900",
        "units-0-unit": "box",
        "units-0-holds": "24",
        "units-0-price": "340.000",
    }
    client = signed_in(user)
    assert client.post(reverse("product_prices", args=[product.pk]), lines).status_code == 302
    product.refresh_from_db()
    assert (product.tiers, product.units) == (TIERS, UNITS)
    page = client.get(reverse("product_list")).content.decode()
    assert "Mulai 2.000 pak: Rp13.900" in page
    assert "isi 24 pak: Rp340.000" in page
    assert "13.900" in client.get(reverse("product_prices", args=[product.pk])).content.decode()
    assert (
        "500: Rp14.500; 2.000: Rp13.900" in client.get(reverse("product_history", args=[product.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ({"tiers-0-from_quantity": "500"}, "tiers-0-price"),
        ({"tiers-0-price": "14.500"}, "tiers-0-from_quantity"),
        ({"tiers-0-from_quantity": "100", "tiers-0-price": "14.500"}, "tiers-0-from_quantity"),
        ({"tiers-0-from_quantity": "500", "tiers-0-price": "15.000"}, "tiers-0-price"),
        ({"tiers-0-from_quantity": "500", "tiers-0-price": "0"}, "tiers-0-price"),
        ({"tiers-0-from_quantity": "-5", "tiers-0-price": "14.000"}, "tiers-0-from_quantity"),
        (
            {"tiers-0-from_quantity": "500", "tiers-0-price": "14.500", "tiers-3-from_quantity": "500", "tiers-3-price": "14.000"},
            "tiers-3-from_quantity",
        ),
        (
            {"tiers-0-from_quantity": "500", "tiers-0-price": "14.000", "tiers-1-from_quantity": "900", "tiers-1-price": "14.500"},
            "tiers-1-price",
        ),
        ({"units-0-unit": "box", "units-0-holds": "24"}, "units-0-price"),
        ({"units-0-unit": "pack", "units-0-holds": "24", "units-0-price": "9"}, "units-0-unit"),
        ({"units-1-unit": "box", "units-1-holds": "seratus", "units-1-price": "9"}, "units-1-holds"),
        (
            {"units-0-unit": "box", "units-0-holds": "24", "units-0-price": "9", "units-2-unit": "box", "units-2-holds": "12", "units-2-price": "5"},
            "units-2-unit",
        ),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_at_its_field_and_kept(user: User, product: Product, lines: Any, wrong: str) -> None:
    response = signed_in(user).post(reverse("product_prices", args=[product.pk]), lines)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {wrong}
    for value in lines.values():
        assert value in response.content.decode()
    product.refresh_from_db()
    assert (product.tiers, product.units) == ([], [])


def test_a_dozen_is_twelve_and_nothing_else(user: User) -> None:
    product = ProductFactory(enterprise=user.organisation.enterprise, unit="piece")
    lines = {"units-0-unit": "dozen", "units-0-holds": "10", "units-0-price": "90.000"}
    response = signed_in(user).post(reverse("product_prices", args=[product.pk]), lines)
    assert "selalu 12 buah" in str(response.context["form"].errors["units-0-holds"])


def test_a_stranger_finds_no_prices(product: Product) -> None:
    address = reverse("product_prices", args=[product.pk])
    assert signed_in(seller()).get(address).status_code == 404
    assert Client().get(address).status_code == 302


# -- API ---------------------------------------------------------------------------------------------------------------


def test_prices_by_api_are_replaced_as_a_whole(user: User, product: Product) -> None:
    answer = patch(user, product, tiers=TIERS, units=UNITS)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["tiers"] == [
        {"from_quantity": "500.00", "price": 14_500},
        {"from_quantity": "2000.00", "price": 13_900},
    ]
    assert answer.json()["units"] == [{"unit": "box", "holds": "24.0000", "price": 340_000}]
    assert patch(user, product, tiers=TIERS).status_code == 200
    assert AuditEntry.objects.of(product).count() == 1, "the same again changes nothing"
    assert patch(user, product, tiers=[]).json()["tiers"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tiers": [{"from_quantity": "500", "price": 15_000}]}, "tiers"),
        ({"tiers": [{"from_quantity": "90", "price": 14_000}]}, "tiers"),
        ({"tiers": [{"from_quantity": "500"}]}, "tiers"),
        ({"tiers": [TIERS[0]] * 6}, "tiers"),
        ({"tiers": "murah"}, "tiers"),
        ({"tiers": [*reversed(TIERS)]}, "tiers"),
        ({"units": [{"unit": "pack", "holds": "2", "price": 1}]}, "units"),
        ({"units": [{"unit": "karung", "holds": "2", "price": 1}]}, "units"),
        ({"units": [{"unit": "box", "holds": "0", "price": 1}]}, "units"),
        ({"units": UNITS * 2}, "units"),
        ({"bmp": "16"}, "bmp"),
    ],
)
def test_what_is_wrong_with_prices_is_a_problem_at_its_field(
    user: User, product: Product, changes: dict[str, Any], field: str
) -> None:
    answer = patch(user, product, **changes)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {field}


def test_what_no_longer_fits_the_prices_is_said_where_it_was_changed(user: User, priced: Product) -> None:
    assert set(patch(user, priced, price=14_500).json()["errors"]) == {"price"}
    assert set(patch(user, priced, minimum_order="500").json()["errors"]) == {"minimum_order"}
    assert "pak" in str(patch(user, priced, unit="kilogram").json()["errors"]["unit"])
    assert patch(user, priced, unit="kilogram", tiers=[], units=UNITS).status_code == 200


# -- Lists -------------------------------------------------------------------------------------------------------------

WITH_PRICES = [*HEADINGS, "BMP (%)", "Harga menurut jumlah", "Satuan lain"]


def listed(*rows: list[str]) -> Any:
    return csv_file(rows, headings=WITH_PRICES)


def test_a_list_brings_prices_and_twice_changes_nothing(user: User) -> None:
    rows = [
        [*row(1), "10", "500: 14.500; 2.000: 13.900", "dus 24: 340.000"],
        [*row(2), "", "dari 500 = Rp14.500", "kg (4,5): Rp60.000 ; lusin 12:170.000"],
        [*row(3), "", "", ""],
    ]
    assert counts(upload(user, listed(*rows))) == (3, 0, 0, 0)
    one, two, three = Product.objects.order_by("code")
    assert (one.tiers, one.units, one.bmp) == (TIERS, UNITS, 10)
    assert two.other_units == [OtherUnit("kilogram", Decimal("4.5"), 60_000), OtherUnit("dozen", Decimal(12), 170_000)]
    assert (three.tiers, three.units, three.bmp) == ([], [], None)
    assert counts(upload(user, listed(*rows))) == (0, 0, 3, 0)
    rows[0][-2] = ""
    assert counts(upload(user, listed(*rows))) == (0, 1, 2, 0)
    told = AuditEntry.objects.of(one).get().payload
    assert (told["before"], told["after"]) == ({"tiers": TIERS}, {"tiers": []})


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("16", "", ""), "bmp", "too_high"),
        (("", "murah", ""), "tiers", "tiers"),
        (("", "500: 15.000", ""), "tiers", "tier_price"),
        (("", "100: 14.000", ""), "tiers", "tier_minimum"),
        (("", "500: 14.000; 400: 13.000", ""), "tiers", "tier_order"),
        (("", "500: 0", ""), "tiers", "zero"),
        (("", "", "dus"), "units", "units"),
        (("", "", "karung goni 20: 5"), "units", "unit"),
        (("", "", "bungkus 20: 5"), "units", "unit_same"),
        (("", "", "dus 20: 5; dus 30: 6"), "units", "unit_twice"),
    ],
)
def test_a_wrong_cell_of_prices_is_named(user: User, cells: tuple[str, ...], column: str, code: str) -> None:
    done = upload(user, listed([*row(1), *cells], [*row(2), "", "", ""]))
    assert [(p.row, p.column, p.code) for p in done.problems.all()] == [(2, column, code)]
    assert done.created_count == 1
    page = signed_in(user).get(reverse("import_status", args=[done.pk]))
    assert "%(" not in page.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", ("di bawah Rp15.000", "lebih dari nol")), ("en", ("below IDR 15,000", "above zero"))],
)
def test_each_wrong_price_of_a_cell_is_named_in_both_languages(
    user: User, language: str, words: tuple[str, str]
) -> None:
    done = upload(
        user,
        listed(
            [*row(1), "", "500: 15.000; 2.000: 15.500", ""],
            [*row(2), "", "500: 0; -3: 9; 700: 14.000", "dus 0: 5; goni 2: 9"],
        ),
    )
    with translation.override(language):
        texts = [(problem.row, worded(problem).text) for problem in done.problems.all()]
        (first, second) = rows_to_correct(done)
    assert [(row, text.partition("”")[0]) for row, text in texts] == [
        (2, "“500: 15.000"), (2, "“2.000: 15.500"), (3, "“500: 0"), (3, "“-3: 9"), (3, "“dus 0: 5"), (3, "“goni 2: 9"),
    ]  # fmt: skip
    assert words[0] in texts[0][1]
    assert words[1] in texts[2][1]
    assert "500: 15.000" in first.wrong["tiers"]
    assert "2.000: 15.500" in first.wrong["tiers"]
    assert second.wrong.keys() == {"tiers", "units"}


@pytest.mark.parametrize("mode", ImportMode)
def test_a_list_without_the_columns_leaves_no_product_with_prices_that_do_not_fit(
    user: User, priced: Product, mode: ImportMode
) -> None:
    changed = {"kode": priced.code, "nama": priced.name}
    rows = [row(1), row(2, **changed, harga="14.000"), row(3)]
    done = upload(user, csv_file(rows), mode)
    assert [(p.row, p.code) for p in done.problems.all()] == [(3, "kept_prices")]
    assert counts(done) == ((2, 0, 0, 1) if mode == ImportMode.KEEP_VALID else (0, 0, 0, 1))
    assert done.rows_read == done.rows_total == 3
    priced.refresh_from_db()
    assert (priced.price, priced.tiers) == (15_000, TIERS)
    for changes in ({"minimum": "500"}, {"satuan": "kg"}):
        assert counts(upload(user, csv_file([row(2, **changed, **changes)]), mode)) == (0, 0, 0, 1)
    assert counts(upload(user, csv_file([row(2, **changed, harga="14.600")]), mode)) == (0, 1, 0, 0)


# -- Arithmetic and walls ----------------------------------------------------------------------------------------------


def test_the_lowest_price_that_holds_for_a_quantity() -> None:
    tiers, units = [Tier(Decimal(500), 90), Tier(Decimal(2000), 80)], [OtherUnit("box", Decimal(24), 2_040)]
    assert [price_at(100, tiers, units, Decimal(n)) for n in (1, 23, 24, 1999, 2000)] == [100, 100, 85, 85, 80]


@pytest.mark.parametrize(
    ("tiers", "units"),
    [
        ([{"from_quantity": "500", "price": 15_000}], []),
        ([{"from_quantity": "100", "price": 14_000}], []),
        ([*reversed(TIERS)], []),
        ([{"from_quantity": "500", "price": 0}], []),
        ([{"price": 14_000}], []),
        ([{"from_quantity": str(500 * n), "price": 14_000 - n} for n in range(1, 7)], []),
        ({}, []),
        ([], [{"unit": "pack", "holds": "2", "price": 1}]),
        ([], UNITS * 2),
        ([], [{"unit": "box", "holds": "0", "price": 1}]),
        ([], [{"unit": "box", "price": 1}]),
    ],
)
def test_the_database_refuses_what_the_code_forbids(product: Product, tiers: Any, units: Any) -> None:
    with pytest.raises(IntegrityError, match=r"product_(tiers_fall|units_differ)"), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(tiers=tiers, units=units)


def test_code_and_database_say_the_same_of_good_prices(priced: Product) -> None:
    assert not faults(
        unit=priced.unit,
        price=priced.price,
        minimum=priced.minimum_order,
        tiers=priced.prices,
        units=priced.other_units,
    )
