"""The class of a business at every bound of both laws, and how it is explained."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from portal.enums import BusinessClass
from portal.models.rule import DatedRule
from portal.rules.business_class import business_class
from portal.rules.kbli import kbli_edition
from portal.rules.lookup import NoRule, cited, rule_in_force
from portal.services.reference import load_rules

pytestmark = pytest.mark.django_db

NOW = datetime.date(2026, 11, 23)
LAST_OLD, FIRST_NEW = datetime.date(2021, 2, 1), datetime.date(2021, 2, 2)
MILLION, BILLION = 10**6, 10**9
MICRO, SMALL, MEDIUM, LARGE = BusinessClass.MICRO, BusinessClass.SMALL, BusinessClass.MEDIUM, BusinessClass.LARGE


@pytest.fixture(autouse=True)
def rules():
    load_rules()
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("capital", "expected"),
    [
        (0, MICRO),
        (1 * BILLION, MICRO),
        (1 * BILLION + 1, SMALL),
        (5 * BILLION, SMALL),
        (5 * BILLION + 1, MEDIUM),
        (10 * BILLION, MEDIUM),
        (10 * BILLION + 1, LARGE),
    ],
)
def test_capital_decides_without_a_full_year_of_sales(capital, expected):
    derived = business_class(capital, None, False, NOW)
    assert (derived.business_class, derived.decided_by, derived.figure) == (expected, "capital", capital)
    assert derived.rule.legal_source == "PP 7/2021, pasal 35"
    assert derived.is_sme == (expected != LARGE)


@pytest.mark.parametrize(
    ("sales", "expected"),
    [
        (0, MICRO),
        (2 * BILLION, MICRO),
        (2 * BILLION + 1, SMALL),
        (15 * BILLION, SMALL),
        (15 * BILLION + 1, MEDIUM),
        (50 * BILLION, MEDIUM),
        (50 * BILLION + 1, LARGE),
    ],
)
def test_annual_sales_decide_after_a_full_year(sales, expected):
    derived = business_class(9 * BILLION, sales, True, NOW)
    assert (derived.business_class, derived.decided_by, derived.figure) == (expected, "sales", sales)


@pytest.mark.parametrize(
    ("net_assets", "expected"),
    [
        (50 * MILLION, MICRO),
        (50 * MILLION + 1, SMALL),
        (500 * MILLION, SMALL),
        (500 * MILLION + 1, MEDIUM),
        (10 * BILLION, MEDIUM),
        (10 * BILLION + 1, LARGE),
    ],
)
def test_net_assets_before_the_government_regulation(net_assets, expected):
    derived = business_class(net_assets, None, False, LAST_OLD)
    assert (derived.business_class, derived.rule.legal_source) == (expected, "UU 20/2008, pasal 6")
    assert "net assets" in derived.explanation


@pytest.mark.parametrize(
    ("sales", "expected"),
    [
        (300 * MILLION, MICRO),
        (300 * MILLION + 1, SMALL),
        (2500 * MILLION, SMALL),
        (2500 * MILLION + 1, MEDIUM),
        (50 * BILLION, MEDIUM),
        (50 * BILLION + 1, LARGE),
    ],
)
def test_annual_sales_before_the_government_regulation(sales, expected):
    assert business_class(None, sales, True, LAST_OLD).business_class == expected


def test_before_the_regulation_either_figure_is_enough():
    derived = business_class(40 * MILLION, 1 * BILLION, True, LAST_OLD)
    assert (derived.business_class, derived.decided_by) == (MICRO, "capital")
    assert derived.note == (
        "By annual sales alone it would be Small; here net assets without land and buildings decides."
    )
    assert business_class(40 * MILLION, 200 * MILLION, True, LAST_OLD).decided_by == "sales"


def test_the_regulation_holds_from_its_first_day():
    assert business_class(400 * MILLION, None, False, LAST_OLD).business_class == SMALL
    assert business_class(400 * MILLION, None, False, FIRST_NEW).business_class == MICRO


def test_no_class_while_the_figure_that_decides_is_missing():
    assert business_class(None, 1 * BILLION, False, NOW) is None
    assert business_class(1 * BILLION, None, True, NOW) is None
    assert business_class(None, None, False, LAST_OLD) is None


def test_a_negative_figure_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="not negative"):
        business_class(-1, None, False, NOW)


def test_before_every_rule_there_is_none():
    with pytest.raises(NoRule):
        business_class(1, 1, True, datetime.date(2008, 7, 3))


def test_figures_that_disagree_give_a_note():
    derived = business_class(8 * BILLION, 1 * BILLION, True, NOW)
    assert derived.figures_disagree
    assert derived.note == "By capital without land and buildings alone it would be Medium; here annual sales decides."
    assert business_class(900 * MILLION, 1 * BILLION, True, NOW).note == ""
    assert business_class(900 * MILLION, None, False, NOW).note == ""


def test_it_explains_itself_in_the_language_of_the_reader():
    derived = business_class(None, 3 * BILLION, True, NOW)
    assert derived.explanation == (
        "Small: annual sales of IDR 3,000,000,000 is above IDR 2,000,000,000 and at most IDR 15,000,000,000 "
        "(PP 7/2021, pasal 35, from 2 February 2021)."
    )
    assert business_class(None, 1, True, NOW).explanation.startswith(
        "Micro: annual sales of IDR 1 is at most IDR 2,000"
    )
    assert " is above IDR 50,000,000,000 (" in business_class(None, 51 * BILLION, True, NOW).explanation
    with translation.override("id"):
        assert "Rp3.000.000.000" in derived.explanation
        assert "2 Februari 2021" in derived.explanation


def test_an_unchecked_law_is_named_as_such():
    assert cited(rule_in_force("business_class", LAST_OLD)) == (
        "UU 20/2008, pasal 6, from 4 July 2008 until 1 February 2021; the text of the law is still to be checked"
    )


def test_kbli_editions_follow_each_other():
    assert kbli_edition(datetime.date(2025, 12, 17)) == 2020
    assert kbli_edition(datetime.date(2025, 12, 18)) == 2025


def test_the_database_refuses_two_rules_for_one_day():
    def add(start, end):
        with transaction.atomic():
            DatedRule.objects.create(
                key="business_class", valid_from=start, valid_until=end, parameters={}, legal_source="x"
            )

    for start, end in (("2021-02-01", "2021-02-01"), ("2030-01-01", None), ("2000-01-01", "2008-07-04")):
        with pytest.raises(IntegrityError):
            add(start, end)
    with pytest.raises(IntegrityError):
        add("2000-01-02", "2000-01-01")
    add("2000-01-01", "2008-07-03")


def test_loading_again_leaves_a_rule_that_was_ended_alone():
    DatedRule.objects.filter(key="ikm").update(valid_until="2026-12-31")
    DatedRule.objects.create(key="ikm", valid_from="2027-01-01", parameters={}, legal_source="a later one")
    assert load_rules().written == 0
    assert DatedRule.objects.get(key="ikm", valid_from="2016-07-31").valid_until == datetime.date(2026, 12, 31)
