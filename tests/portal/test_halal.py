"""From 17 October 2026 micro and small makers of food and drink need a halal certificate, too: said wherever it matters."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db.models.signals import post_init
from django.urls import reverse

from portal.enums import BusinessClass, Role
from portal.models import Enterprise, Product
from portal.rules.halal import halal_duty, is_food_or_drink
from portal.selectors.dossier import checks_of
from portal.selectors.halal import halal_of_enterprise, halal_of_product
from portal.services.completeness import measure_completeness
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.factories.products import ProductFactory, kbli_class, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

BEFORE, FIRST = dt.date(2026, 10, 16), dt.date(2026, 10, 17)
LIMIT = 500_000_000
SNACKS = ("10794", 2025)


@pytest.mark.parametrize("small", [BusinessClass.MICRO, BusinessClass.SMALL])
def test_for_micro_and_small_ones_it_begins_on_the_seventeenth_of_october(small: str) -> None:
    before, first = halal_duty(small, LIMIT, BEFORE), halal_duty(small, LIMIT, FIRST)
    assert (before.begins, before.in_force) == (FIRST, False)
    assert (first.begins, first.in_force) == (FIRST, True)
    assert before.text != first.text
    assert "42/2024" in first.source


def test_for_medium_ones_it_had_begun_and_goes_on() -> None:
    began = dt.date(2024, 10, 18)
    for day in (began, BEFORE, FIRST):
        duty = halal_duty(BusinessClass.MEDIUM, 10**10, day)
        assert (duty.begins, duty.in_force, duty.may_self_declare) == (began, True, False)
    assert not halal_duty(BusinessClass.MEDIUM, 10**10, began - dt.timedelta(days=1)).in_force


@pytest.mark.parametrize(("sales", "may"), [(LIMIT, True), (LIMIT + 1, False), (None, None), (0, True)])
def test_up_to_half_a_billion_of_sales_it_may_be_declared_by_oneself(sales: int | None, may: bool | None) -> None:
    assert halal_duty(BusinessClass.MICRO, sales, FIRST).may_self_declare is may


def test_food_and_drink_are_told_by_the_class() -> None:
    assert [code for code in ("10794", "11040", "56101", "24310", "12011", "01111") if is_food_or_drink(code)] == [
        "10794", "11040", "56101",
    ]  # fmt: skip


def maker(**fields):
    return seller(**{"kbli": SNACKS, "business_class": BusinessClass.MICRO, "annual_sales": LIMIT, **fields})


def test_a_product_its_papers_and_the_desk_say_it_on_either_side_of_the_day() -> None:
    user = maker()
    made = user.organisation.enterprise
    chips = ProductFactory(enterprise=made, name="Keripik Tempe", kbli=kbli_class(*SNACKS))
    pages = [reverse("product_edit", args=[chips.pk]), reverse("document_list")]
    admin = person(Role.MINISTRY_ADMIN)
    desk = [reverse("verification_detail", args=[made.pk]), reverse("enterprise_document_list", args=[made.pk])]
    for day, said, unsaid in (
        (BEFORE, "wajib bersertifikat halal", "memerlukan sertifikat halal sejak"),
        (FIRST, "memerlukan sertifikat halal sejak", "wajib bersertifikat halal"),
    ):
        with time_machine.travel(dt.datetime.combine(day, dt.time(3), dt.UTC), tick=True):
            for client, addresses in ((signed_in(user), pages), (signed_in(admin), desk)):
                for address in addresses:
                    text = client.get(address).content.decode()
                    seen = (said in text, unsaid in text, "17 Oktober 2026" in text)
                    assert seen == (True, False, True), (day, address)
            lacking = [check.state for check in checks_of(made, edition_in_force=2025) if "halal" in check.text]
            assert lacking == ["warn" if day == FIRST else "ok"]
            body = signed_in(user).get(f"/api/v1/products/{chips.pk}/halal/").json()
            assert (body["in_force"], body["begins"], body["held"], body["may_self_declare"]) == (
                day == FIRST, "2026-10-17", "none", True,
            )  # fmt: skip


def test_what_is_held_counts_for_the_goods_it_was_given_for() -> None:
    made = maker().organisation.enterprise
    chips, crackers = (
        ProductFactory(enterprise=made, name=name, kbli=kbli_class(*SNACKS)) for name in ("Keripik", "Rengginang")
    )
    assert halal_of_enterprise(made, FIRST).without == ("Keripik", "Rengginang")
    paper(made, "halal", product=chips)
    found = halal_of_enterprise(made, FIRST)
    assert (found.without, found.held, found.is_lacking) == (("Rengginang",), "none", True)
    assert (halal_of_product(chips, FIRST).held, halal_of_product(crackers, FIRST).held) == ("declared", "none")
    verified_paper(made, "halal", valid_until=FIRST)
    found = halal_of_enterprise(made, FIRST)
    assert (found.without, found.held, found.is_lacking) == ((), "verified", False)
    assert halal_of_product(crackers, FIRST + dt.timedelta(days=1)).held == "none", "ended the day before"


def test_of_a_long_list_of_goods_few_are_named_and_none_is_fetched() -> None:
    made = maker().organisation.enterprise
    ProductFactory.create_batch(8, enterprise=made, kbli=kbli_class(*SNACKS))
    fetched: list[Product] = []

    def note(instance: Product, **_sent: object) -> None:
        fetched.append(instance)

    post_init.connect(note, sender=Product)
    try:
        found = halal_of_enterprise(made, FIRST)
        measure_completeness(made)
    finally:
        post_init.disconnect(note, sender=Product)

    assert found.state.endswith(" dan 3 lagi.")
    assert (len(found.without), found.without_count, fetched) == (5, 8, [])


def test_a_foundry_hears_nothing_of_it() -> None:
    user = seller()
    made: Enterprise = user.organisation.enterprise
    bolt = ProductFactory(enterprise=made, kbli=kbli_class("24310"))
    assert (halal_of_product(bolt, FIRST), halal_of_enterprise(made, FIRST)) == (None, None)
    assert signed_in(user).get(f"/api/v1/products/{bolt.pk}/halal/").status_code == 204
    assert "halal" not in signed_in(user).get(reverse("product_edit", args=[bolt.pk])).content.decode()
    assert halal_of_enterprise(enterprise(kbli=SNACKS), FIRST) is not None, "by its activity, before it sells anything"
