"""Choosing from a long list without JavaScript."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict

from portal.forms.pick import HsField, KbliField, PickingForm, RegionField
from portal.models import KbliClass

pytestmark = pytest.mark.django_db


class Form(PickingForm, forms.Form):
    kbli = KbliField()
    hs = HsField(required=False)
    place = RegionField()


def sent(**values: str) -> Form:
    data = QueryDict(mutable=True)
    data.update(values)
    return Form(data)


def test_search_shows_what_it_found_and_checks_nothing_yet() -> None:
    form = sent(kbli_q="pengecoran besi", find="kbli")
    assert form.searching == "kbli"
    assert not form.is_valid()
    assert not form.errors
    assert 'value="pengecoran besi"' in form.as_div()
    assert "24310" in form.as_div() or "Pengecoran" in form.as_div()


def test_words_without_a_choice_ask_for_one_and_show_them() -> None:
    form = sent(kbli_q="pengecoran besi", place="33.10")
    assert form.errors["kbli"] == ["Pilih salah satu hasil untuk “pengecoran besi”"]
    assert 'type="radio" name="kbli"' in form.as_div()


def test_a_full_code_is_taken_without_choosing() -> None:
    kbli = KbliClass.objects.filter(edition=2025, level=5).first()
    form = sent(kbli_q=kbli.code, place="33.10", hs_q="7307.11.10")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["kbli"] == kbli
    assert form.cleaned_data["hs"].pk == "73071110"
    assert form.cleaned_data["place"].pk == "33.10"


def test_enter_in_another_field_sends_instead_of_searching() -> None:
    assert not sent(find="kbli", kbli_q="", place="33.10").searching


@pytest.mark.parametrize("value", ["0", "abc", "-1", "9" * 40])
def test_a_made_up_choice_is_refused(value: str) -> None:
    form = sent(kbli=value, place="33.10")
    assert "kbli" in form.errors


def test_what_nothing_fits_is_said() -> None:
    form = sent(place_q="qqqqzzzz", kbli_q="10110")
    assert form.errors["place"] == ["Tidak ada hasil untuk “qqqqzzzz”. Coba kata lain atau kodenya."]


def test_where_no_choice_is_asked_for_none_can_be_chosen() -> None:
    kbli = KbliClass.objects.filter(edition=2025, level=5).first()
    form = sent(kbli_q=kbli.code, place="33.10", hs="-", hs_q="baut")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["hs"] is None
    assert "kbli" in sent(kbli="-", place="33.10").errors
