"""A rung never reads more of the index than it may: dear ones are asked of their rare parts, then of the best-placed rows."""

from __future__ import annotations

from curation.matching.kinship import Kin
from curation.matching.ladder import BUDGET, rungs
from curation.matching.query import Filters, Reading
from curation.matching.terms import Term, Terms, Variant

NOTHING = Reading({}, (), False, False)
NONE = Filters()


def terms(**entries: int) -> Terms:
    words = [
        Term(word, (Variant(word, 1.0, count, 1.0),), (place,), 1.0, False)
        for place, (word, count) in enumerate(entries.items())
    ]
    return Terms(tuple(words), NOTHING, 3_000_000.0)


def queries(found) -> list[str]:
    return [rung.query for rung in found]


def parts_of(asked: Terms, entries: dict[str, int], filters: Filters = NONE, *, tiered: bool = True):
    return rungs(asked, None, filters, entries, tiered=tiered)


def test_rare_words_are_asked_as_they_are():
    found = queries(parts_of(terms(baut=900, mur=700), {}))
    assert found == ["(('mur') & ('baut'))", "(('mur'|'baut'))"]


def test_a_common_word_is_asked_of_the_best_placed_rows_first():
    found = parts_of(terms(baut=900, produk=800_000), {})
    assert [(rung.query, rung.tier, rung.last) for rung in found] == [
        ("(('baut') & ('produk'))", None, False),
        ("(('baut'))", None, False),
        ("(('baut'|'produk'))", 1, False),
        ("(('baut'|'produk'))", 2, False),
        ("(('baut'|'produk'))", None, True),
    ]


def test_pairs_are_queries_of_their_own():
    found = parts_of(terms(baut=900, mur=700, baja=800), {})
    assert found[1].queries == ("(('mur') & ('baja'))", "(('mur') & ('baut'))", "(('baja') & ('baut'))")


def test_without_tiers_a_common_word_is_read_whole():
    found = queries(parts_of(terms(produk=BUDGET + 1), {}, tiered=False))
    assert found == ["(('produk'))"]


def test_of_the_curated_rows_alone_a_common_word_is_not_so_common():
    """An index holds the curated rows alone, and no more of a word than they have."""
    common = terms(produk=10 * BUDGET)
    assert len(parts_of(common, {"cur:": 300_000})) > 1
    assert queries(parts_of(common, {"cur:": 300_000}, Filters(curated=True))) == ["(('produk'))"]


def test_a_rare_filter_makes_a_common_word_cheap():
    filters = Filters(certificates=("sni",))
    found = queries(parts_of(terms(produk=800_000), {"c:sni": 500}, filters))
    assert found == ["(('produk') & ('c:sni'))"]


def test_filters_alone_find_their_rows_and_nothing_at_all_finds_any():
    none = Terms((), NOTHING, 10.0)
    assert queries(rungs(none, None, Filters(curated=True), {})) == ["(('cur:'))"]
    assert rungs(none, None, Filters(), {}) == ()


def test_of_a_class_dear_pairs_are_left_to_the_best_placed_rows():
    """The rung between asks what is cheap: a pair of two common words is read by nobody but a tier."""
    kin, common = Kin(2025, "24310"), terms(mur=700, produk=800_000, baja=500_000)
    counts = {"k4:2431": 900, "k3:243": 2_000}
    found = rungs(common, kin, NONE, counts, tiered=True)
    assert [rung.tier for rung in found] == [None, None, None, 1, 2, None]
    assert not any("('produk') & ('baja')" in rung.query or "('baja') & ('produk')" in rung.query for rung in found)
    whole = rungs(common, kin, NONE, counts, tiered=False)
    assert any("('baja') & ('produk')" in rung.query for rung in whole)


def test_a_class_without_a_word_is_asked_whole_at_each_number_of_digits():
    nothing = Terms((), NOTHING, 3_000_000.0)
    found = queries(rungs(nothing, Kin(2025, "24310"), NONE, {"k4:2431": 90_000, "k3:243": 200_000}, tiered=True))
    assert "(('k4:2431'))" in found
    assert "(('k3:243'))" in found


def test_a_group_that_kept_its_meaning_is_one_lexeme():
    kin = Kin(2025, "24310", {"24310": 4, "24311": 4, "24320": 3, "24400": 3}, 2020, kept=(4,))
    assert kin.lexemes(4) == ("k4:2431", "l4:2431")
    assert kin.lexemes(3) == ("k3:243", "l4:2431", "l5:24320", "l5:24400")
    assert kin.lexemes(5) == ("k5:24310",)
