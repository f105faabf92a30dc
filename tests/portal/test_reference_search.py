"""People find regions, activities and tariff codes with the words they have."""

import pytest
from django.utils import translation

from portal.models.reference import HsCode, KbliClass, Region
from portal.selectors.reference import (
    kbli_edition_hint,
    lineage,
    regions_under,
    search_hs,
    search_kbli,
    search_regions,
)

pytestmark = pytest.mark.django_db


def codes(found):
    return [each.code for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "baut",
        "bautt",
        "Baut!",
        "bolts",
        "sekrup baut",
        "skrup baut",
        "gimana baut",
        "bolt",
        "bauut",
        "baut galfanis",
        "galvanized bolt",
    ],
)
def test_bolts_are_found_however_they_are_spelt(text):
    assert "731815" in codes(search_hs(text))


@pytest.mark.parametrize("text", ["skrup", "sekrup", "screws"])
def test_screws_are_found(text):
    assert any(code.startswith("7318") for code in codes(search_hs(text, 5)))


def test_steel_bolts_come_before_those_of_rarer_metals():
    found = codes(search_hs("baut", 50))
    assert found.index("731815") < found.index("75089030")
    assert found.index("73181510") < found.index("74153320")


def test_a_misspelt_word_finds_what_the_word_itself_finds():
    assert codes(search_hs("galfanis")) == codes(search_hs("galvanis")) != []


@pytest.mark.parametrize("typed", ["7318.15", "731815", "73.18.15", " 73 18 15 "])
def test_a_tariff_code_finds_itself_first_and_what_is_under_it(typed):
    assert codes(search_hs(typed)) == ["731815", "73181510", "73181590"]


def test_other_is_told_with_what_stands_above_it():
    line = HsCode.objects.get(code="73181590")
    with translation.override("en"):
        assert line.path.endswith("Other screws and bolts, whether or not with their nuts or washers › Other")
        assert str(line).startswith("73.18.15.90 Screws, bolts")
    with translation.override("id"):
        assert line.path.endswith("Sekrup dan baut lainnya, dengan mur atau cincin pipih maupun tidak › Lain-lain")


@pytest.mark.parametrize("edition", [2020, 2025])
@pytest.mark.parametrize(
    "text", ["baut", "bautt", "bauut", "bolt", "bolts", "baut galfanis", "paku mur baut", "25952", "25 952"]
)
def test_the_maker_of_bolts_finds_its_class_in_both_editions(edition, text):
    assert "25952" in codes(search_kbli(text, edition, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nelayan", "03110"),
        ("jual sayur", "47213"),
        ("katering", "56210"),
        ("konveksi seragam", "14111"),
        ("bengkel las", "33119"),
        ("furniture", "31011"),
        ("kue basah", "10792"),
        ("pengecoran besi", "24310"),
    ],
)
def test_everyday_and_english_words_find_the_class(text, expected):
    assert expected in codes(search_kbli(text, 2025, 5))


def test_all_words_count_before_some_and_the_title_before_the_description():
    assert codes(search_kbli("industri kue basah", 2025, 1)) == ["10792"]
    assert codes(search_kbli("baut", 2025, 1)) == ["25952"]


def test_what_a_class_does_not_cover_does_not_find_it():
    soybeans = KbliClass.objects.get(edition=2025, code="01113")
    assert "tidak mencakup pertanian kedelai sayur/edamame" in soybeans.description
    assert soybeans not in search_kbli("edamame", 2025)


def test_only_classes_a_nib_can_list_are_offered_unless_asked():
    assert all(found.level == 5 for found in search_kbli("logam", 2025))
    assert {found.level for found in search_kbli("logam", 2025, 50, level=None)} > {5}
    assert codes(search_kbli("2595", 2025)) == ["2595", "25951", "25952"]


@pytest.mark.parametrize("text", ["", "   ", ".", "%", "_", "'; --", "zzzzqqqq", "dan atau yang"])
def test_text_without_a_word_in_it_finds_nothing_or_something_but_never_fails(text):
    assert isinstance(search_kbli(text, 2025), list)
    assert isinstance(search_hs(text), list)
    assert isinstance(search_regions(text), list)


