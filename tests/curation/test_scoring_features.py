"""Evidence read from real rows: the cases where a wrong join would still give a number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from curation.enums import Shape
from curation.models import EvidenceSnapshot, Need, Programme
from curation.scoring.criteria import candidates
from curation.scoring.features import FEATURES, Type
from curation.services.scoring import take_snapshot
from portal.enums import EnterpriseStatus, LegalForm
from portal.models import CooperativeMember, Enterprise, Product
from portal.pricing import price_at
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.products import DocumentFactory, hs_code, kbli_class
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

SOON = dt.date(2099, 1, 1)


def evidence(made: Enterprise, *needs: Need, product: Product | None = None) -> EvidenceSnapshot:
    programme: Programme = make.programme(needs=needs)
    return take_snapshot(make.draft_application(programme, made, product=product), by=None)


@pytest.mark.parametrize("key", FEATURES)
def test_a_feature_has_words_in_both_languages_and_a_page_to_better_it(key: str) -> None:
    feature = FEATURES[key]
    assert reverse(feature.page, args=feature.page_args)
    assert feature.minutes > 0
    words = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.append((str(feature.label), str(feature.help)))
    assert all(label and text for label, text in words)
    assert words[0][1] != words[1][1], "translated"


def test_the_page_to_better_it_opens_for_the_enterprise() -> None:
    made = enterprise()
    client = signed_in(owner_of(made))
    for address in {reverse(feature.page, args=feature.page_args) for feature in FEATURES.values()}:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("activity", "digits"),
    [
        (("24310", 2025), 5),
        (("24320", 2025), 3),
        (("25920", 2025), 0),
        # "Industri Pengecoran Besi dan Baja" there, "Pengecoran Besi dan Baja" here: the same trade in the older edition.
        (("24310", 2020), 5),
    ],
)
def test_trades_are_compared_by_digits_and_across_editions_by_meaning(activity: tuple[str, int], digits: int) -> None:
    assert evidence(enterprise(kbli=activity), make.need()).kbli_fit == digits


def test_a_code_that_means_something_else_in_the_other_edition_does_not_fit() -> None:
    # 2020: work on metal for others; 2025: treating and coating metal. The group above them kept its meaning or not,
    # but the five digits alone say nothing.
    assert evidence(enterprise(kbli=("25920", 2020)), make.need(kbli=kbli_class("25920"))).kbli_fit < 5


def test_the_closest_activity_counts() -> None:
    made = enterprise(kbli=("10794", 2025))
    made.activities.create(kbli=kbli_class("24310"))
    found = evidence(made, make.need())
    assert (found.kbli_fit, found.activities) == (5, ["10794", "24310"])


def test_without_a_product_named_the_one_that_fits_best_is_taken() -> None:
    made = enterprise()
    make.product(made, kbli=kbli_class("10794"), monthly_capacity=9000)
    best = make.product(made, monthly_capacity=700)
    make.product(made, monthly_capacity=600)
    make.product(made, unit="box", monthly_capacity=5000)
    make.product(made, monthly_capacity=8000, withdrawn_at=timezone.now())
    found = evidence(made, make.need())
    assert (found.product, found.monthly_capacity, found.products) == (best, 700, 4)


def test_a_product_is_measured_against_the_need_it_fits() -> None:
    by = make.officer()
    snacks = make.need(by=by, kbli=kbli_class("10794"), ceiling_price=10_000, quantity_per_month=50)
    castings = make.need(by=by)
    made = enterprise()
    product = make.product(made)
    found = evidence(made, snacks, castings, product=product)
    assert (found.need, found.need_quantity, found.price_share) == (castings, 1000, 80)


def test_an_enterprise_without_products_has_no_offer_but_all_its_own_evidence() -> None:
    found = evidence(enterprise(workforce=18), make.need())
    assert (found.product, found.monthly_capacity, found.price_share, found.photos) == (None, None, None, None)
    assert (found.products, found.workforce, found.need_unit) == (0, 18, "kilogram")


@pytest.mark.parametrize(
    ("unit", "capacity", "price", "found"),
    [
        ("kilogram", "500", 24_000, ("500", "80")),
        ("tonne", "1.5", 24_000_000, ("1500", "80")),
        ("gram", "900000", 24, ("900", "80")),
        ("litre", "500", 24_000, (None, None)),
        ("pack", "500", 24_000, (None, None)),
    ],
)
def test_units_convert_where_they_can(unit: str, capacity: str, price: int, found: tuple[Any, Any]) -> None:
    made = enterprise()
    make.product(made, unit=unit, monthly_capacity=Decimal(capacity), price=price)
    snapshot = evidence(made, make.need())
    expected = tuple(None if value is None else Decimal(value) for value in found)
    assert (snapshot.monthly_capacity, snapshot.price_share) == expected


@pytest.mark.parametrize("quantity", [10, 23, 24, 500, 1999, 2000, 9000])
@pytest.mark.parametrize("unit", ["piece", "dozen", "box"])
def test_the_price_is_that_at_the_quantity_of_the_need(quantity: int, unit: str) -> None:
    """As the page says it (portal.pricing), whatever unit the need is in that the product is sold by."""
    made = enterprise()
    product = make.product(
        made,
        unit="piece",
        price=20_000,
        minimum_order=5,
        tiers=[{"from_quantity": "500", "price": 18_000}, {"from_quantity": "2000", "price": 16_500}],
        units=[
            {"unit": "box", "holds": "24", "price": 420_000},
            {"unit": "kilogram", "holds": "8.5", "price": 160_000},
        ],
    )
    holds = {"piece": 1, "dozen": 12, "box": 24}[unit]
    need = make.need(unit=unit, quantity_per_month=quantity, ceiling_price=24_000 * holds)
    found = evidence(made, need)
    expected = price_at(product.price, product.prices, product.other_units, Decimal(quantity * holds)) / 240
    assert found.price_share == round(expected, 4)
    assert abs(found.monthly_capacity * holds - product.monthly_capacity) < Decimal("0.01")


def test_a_need_by_weight_fits_pieces_that_are_also_sold_by_weight() -> None:
    made = enterprise()
    by_weight = [{"unit": "kilogram", "holds": "8", "price": 20_000}]
    make.product(made, unit="piece", price=3_000, minimum_order=1, monthly_capacity=Decimal(4000), units=by_weight)
    found = evidence(made, make.need())  # 1,000 kg at 30,000 at most
    assert (found.monthly_capacity, found.price_share) == (500, round(Decimal(2_000_000) / 30_000, 4))


def test_of_each_kind_the_paper_that_is_valid_longest_counts_and_none_that_begins_later() -> None:
    made = enterprise()
    product, other = make.product(made), make.product(made, kbli=kbli_class("10794"))
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2030, 1, 1))
    longest = DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2031, 1, 1), product=product)
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2040, 1, 1), product=other)
    DocumentFactory(enterprise=made, kind="sni", valid_until=SOON, valid_from=dt.date(2098, 1, 1))
    DocumentFactory(enterprise=made, kind="halal", valid_until=None)
    DocumentFactory(enterprise=made, kind="deed")
    found = evidence(made, make.need(), product=product)
    assert (found.sni, found.halal, found.bpom) == (dt.date(2031, 1, 1), dt.date(9999, 12, 31), None)
    assert (found.deed, found.verified_documents) == (True, 0)
    assert found.papers["sni"] == {"id": longest.pk, "until": "2031-01-01", "verified": False}
    assert "number" not in str(found.papers), "a tax card's number is personal"


def test_a_verified_paper_counts_before_a_longer_one_that_nobody_has_checked() -> None:
    made = enterprise()
    longer = DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2031, 1, 1))
    checked = verified_paper(made, "sni", valid_until=dt.date(2030, 1, 1))
    verified_paper(made, "sni", valid_until=dt.date(2029, 1, 1))
    verified_paper(made, "halal", valid_until=dt.date(2020, 1, 1))
    declared = DocumentFactory(enterprise=made, kind="halal", valid_until=SOON)
    found = evidence(made, make.need())
    then = {"id": longer.pk, "until": "2031-01-01", "verified": False}
    assert found.papers["sni"] == {"id": checked.pk, "until": "2030-01-01", "verified": True, "then": then}
    assert found.papers["halal"] == {"id": declared.pk, "until": str(SOON), "verified": False}, (
        "an ended one is no proof"
    )
    assert (found.sni, found.verified_documents) == (dt.date(2031, 1, 1), 1), "how long it is covered stays what it was"


def test_a_strangers_papers_and_products_are_not_read() -> None:
    made, stranger = enterprise(), enterprise()
    make.product(stranger)
    DocumentFactory(enterprise=stranger, kind="sni", valid_until=SOON)
    found = evidence(made, make.need())
    assert (found.product, found.sni, found.papers) == (None, None, {})


def test_distance_is_measured_between_regencies() -> None:
    klaten_to_bandung = evidence(enterprise(), make.need(region="32.73")).distance
    assert 300 < klaten_to_bandung < 400
    assert evidence(enterprise(), make.need(region="33.10")).distance == 0
    assert evidence(enterprise(), make.need(region="33.10.11")).distance == 0
    assert evidence(enterprise(), make.need(region="33")).distance > 0


def test_tariff_codes_are_compared_only_where_the_need_has_one() -> None:
    made = enterprise()
    product = make.product(made, hs=hs_code("73181510"))
    for wanted, digits in ((None, None), ("73181510", 8), ("73181590", 6), ("73181100", 4), ("72141011", 0)):
        need = make.need(hs=hs_code(wanted) if wanted else None)
        assert evidence(made, need, product=product).hs_fit == digits


@pytest.mark.parametrize(
    ("words", "parts", "found"),
    [
        ("", None, (None, None)),
        ("Menambah satu tungku.", None, (True, None)),
        ("", 3, (True, 3)),
        ("Tungku.", 4, (True, 4)),
    ],
)
def test_a_plan_is_there_in_words_or_figures_and_measured_by_its_parts(words, parts, found) -> None:
    read = evidence(enterprise(business_plan=words, plan_parts=parts), make.need())
    assert (read.business_plan, read.plan_parts) == found


def test_a_cooperative_counts_its_verified_members() -> None:
    cooperative = enterprise(legal_form=LegalForm.COOPERATIVE)
    for status in (EnterpriseStatus.VERIFIED, EnterpriseStatus.VERIFIED, EnterpriseStatus.SUBMITTED):
        CooperativeMember.objects.create(cooperative=cooperative, member=enterprise(status=status))
    assert evidence(cooperative, make.need()).cooperative_members == 2
    assert evidence(enterprise(), make.need()).cooperative_members is None


def test_years_are_complete_years_and_months() -> None:
    today = timezone.localdate()
    for established, years in (
        (today.replace(year=today.year - 10), "10"),
        (today.replace(year=today.year - 10) + dt.timedelta(days=1), "9.9"),
        (today, "0"),
        (today + dt.timedelta(days=1), None),
        (None, None),
    ):
        found = evidence(enterprise(established_on=established), make.need()).years_in_business
        assert found == (None if years is None else Decimal(years))


def test_every_type_can_be_probed_before_publication() -> None:
    for feature in FEATURES.values():
        parameters = {
            Type.BOOLEAN: (Shape.PRESENT, {}),
            Type.INTEGER: (Shape.LINEAR, {"zero_at": "0", "full_at": "4"}),
            Type.DECIMAL: (Shape.LINEAR, {"zero_at": "0", "full_at": "4"}),
            Type.DATE: (Shape.VALID_ON, {"days": 30}),
            Type.TEXT: (Shape.MEMBERSHIP, {"shares": {"cv": "100"}}),
            Type.SET: (Shape.MEMBERSHIP, {"shares": {"24310": "100"}}),
        }[feature.type]
        criterion = make.Criterion(feature=feature.key, shape=parameters[0], parameters=parameters[1])
        assert candidates(feature, [criterion], timezone.localdate())
