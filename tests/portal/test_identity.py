"""Identity numbers: refused, warned about, masked."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from portal.identity import (
    NIK_DATE,
    NPWP_AS_NIK,
    NPWP_CHECKSUM,
    check_nib,
    check_nik,
    check_npwp,
    format_npwp,
    is_natural_person,
    masked,
    normal_npwp,
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_nib_has_13_digits():
    assert check_nib("8120 0123 45678").or_refuse() == "8120012345678"


@pytest.mark.parametrize("typed", ["812001234567", "81200123456789", "812001234567A", "", "٨١٢٠٠١٢٣٤٥٦٧٨"])
def test_any_other_nib_is_refused_with_an_example(typed):
    with pytest.raises(ValidationError, match="NIB has 13 digits, for example 8120012345678"):
        check_nib(typed).or_refuse()


@pytest.mark.parametrize("typed", ["01.312.166.0-091.000", "013121660091000", "0013121660091000"])
def test_a_sound_npwp_passes_in_both_lengths(typed):
    checked = check_npwp(typed)
    assert (checked.errors, checked.warnings) == ([], [])
    assert normal_npwp(typed) == "0013121660091000"


@pytest.mark.parametrize("typed", ["01.312.166.1-091.000", "0013121661091000"])
def test_a_failing_checksum_is_a_warning_not_a_refusal(typed):
    checked = check_npwp(typed)
    assert checked.or_refuse()
    assert checked.warnings == [NPWP_CHECKSUM]


@pytest.mark.parametrize("typed", ["01312166009100", "00131216600910001", "0131216600910AB", ""])
def test_an_npwp_of_another_length_is_refused(typed):
    with pytest.raises(ValidationError, match="15 or 16 digits"):
        check_npwp(typed).or_refuse()


def test_a_person_s_npwp_is_a_nik():
    assert check_npwp("3171011708450001").warnings == []
    assert check_npwp("3171013208450001").warnings == [NPWP_AS_NIK]
    assert is_natural_person("3171011708450001")
    assert not is_natural_person("0013121660091000")
    assert not is_natural_person("013121660091000")


@pytest.mark.parametrize("number", ["3171011708450001", "3171015708450001", "3171012902001234", "9571011708450001"])
def test_a_nik_holds_a_date_of_birth_also_of_women_leap_days_and_new_provinces(number):
    checked = check_nik(number)
    assert (checked.errors, checked.warnings) == ([], [])


@pytest.mark.parametrize("number", ["3171013002001234", "3171010013450001", "3171018008450001"])
def test_an_impossible_date_of_birth_is_a_warning(number):
    checked = check_nik(number)
    assert checked.or_refuse() == number
    assert checked.warnings == [NIK_DATE]


@pytest.mark.parametrize("number", ["317101170845000", "31710117084500012", "317101170845000X"])
def test_a_nik_of_another_length_is_refused(number):
    with pytest.raises(ValidationError, match="NIK has 16 digits"):
        check_nik(number).or_refuse()


def test_numbers_are_masked_to_their_last_digits():
    assert masked("3171011708450001") == "•" * 12 + "0001"
    assert masked("123") == "•••"
    assert masked("") == ""
    assert format_npwp("0013121660091000") == "01.312.166.0-091.000"
    assert format_npwp("3171011708450001") == "3171011708450001"
