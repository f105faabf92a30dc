"""How awards become a judged set."""

from __future__ import annotations

from tests.matching import awards


def award(number: int, title: str, firm: str) -> awards.Award:
    return {"kode_nontender": str(number), "nama_paket": title, "kode_penyedia": firm, "nama_penyedia": f"CV {firm}"}


def test_kept_back_packages_ask_for_the_firm_that_won_them():
    won = [award(number, f"Paket {number}", "a") for number in range(9)] + [award(9, "Paket lain", "b")]
    documents, queries, grades = awards.judged(won)
    described = {each.id: each.text for each in documents}
    assert set(described) == {"a", "b"}
    assert len(queries) == awards.KEPT_BACK
    assert {(firm, grade) for _query, firm, grade in grades} == {("a", 1)}
    assert described["b"] == "Paket lain"
    for query in queries:
        assert query.text not in described["a"].split(". ")
    assert len(described["a"].split(". ")) == 9 - awards.KEPT_BACK


def test_a_firm_keeps_an_award_that_describes_it():
    documents, queries, _grades = awards.judged([award(1, "Kaus", "a"), award(2, "Topi", "a")])
    assert len(queries) == 1
    assert documents[0].text


def test_one_title_won_twice_is_one_query_with_two_winners():
    won = [award(number, "Alat  tulis" if number < 2 else "alat tulis", firm) for number, firm in enumerate("aabb")]
    _documents, queries, grades = awards.judged(won)
    assert len(queries) == 1
    assert {firm for _query, firm, _grade in grades} == {"a", "b"}


def test_the_draw_does_not_hang_on_the_order_of_the_file():
    won = [award(number, f"Paket {number}", "ab"[number % 2]) for number in range(12)]
    assert awards.judged(won) == awards.judged(won[::-1])
