"""The tags and includes that every page is built with."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from portal import statuses
from portal.views.gallery import LAYOUTS, SampleForm, gallery_context


def draw(source: str, request=None, **context) -> str:
    return engines["django"].from_string(source).render(context, request)


class Application:
    def __init__(self, status):
        self.status = status


@pytest.mark.parametrize(("language", "word"), [("id", "Belum lolos"), ("en", "Not selected")])
def test_a_state_has_its_word_its_icon_and_its_colour(language, word):
    with translation.override(language):
        html = draw("{% status application %}", application=Application("declined"))
    assert 'class="tag err"' in html
    assert "icons.svg#x" in html
    assert word in html


def test_the_same_english_word_can_need_two_indonesian_ones():
    with translation.override("id"):
        assert statuses.label("Enterprise", "closed") == "Tutup"
        assert statuses.label("Programme", "closed") == "Ditutup"


def test_an_awaited_authority_is_named_and_warns_only_its_own_people():
    with translation.override("id"):
        others = draw('{% status "Partnership" "authority_review" authority="BP BUMN" %}')
        own = draw('{% status "Partnership" "authority_review" authority="BP BUMN" yours=True %}')
    assert "Menunggu BP BUMN" in others
    assert "tag info" in others
    assert "tag warn" in own


def test_any_other_state_of_a_contract_looks_the_same_to_everybody():
    for state in statuses.STATES["Partnership"].keys() - {"authority_review"}:
        assert draw(f'{{% status "Partnership" "{state}" yours=True %}}') == draw(
            f'{{% status "Partnership" "{state}" %}}'
        )


def test_every_icon_that_states_use_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    used = {status.icon for states in statuses.STATES.values() for status in states.values()}
    assert {name for name in used if f'id="{name}"' not in sprite} == set()


def test_every_icon_that_templates_name_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    sources = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]
    used = {name for source in sources for name in re.findall(r'{% icon "([^"]+)"', source)}
    assert {name for name in used if f'id="{name}"' not in sprite} == set()


def test_a_score_below_the_threshold_says_so_in_words():
    with translation.override("id"):
        below, above = draw("{% scorebar 63.2 100 75 %}"), draw("{% scorebar 75 100 75 %}")
    assert "63,2" in below
    assert "di bawah batas" in below
    assert "lo" not in re.findall(r'class="v([^"]*)"', above)[0]
    assert "di bawah batas" not in above


@pytest.mark.parametrize(
    ("value", "width"), [(0, "0.0"), (50, "30.0"), (100, "60.0"), (250, "60.0"), (-5, "0.0"), (None, "0.0")]
)
def test_a_score_bar_never_leaves_its_frame(value, width):
    assert f'class="v" width="{width}"' in draw("{% scorebar value %}", value=value)


def test_meter_and_bar_tell_their_share():
    assert 'value="73"' in draw("{% meter 8 11 label='x' %}")
    assert 'width="45.2%"' in draw("{% bar 14 31 %}")
    assert 'width="0.0%"' in draw("{% bar 3 0 %}")


def test_filters_stay_in_the_address_and_the_page_number_goes():
    request = RequestFactory().get("/x/?status=draft&page=3&city=Tegal&city=Klaten")
    html = draw("{% query status='' sort='name' %}", request)
    assert html == "?city=Tegal&amp;city=Klaten&amp;sort=name"


def test_names_become_initials():
    assert draw("{{ 'Rina Anggraini Putri'|initials }}{{ ''|initials }}") == "RA"


class OneForm(forms.Form):
    price = forms.DecimalField(label="Price", localize=True, help_text="Without tax")
    note = forms.CharField(label="Note", required=False)
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Agree")


def test_label_hint_error_and_control_stand_in_that_order():
    html = str(OneForm({"price": "x"})["price"].as_field_group())
    places = [html.index(part) for part in ("<label", "Without tax", "errorlist", "<input")]
    assert places == sorted(places)
    assert 'aria-describedby="id_price_helptext id_price_error"' in html
    assert 'aria-invalid="true"' in html


def test_money_brings_up_the_number_keyboard_and_shows_its_unit():
    html = draw("{% field form.price prefix='Rp' suffix='per kg' %}", form=OneForm())
    assert 'inputmode="decimal"' in html
    assert re.search(r"<span>Rp</span><input[^>]*><span>per kg</span>", html)


def test_only_optional_fields_are_marked():
    with translation.override("id"):
        assert "boleh dikosongkan" in str(OneForm()["note"].as_field_group())
        assert "boleh dikosongkan" not in str(OneForm()["price"].as_field_group())


def test_a_group_of_options_is_a_fieldset_with_a_legend():
    html = str(OneForm()["choice"].as_field_group())
    assert "<fieldset" in html
    assert "<legend>Choice" in html


def test_the_label_of_a_check_box_stands_after_it():
    html = str(OneForm()["agree"].as_field_group())
    assert html.index("<input") < html.index("Agree")


def test_the_summary_links_to_what_can_be_typed_in():
    with translation.override("id"):
        html = render_to_string("ui/error_summary.html", {"form": OneForm({"price": "x"})})
    assert "Ada yang perlu diperbaiki" in html
    assert 'href="#id_price"' in html
    assert 'href="#id_choice_0"' in html


@pytest.mark.parametrize(("language", "prefix"), [("id", "Kesalahan:"), ("en", "Error:")])
def test_the_title_of_a_page_with_errors_begins_with_them(language, prefix):
    with translation.override(language):
        html = render_to_string("base.html", {"form": OneForm({}), "title": "Price list"})
        clean = render_to_string("base.html", {"form": OneForm(), "title": "Price list"})
    assert re.search(rf"<title>{prefix}\s+Price list", html)
    assert "<title>Price list" in clean


def test_pagination_counts_in_the_language_of_the_page():
    page = Paginator(range(2400), 10).page(2)
    with translation.override("id"):
        html = render_to_string("ui/pagination.html", {"page": page})
    assert "11–20 dari 2.400" in html
    assert 'rel="prev"' in html


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_living_page_shows_everything_and_needs_no_inline_style(language, layout):
    with translation.override(language):
        context = gallery_context(LAYOUTS[layout])
        html = render_to_string("ui_gallery.html", context, RequestFactory().get("/_ui/"))
    assert f'<html lang="{language}">' in html
    assert " style=" not in html
    assert not re.search(r'\son\w+="', html)
    assert html.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_the_sample_form_has_one_wrong_answer_of_each_kind():
    assert len(gallery_context("base_public.html")["wrong"].errors) > len(SampleForm.base_fields) / 2
