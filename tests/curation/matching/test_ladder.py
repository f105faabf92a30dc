"""A rung never reads more of the index than it may: dear ones are asked of their rare parts, then of the best-placed rows."""

from __future__ import annotations

from curation.matching.ladder import BUDGET, rungs
from curation.matching.query import Filters, Reading
from curation.matching.terms import Term, Terms, Variant

NOTHING = Reading({}, (), False, False)
TIERS = {"t:1": 20_000, "t:2": 100_000}


def terms(**entries: int) -> Terms:
    words = [
        Term(word, (Variant(word, 1.0, count, 1.0),), (place,), 1.0, False)
        for place, (word, count) in enumerate(entries.items())
    ]
    return Terms(tuple(words), NOTHING, 3_000_000.0)


def queries(found) -> list[str]:
    return [rung.query for rung in found]


def test_rare_words_are_asked_as_they_are():
    found = queries(rungs(terms(baut=900, mur=700), None, Filters(), TIERS))
    assert found == ["(('mur') & ('baut'))", "(('mur'|'baut'))"]


def test_a_common_word_is_asked_of_the_best_placed_rows_first():
    found = rungs(terms(baut=900, produk=800_000), None, Filters(), TIERS)
    assert queries(found) == [
        "(('baut') & ('produk'))",
        "(('baut'))",
        "(('baut'|'produk') & ('t:1'))",
        "(('baut'|'produk') & ('t:2'))",
        "(('baut'|'produk'))",
    ]
    assert [rung.last for rung in found] == [False, False, False, False, True]


def test_pairs_are_queries_of_their_own():
    found = rungs(terms(baut=900, mur=700, baja=800), None, Filters(), TIERS)
    assert found[1].queries == ("(('mur') & ('baja'))", "(('mur') & ('baut'))", "(('baja') & ('baut'))")


def test_without_tiers_a_common_word_is_read_whole():
    found = queries(rungs(terms(produk=BUDGET + 1), None, Filters(), {}))
    assert found == ["(('produk'))"]


def test_a_rare_filter_makes_a_common_word_cheap():
    filters = Filters(certificates=("sni",))
    found = queries(rungs(terms(produk=800_000), None, filters, {**TIERS, "c:sni": 500}))
    assert found == ["(('produk') & ('c:sni'))"]


def test_filters_alone_find_their_rows_and_nothing_at_all_finds_any():
    none = Terms((), NOTHING, 10.0)
    assert queries(rungs(none, None, Filters(curated=True), {})) == ["(('cur:'))"]
    assert rungs(none, None, Filters(), {}) == ()
