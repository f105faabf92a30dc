"""A rung never reads more of the index than it may: dear ones are asked of their rare parts, then of the best-placed rows."""

from __future__ import annotations

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