def test_a_percent_sign_is_no_wildcard():
    assert search_kbli("%", 2025) == []
    assert search_hs("zzzzqqqq") == []


def test_a_code_of_the_other_edition_is_recognised_with_what_is_close_to_it():
    hint = kbli_edition_hint("10110", 2025)
    assert (hint.found.edition, hint.wanted_edition) == (2020, 2025)
    assert all(suggestion.edition == 2025 for suggestion in hint.suggestions)
    assert hint.suggestions
    with translation.override("en"):
        assert hint.message.startswith("10110 is a KBLI 2020 code (Kegiatan Rumah Potong")
        assert "KBLI 2025 does not have it. Closest in KBLI 2025: 1011" in hint.message


@pytest.mark.parametrize("code", ["25952", "99998", "", "abc"])
def test_no_hint_for_a_code_the_edition_has_or_nobody_has(code):
    assert kbli_edition_hint(code, 2025) is None


def test_regions_are_found_by_their_names_and_those_above_them():
    district, *villages = search_regions("ceper klaten")
    assert (district.code, district.name) == ("33.10.11", "Ceper")
    assert villages[0].full_name == "Ceper, Ceper, Kabupaten Klaten, Jawa Tengah"
    assert search_regions("kab klaten")[0].name == "Kabupaten Klaten"
    assert search_regions("klten")[0].name == "Kabupaten Klaten"
    assert search_regions("kota surabaya jatim")[0].name == "Kota Surabaya"


def test_a_search_stays_within_a_region_and_a_level():
    found = search_regions("suka", level=Region.Level.VILLAGE, within="32.04", limit=50)
    assert found
    assert all(each.code.startswith("32.04.") and each.level == Region.Level.VILLAGE for each in found)
    assert search_regions("klaten", within="32") == []


def test_a_region_code_finds_itself_and_what_is_under_it():
    assert codes(search_regions("33.10", limit=2)) == ["33.10", "33.10.01"]


def test_one_drills_down_from_provinces_to_villages():
    assert len(regions_under()) == 38
    assert regions_under("33").get(code="33.10").name == "Kabupaten Klaten"
    assert regions_under("33.10").get(code="33.10.11").name == "Ceper"
    village = regions_under("33.10.11").first()
    assert (village.level, village.kind) == (Region.Level.VILLAGE, "Desa")
    assert codes(lineage(village.code)) == ["33", "33.10", "33.10.11", village.code]
    assert (village.province_code, village.regency_code) == ("33", "33.10")


def test_a_search_asks_the_database_a_handful_of_times(django_assert_max_num_queries):
    search_kbli("warm up the cached word lists", 2025)
    with django_assert_max_num_queries(12):
        search_kbli("industri baut bautt furniture logam", 2025)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("soap", "pembersih"), ("leather", "kulit"), ("weaving", "pertenunan"), ("bakery", "bakeri"), ("cake", "kue"),
        ("noodles", "mi"), ("valve", "katup"), ("transformer", "transformator"), ("shirt", "pakaian jadi"),
        ("chocolate", "cokelat"), ("spices", "rempah"), ("vegetables", "sayuran"), ("restaurants", "restoran"),
        ("ceramic", "porselen"), ("tyres", "ban"), ("spinning", "pemintalan"), ("coklat", "cokelat"), ("apotik", "farmasi"),
        ("kios", "eceran"), ("cengkeh", "cengkih"), ("atsiri", "asiri"), ("vulkanisir", "ban"), ("alumunium", "aluminium"),
        ("fotocopi", "fotokopi"), ("coffee", "kopi"), ("tea", "teh"),
    ],
)  # fmt: skip
def test_everyday_words_find_their_class_in_the_edition_in_force(said: str, wanted: str) -> None:
    """Words that only the other edition holds, English ones, misspelt ones, and beginnings of words that mean something else."""
    found = search_kbli(said, 2025, 3)
    assert found, "nothing"
    assert any(f" {wanted}" in f" {each.search_text}" for each in found), [each.title for each in found]
    assert {each.edition for each in found} == {2025}
