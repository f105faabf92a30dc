"""The judged needs keep the rules their README states; no ranker has a say in them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from portal.enums import Unit
from portal.reference.files import rows_of
from portal.sample.trades import TRADES, recipes
from tests.matching import judged_set
from tests.matching.judged_set import FOLDER, HALVES, Judgement, Need, names_of

DIFFICULTIES = {
    "same_words", "synonym", "misspelt", "english", "hypernym", "function", "several", "size", "kbli", "unserved",
}  # fmt: skip
# Reasons that name the thing itself.
NAMED = ("asked", "one_of_several")
NEEDS = judged_set.needs()
BY_NEED: dict[str, list[Judgement]] = defaultdict(list)
for _each in judged_set.judgements():
    BY_NEED[_each.need].append(_each)


@cache
def groups(kind: str) -> dict[str, frozenset[str]]:
    """Product names by group of groups.csv."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    with (FOLDER / "groups.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["kind"] == kind:
                found[row["group"] or row["item"]] |= names_of(row["item"], row["variants"])
    return dict(found)


def names(need: str, *reasons: str) -> set[str]:
    return {name for each in BY_NEED[need] if each.reason in reasons for name in each.names()}


def test_every_need_is_worded_after_a_real_title():
    real = {row["title"] for row in rows_of("tender_titles.csv.gz")}
    assert [each.id for each in NEEDS if each.real_title not in real] == []
    assert [each.id for each in NEEDS if each.title == each.real_title] == []


def test_there_are_enough_needs_of_each_trade_and_kind():
    best = {need: max(each.grade for each in found) for need, found in BY_NEED.items()}
    assert sum(grade == 3 for grade in best.values()) >= 150
    trades = Counter(each.trade for each in NEEDS)
    assert set(trades) == {trade.name for trade in TRADES} | {"none"}
    assert min(trades.values()) >= 8
    translated = [each for each in NEEDS if each.title_en]
    assert len(translated) >= 60
    assert all(bool(each.title_en) == bool(each.specification_en) for each in NEEDS)
    assert {trade.name for trade in TRADES} <= {each.trade for each in translated}
    assert min(Counter(label for each in NEEDS for label in each.difficulties).values()) >= 8


def test_ids_are_unique_and_labels_are_from_the_list():
    assert max(Counter(each.id for each in NEEDS).values()) == 1
    assert {label for each in NEEDS for label in each.difficulties} == DIFFICULTIES
    assert {each.unit for each in NEEDS} <= {*Unit.values, ""}
    assert [each.id for each in NEEDS if bool(each.quantity) != bool(each.unit)] == []


def test_judgements_name_needs_and_variants_that_exist_each_once():
    assert set(BY_NEED) <= {each.id for each in NEEDS}
    assert {each.grade for each in judged_set.judgements()} <= {0, 1, 2, 3}
    for need, found in BY_NEED.items():
        counted = Counter(name for each in found for name in each.names())
        assert [name for name, times in counted.items() if times > 1] == [], need


def wrong_grades(need: Need) -> Iterator[str]:
    """Lines whose grade or group does not follow from their reason."""
    several = "several" in need.difficulties
    goods, families, classes = groups("goods"), groups("family"), groups("class")
    named = names(need.id, *NAMED, "other_version", "other_good")
    for each in BY_NEED[need.id]:
        reason, _, group = each.reason.partition(":")
        holds = {
            "asked": each.grade == 3 and not several,
            "one_of_several": each.grade == 2 and several,
            "other_version": each.grade == (1 if several else 2) and each.item not in goods,
            "other_good": each.grade == 1 and each.item in goods,
            "class": each.grade == 3 and names(need.id, each.reason) == classes.get(group),
            "family": each.grade == 1 and each.names() <= families.get(group, set()) and named & families[group],
            "exception": each.grade in (1, 2),
            "not_the_thing": each.grade == 0,
        }
        if not holds[reason]:
            yield f"{need.id}: {each.item} {each.variants}: {each.grade}, {each.reason}"


def left_unjudged(need: Need) -> Iterator[str]:
    """Variants beside those asked for, and members of their families, without a line of their own."""
    judged = {name for each in BY_NEED[need.id] for name in each.names()}
    asked = names(need.id, *NAMED)
    for each in BY_NEED[need.id]:
        if each.reason in (*NAMED, "other_version", "other_good"):
            yield from (f"{need.id}: {name}" for name in names_of(each.item, "*") - judged)
    for family in groups("family").values():
        if asked & family:
            yield from (f"{need.id}: {name}" for name in family - judged)


def test_grades_follow_from_their_reasons():
    assert [fault for need in NEEDS for fault in wrong_grades(need)] == []


def test_nothing_near_to_what_is_asked_is_left_unjudged():
    assert [fault for need in NEEDS for fault in left_unjudged(need)] == []


def test_a_need_is_unserved_exactly_when_nothing_is_graded():
    served = {each.need for each in judged_set.judgements() if each.grade}
    unserved = {each.id for each in NEEDS if "unserved" in each.difficulties}
    assert len(unserved) >= 8
    assert served == {each.id for each in NEEDS} - unserved
    assert unserved == {each.id for each in NEEDS if each.trade == "none"}


def test_groups_name_recipes_that_exist():
    items = {recipe.item for trade in TRADES for recipe in recipes(trade.name)}
    with (FOLDER / "groups.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert {row["item"] for row in rows} <= items
    assert all(names_of(row["item"], row["variants"]) for row in rows)


def test_grades_spread_over_products_by_their_names():
    spread = set(judged_set.spread([("a", "Tutup manhole besi cor Ø 60 cm"), ("b", "Tutup manhole besi cor Ø 70 cm")]))
    assert {("mc-01", "a", 3), ("mc-01", "b", 2), ("mc-04", "a", 1)} <= spread
    assert not any(need.startswith("fd-") for need, _product, _grade in spread)
    with pytest.raises(ValueError, match="no recipe"):
        list(judged_set.spread([("c", "Tutup panci")]))


def test_every_product_name_belongs_to_one_recipe():
    counted = Counter(name for trade in TRADES for recipe in recipes(trade.name) for name in recipe.variants())
    assert [name for name, times in counted.items() if times > 1] == []


def test_halves_are_halves_of_every_trade():
    split = Counter((each.trade, judged_set.half(each.id)) for each in NEEDS)
    assert all(split[trade, which] >= 3 for trade, _half in split for which in HALVES)
    sizes = Counter(judged_set.half(each.id) for each in NEEDS)
    assert min(sizes.values()) >= 0.4 * len(NEEDS)


def test_files_hold_the_same_set(tmp_path):
    documents, queries = judged_set.documents(), judged_set.queries("en", "tuning")
    judged_set.write_files(tmp_path, documents, queries, judged_set.spread((each.id, each.title) for each in documents))
    read = {name: list(csv.DictReader((tmp_path / f"{name}.csv").open(encoding="utf-8"))) for name in
            ("documents", "queries", "judgements")}  # fmt: skip
    assert [row["id"] for row in read["queries"]] == [each.id for each in queries]
    assert len({row["id"] for row in read["documents"]}) == len(documents)
    assert {row["document_id"] for row in read["judgements"]} <= {row["id"] for row in read["documents"]}
    titles = {row["id"]: row["title"] for row in read["documents"]}
    assert {(row["query_id"], titles[row["document_id"]]): int(row["grade"]) for row in read["judgements"]} == {
        (need, name): grade
        for (need, name), grade in judged_set.grades().items()
        if grade and need in {each.id for each in queries}
    }
