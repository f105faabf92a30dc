"""How numbers are read from what people type, and what is said about them."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.fields import DecimalField, PercentField, QuantityField, RupiahField
from portal.numbers import UnreadableNumber, read_number


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1234", "1234"),
        ("1.234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("0.123", "0.123"),
        ("0,123", "0.123"),
        ("12.5", "12.5"),
        ("1234.567", "1234.567"),
        ("1 234 567", "1234567"),
        ("1\u00a0234,5", "1234.5"),
        (" 42 ", "42"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("Rp1.500.000", "1500000"),
        ("Rp 1.500.000,-", "1500000"),
        ("rp. 1.500.000,00", "1500000"),
        ("IDR 1,500,000.00", "1500000"),
        ("1,5 juta", "1500000"),
        ("Rp2 miliar", "2000000000"),
        ("500rb", "500000"),
    ],
)
def test_it_reads_what_can_mean_one_thing(typed, value):
    read = read_number(typed)
    assert read.value == Decimal(value)
    assert not read.ambiguous


@pytest.mark.parametrize(("typed", "value", "other"), [("1.234", "1234", "1.234"), ("1,234", "1.234", "1234")])
def test_what_could_mean_two_things_is_read_the_indonesian_way(typed, value, other):
    read = read_number(typed)
    assert (read.value, read.other) == (Decimal(value), Decimal(other))


@pytest.mark.parametrize(
    "typed", ["", "-", "abc", "1.23.456", "1,23,456", "1.2,3.4", "1e5", "NaN", "Infinity", "1..5", ",5,", "Rp", "١٢٣"]
)
def test_it_refuses_what_is_no_number(typed):
    with pytest.raises(UnreadableNumber):
        read_number(typed)


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_stored_rupiah_amount_shown_in_a_form_reads_back_the_same(amount):
    field = RupiahField(min_value=0)
    assert field.clean(field.prepare_value(amount)) == amount


@given(st.decimals(min_value="0.01", max_value="99999999", places=2))
def test_a_stored_quantity_shown_in_a_form_reads_back_the_same(quantity):
    field = QuantityField()
    assert field.clean(field.prepare_value(quantity)) == quantity


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1.234", 1234), ("1,234", 1234), ("1500000", 1_500_000), ("Rp1.500,-", 1500), ("1,5 juta", 1_500_000)],
)
def test_rupiah_are_whole(typed, amount):
    field = RupiahField()
    assert field.clean(typed) == amount
    assert type(field.clean(typed)) is int
    assert field.how_read(typed) == ""


def error_of(field, typed):
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return refused.value.error_list[0].code, refused.value.messages[0]


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("-5000", "negative", "The amount cannot be negative"),
        ("0", "zero", "Enter an amount above zero"),
        ("1000000000000000", "too_large", "The amount must be below IDR 1,000,000,000,000,000"),
        ("1.234,5", "places", "Rupiah amounts have no decimals"),
        ("1,5", "places", "Rupiah amounts have no decimals"),
        ("banyak", "invalid", "Enter an amount in rupiah, for example 1.500.000"),
        ("", "required", "This field is required."),
    ],
)
def test_a_rupiah_field_says_what_is_wrong(typed, code, message):
    assert error_of(RupiahField(), typed) == (code, message)


def test_the_largest_amount_passes_and_zero_only_where_allowed():
    assert RupiahField().clean("999.999.999.999.999") == 10**15 - 1
    assert RupiahField(min_value=0).clean("0") == 0
    assert error_of(RupiahField(min_value=0), "-1")[0] == "negative"
    assert RupiahField(required=False).clean(" ") is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [("-1", "negative"), ("0", "zero"), ("1,2345", "places"), ("1000000000000", "too_large"), ("x", "invalid")],
)
def test_a_quantity_field_says_what_is_wrong(typed, code):
    assert error_of(QuantityField(), typed)[0] == code


def test_a_quantity_field_says_how_it_read_what_could_be_two_numbers():
    field = QuantityField(decimal_places=3)
    assert field.clean("1.234") == 1234
    assert field.how_read("1.234") == (
        "“1.234” is read as 1234: the point groups thousands. For decimals write “1,234”."
    )
    assert field.clean("1,234") == Decimal("1.234")
    assert field.how_read("1,234") == (
        "“1,234” is read as 1,234: the comma begins the decimals. For thousands write “1234”."
    )
    assert field.how_read("1.234,5") == field.how_read("nonsense") == field.how_read(None) == ""


def test_bounds_and_percent():
    assert PercentField().clean("40,25 %") == Decimal("40.25")
    assert error_of(PercentField(), "101") == ("above", "Enter a number of at most 100")
    assert error_of(PercentField(), "-1")[0] == "negative"
    assert DecimalField(min_value=-90, decimal_places=5).clean("-6,20876") == Decimal("-6.20876")
    assert error_of(DecimalField(min_value=5), "4") == ("below", "Enter a number of at least 5")


class CapacityForm(forms.Form):
    capacity = QuantityField()
    price = RupiahField()


def test_a_form_shows_the_sentence_and_keeps_what_was_typed():
    form = CapacityForm({"capacity": "1.500", "price": "abc"})
    assert not form.is_valid()
    assert form["capacity"].how_read.startswith("“1.500” is read as 1500")
    assert 'value="1.500"' in str(form["capacity"])
    assert 'value="abc"' in str(form["price"])
    assert CapacityForm()["capacity"].how_read == ""


def test_an_unchanged_form_has_not_changed():
    initial = {"capacity": Decimal("1500.00"), "price": 2_500_000}
    form = CapacityForm({"capacity": "1500", "price": "2.500.000"}, initial=initial)
    assert not form.has_changed()
    assert 'value="2.500.000"' in str(CapacityForm(initial=initial)["price"])
    assert 'value="1500"' in str(CapacityForm(initial=initial)["capacity"])
