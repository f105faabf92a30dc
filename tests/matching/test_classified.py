"""How the tariff and the activities become judged sets: by place in the classification, never by shared words."""

from __future__ import annotations

from tests.matching import activities, classified, tariff
from tests.matching.judged_set import by_item, half, judgements


def test_a_line_that_says_other_is_called_after_what_it_is_another_of():
    by_code = {line.code: line for line in tariff.lines("en")}
    assert len(by_code) > 11_000
    track_suits = by_code["61121900"]
    assert track_suits.above[0].startswith("Track suits")
    assert track_suits.title == "Of other textile materials"
    other = next(line for line in by_code.values() if line.text == "Other" and line.above)
    assert other.title.endswith(", other")


def test_a_query_is_what_a_buyer_types_and_its_own_line_is_the_best_answer():
    documents, queries, grades = tariff.judged("en")
    assert len(documents) == len({each.id for each in documents}) > 11_000
    assert len(queries) > 800
    assert {grade for _query, _line, grade in grades} == {1, 2, 3}
    given = {(query, line): grade for query, line, grade in grades}
    for query in queries:
        assert given[query.id, query.id] == 3
        assert 2 <= len(query.text.split()) <= 7
    headings = [query.id[:4] for query in queries]
    assert len(headings) == len(set(headings)), "one of each heading"
    assert {half(query.id) for query in queries} == {"tuning", "holdout"}


def test_the_same_queries_ask_the_indonesian_lines():
    english, indonesian = tariff.judged("en"), tariff.judged("id")
    assert english[1:] == indonesian[1:]
    assert english[0] != indonesian[0]


def test_an_english_title_of_an_activity_asks_for_the_classes_below_it():
    documents, queries, grades = activities.judged()
    given = {(query, document): grade for query, document, grade in grades}
    assert len(queries) > 300
    for query in queries:
        own = [document.id for document in documents if document.id.startswith(query.id)]
        assert all(given[query.id, document] == 2 for document in own)
    assert all(query[:3] == document[:3] for query, document in given)


def test_a_need_asks_for_the_tariff_line_of_what_serves_it():
    _documents, queries, grades = classified.over_tariff("id", "id")
    asked = {query.id for query in queries}
    given = {(need, line): grade for need, line, grade in grades}
    lines = {line for _need, line, _grade in grades}
    for each in judgements():
        code = by_item()[each.item].hs[:6]
        if each.grade == 3 and code and each.need in asked:
            assert all(given[each.need, line] == 3 for line in lines if line.startswith(code))


def test_a_need_asks_for_the_class_of_what_serves_it():
    documents, _queries, grades = classified.over_classes("en")
    assert len(documents) == 1559
    given = {(need, code): grade for need, code, grade in grades}
    for each in judgements():
        if each.grade == 3:
            assert given[each.need, by_item()[each.item].kbli] == 3
