"""What is found for what people type, and for a need: over real rows, by the production path."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from curation.matching import counts
from curation.matching.counts import facets, loosenings
from curation.matching.kinship import kin_of
from curation.matching.query import Filters, MatchQuery
from curation.matching.retrieve import find, find_needs
from curation.models import SearchedProduct
from curation.scoring.evidence import kbli_fit
from curation.scoring.sql import Sql
from curation.services.searching import refresh_search
from portal.enums import DocumentKind, EnterpriseStatus, Role, Unit
from portal.models import KbliClass, KbliConversion, Product
from tests.curation.matching.shop import BOLTS, a_few, sell
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def names(text: str, limit: int = 5, **fields) -> list[str]:
    matches = find(MatchQuery(text=text, **fields), user=None, limit=limit).matches
    known = Product.objects.in_bulk([match.id for match in matches])
    return [known[match.id].name for match in matches]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tutup manhole besi cor", "Tutup manhole besi cor Ø 60×60 cm"),
        ("mur baut galfanis", "Baut segi enam baja M12 galvanis"),
        ("tutup manhol 60x60", "Tutup manhole besi cor Ø 60×60 cm"),
        ("kripik singkong", "Keripik singkong balado 250 g"),
        ("steel bolt", "Baut segi enam baja M12 galvanis"),
        ("safety vest", "Rompi keselamatan reflektif"),
        ("KOPI/BUBUK", "Kopi bubuk robusta"),
    ],
)
def test_misspelt_informal_and_english_words_find_the_thing(typed, first):
    a_few()
    assert names(typed)[0] == first


def test_the_reading_says_what_a_word_was_taken_for_and_what_nobody_has():
    a_few()
    reading = find(MatchQuery(text="baut galfanis xyzzyq"), user=None).reading
    assert reading.corrected == {"galfanis": ("galvanis",)}
    assert reading.unknown == ("xyzzyq",)
    assert not reading.only_stop_words


@pytest.mark.parametrize("typed", ["", "   ", "yang untuk dan", "\"&|!:*()'--`\\", "\0", "😀🔩", "<->", "a:*B & !c"])
def test_what_says_nothing_is_no_error_and_shows_what_stands_best(typed):
    a_few()
    found = find(MatchQuery(text=typed), user=None)
    assert len(found.matches) in (0, 6)


def test_an_empty_text_shows_everything_and_an_unknown_word_nothing():
    a_few()
    assert len(find(MatchQuery(), user=None).matches) == 6
    assert find(MatchQuery(text="xyzzyq"), user=None).matches == []


def test_ten_thousand_characters_are_read_in_part_and_said():
    a_few()
    found = find(MatchQuery(text="keripik " + "kata panjang sekali " * 500), user=None)
    assert found.reading.shortened
    assert names("keripik " + "kata panjang sekali " * 500)[0].startswith("Keripik")


def test_ten_thousand_different_words_are_read_too():
    a_few()
    assert find(MatchQuery(text=" ".join(f"kata{n}x" for n in range(2_000))), user=None).matches == []


def test_only_public_products_are_found():
    things = a_few()
    things["bolt"].withdrawn_at = timezone.now()
    things["bolt"].save()
    seller = things["vest"].enterprise
    seller.status = EnterpriseStatus.SUSPENDED
    seller.save()
    # Gone at once, though no job has run since.
    assert "Baut segi enam baja M12 galvanis" not in names("baut")
    assert names("rompi keselamatan") == []
    refresh_search()
    assert SearchedProduct.objects.filter(pk__in=[things["bolt"].pk, things["vest"].pk]).count() == 0


def test_a_product_deleted_while_it_is_ranked_is_left_out():
    things = a_few()
    pk = things["crisps"].pk
    Product.objects.filter(pk=pk).delete()
    assert SearchedProduct.objects.filter(pk=pk).exists()
    assert all(match.id != pk for match in find(MatchQuery(text="keripik singkong"), user=None).matches)


def test_one_best_product_of_each_enterprise():
    seller = enterprise()
    sell("Baut baja M12", seller)
    best = sell("Baut baja galvanis M12", seller)
    other = sell("Baut baja M12 hitam")
    refresh_search()
    found = find(MatchQuery(text="baut baja galvanis"), user=None).matches
    assert [match.id for match in found] == [best.pk, other.pk]


def test_every_component_of_a_rank_is_there():
    seller = enterprise()
    bolts = sell("Baut baja M12", seller, kbli=BOLTS, monthly_capacity=Decimal(500), price=3_000)
    verified_paper(seller, DocumentKind.SNI, valid_until=timezone.localdate() + dt.timedelta(days=90))
    refresh_search()
    need = make.need(
        item="Baut baja M12", specification="", kbli=KbliClass.objects.get(edition=2025, code=BOLTS),
        quantity_per_month=Decimal(1000), unit=Unit.PIECE, ceiling_price=3_000, required_certificates=["sni", "iso_9001"],
    )  # fmt: skip
    (match,) = find(MatchQuery.of_need(need), user=None).matches
    assert match.id == bolts.pk
    parts = match.components
    assert (parts.kbli, parts.capacity, parts.certificates) == (1.0, 0.5, 0.5)
    assert parts.price == pytest.approx(0.8)
    assert parts.text > 0.5
    assert match.certificates_held == ("sni",)
    assert match.certificates_missing == ("iso_9001",)
    assert (match.capacity, match.price, match.other_unit) == (500, 3_000, False)
    assert match.distance_km is not None
    assert parts.score is None


def test_a_product_of_the_class_with_none_of_the_words_gets_no_points_for_words():
    bolts, wire = (sell(name, kbli=BOLTS) for name in ("Baut baja M12", "Kawat las"))
    refresh_search()
    found = find(MatchQuery(text="baut baja", kbli=(2025, BOLTS)), user=None).matches
    assert [match.id for match in found] == [bolts.pk, wire.pk]
    assert (found[0].components.text > 0.5, found[1].components.text) == (True, 0)


def test_dozens_and_tonnes_are_converted_and_what_is_not_is_said():
    sell("Baut baja", monthly_capacity=Decimal(1_200), price=1_000)
    refresh_search()
    dozens = MatchQuery(text="baut", quantity=Decimal(50), unit=Unit.DOZEN, ceiling_price=12_000)
    (match,) = find(dozens, user=None).matches
    assert (match.capacity, match.price, match.components.capacity) == (100, 12_000, 1.0)
    kilograms = find(replace(dozens, unit=Unit.KILOGRAM), user=None)
    assert kilograms.unit_unknown
    assert kilograms.matches[0].other_unit
    assert kilograms.matches[0].components.capacity is None


def test_a_box_is_what_its_seller_says_it_holds():
    sell(
        "Baut baja", monthly_capacity=Decimal(1_000), price=1_000,
        units=[{"unit": "box", "holds": "100", "price": 90_000}], tiers=[{"from_quantity": "500", "price": 800}],
    )  # fmt: skip
    refresh_search()
    (match,) = find(MatchQuery(text="baut", quantity=Decimal(20), unit=Unit.BOX), user=None).matches
    assert (match.capacity, match.price) == (10, 90_000)
    (match,) = find(MatchQuery(text="baut", quantity=Decimal(600), unit=Unit.PIECE), user=None).matches
    assert match.price == 800
    (match,) = find(MatchQuery(text="baut", quantity=Decimal(200), unit=Unit.PIECE), user=None).matches
    assert match.price == 900


def test_a_need_without_quantity_ranks_by_the_rest():
    a_few()
    found = find(MatchQuery(text="baut", unit=Unit.PIECE, certificates=("sni",)), user=None)
    assert found.matches[0].components.capacity is None
    assert found.matches[0].certificates_missing == ("sni",)


def test_a_region_that_was_split_lies_in_what_is_left_of_its_code():
    a_few()
    village = find(MatchQuery(text="baut", place="33.10.99.2999"), user=None)
    assert not village.place_unknown
    assert village.matches[0].distance_km == 0
    nowhere = find(MatchQuery(text="baut", place="00.00"), user=None)
    assert nowhere.place_unknown
    assert nowhere.matches[0].distance_km is None


def test_filters_hold_and_the_empty_result_says_which_one_to_loosen():
    things = a_few()
    verified_paper(things["bolt"].enterprise, DocumentKind.SNI)
    refresh_search()
    assert names("baut", filters=Filters(certificates=("sni",))) == [things["bolt"].name]
    away = MatchQuery(text="baut", filters=Filters(certificates=("sni",), province="91"))
    assert find(away, user=None).matches == []
    assert [(each.filter, each.rows) for each in loosenings(away)] == [("province", 1)]
    cheap = MatchQuery(text="segi enam", unit=Unit.PIECE, filters=Filters(price_to=1_000))
    assert names("segi enam", unit=Unit.PIECE, filters=cheap.filters) == [things["nut"].name]
    assert names("segi enam", unit=Unit.PIECE, filters=Filters(capacity_from=Decimal(1_000))) == [things["bolt"].name]


@pytest.mark.parametrize("wanted", ["'; DROP", "9' | 'cur:", "\\", "\0", "k5:x"])
def test_whatever_stands_in_a_filter_is_no_operator(wanted):
    a_few()
    for filters in (Filters(province=wanted), Filters(certificates=(wanted,)), Filters(business_class=wanted)):
        assert find(MatchQuery(text="baut", filters=filters), user=None).matches == []


def test_facets_count_what_is_found():
    things = a_few()
    verified_paper(things["bolt"].enterprise, DocumentKind.SNI)
    refresh_search()
    counted = facets(MatchQuery(text="segi enam"))
    assert (counted.rows, counted.capped, counted.curated) == (2, False, 0)
    assert counted.provinces == {"33": 2}
    assert counted.certificates == {"sni": 1}
    assert facets(MatchQuery(text="xyzzyq")).rows == 0
    assert facets(MatchQuery()).rows == 6


def test_facets_of_everything_are_known_though_it_is_more_than_is_counted_for_a_page(monkeypatch):
    things = a_few()
    verified_paper(things["bolt"].enterprise, DocumentKind.SNI)
    refresh_search()
    exact = facets(MatchQuery())
    monkeypatch.setattr(counts, "MOST_COUNTED", 3)
    assert facets(MatchQuery()) == exact
    assert exact.rows == 6
    assert not exact.capped
    some = facets(MatchQuery(filters=Filters(province="33")))
    assert (some.rows, some.capped) == (3, True)
    assert facets(MatchQuery(text="xyzzyq")).rows == 0


def test_points_that_a_buyer_gave_are_shown_to_buyers_only():
    a_few()
    SearchedProduct.objects.update(score=0.9)
    shown = find(MatchQuery(text="baut"), user=person(Role.OFFICER)).matches[0]
    assert shown.components.score == 0.9
    for user in (None, person(Role.OWNER)):
        assert find(MatchQuery(text="baut"), user=user).matches[0].components.score is None


def test_equals_take_turns():
    for number in range(6):
        sell("Baut baja M12", enterprise(name=f"CV Sama {number}"))
    refresh_search()

    def order(turn: int) -> list[int]:
        return [match.owner for match in find(MatchQuery(text="baut baja", turn=turn), user=None).matches]

    assert order(1) == order(1)
    assert len({tuple(order(turn)) for turn in range(5)}) > 1
    assert {frozenset(order(turn)) for turn in range(5)} == {frozenset(order(0))}


def test_kin_of_another_edition_count_as_the_conversion_says():
    old = KbliClass.objects.get(edition=2020, code="16221")
    thing = sell("Sesuatu dari kawat")
    thing.kbli = old
    thing.save()
    refresh_search()
    (match,) = find(MatchQuery(kbli=(2025, "16221")), user=None).matches
    assert match.kbli_digits == 5


def test_kin_of_a_whole_edition_are_those_that_scoring_counts_one_by_one():
    """One statement for all classes says what the feature's expression says of each."""
    cache.clear()
    reviewed = KbliClass.objects.get(edition=2020, code="31001"), KbliClass.objects.get(edition=2025, code="31029")
    KbliConversion.objects.create(older=reviewed[0], newer=reviewed[1], source="BPS 2026")
    sample = list(KbliClass.objects.filter(level=5).order_by("code", "edition")[::130])
    assert len(sample) > 20
    for mine in [*sample, *reviewed]:
        fit = kbli_fit("k.edition", "k.code", str(int(mine.edition)), f"'{mine.code}'")
        each = Sql(
            f"SELECT k.code, {fit.replace('%', '%%')} AS fit FROM portal_kbliclass k"
            " WHERE k.edition <> %s AND k.level = 5 AND left(k.code, 2) = %s",
            (mine.edition, mine.code[:2]),
        ).rows()
        kin = kin_of(mine.edition, mine.code)
        assert dict(kin.elsewhere) == {row["code"]: row["fit"] for row in each if row["fit"]}
        for digits in (5, 4, 3, 2):
            named = kin.lexemes(digits)[1:]
            prefixes = tuple(name.split(":")[1] for name in named)
            meant = {code for code, shared in kin.elsewhere.items() if shared >= digits}
            assert {row["code"] for row in each if row["code"].startswith(prefixes or "none")} == meant


def test_needs_are_found_for_what_one_sells():
    castings = make.need(item="Tutup manhole besi cor", specification="60x60, tahan karat")
    make.need(item="Seragam batik lengan panjang")
    withdrawn = make.need(item="Tutup manhole besi tuang", withdrawn_at=timezone.now())
    offered = sell("Tutup manhole besi cor Ø 60 cm", unit=Unit.KILOGRAM, monthly_capacity=Decimal(500), price=20_000)
    refresh_search()
    found = find_needs(MatchQuery.of_product(offered), user=None).matches
    assert found[0].id == castings.pk
    assert found[0].components.capacity == 0.5
    assert withdrawn.pk not in [match.id for match in found]
