"""The consortium as a program: shares make up the quantity, no rule is broken, and nothing much better exists."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.matching.consortium import alternatives, form
from curation.matching.program import solve
from curation.matching.pruning import without_outdone
from curation.matching.search import searched
from curation.matching.shortfall import shortfall
from curation.matching.task import Candidate, Offer, Task, filled, options_of
from tests.bench.consortium import check, instance

# Nothing here is timed: a slow machine gives the same answers.
LONG = 60.0
papers = st.frozensets(st.sampled_from(["sni", "halal", "iso"]), max_size=3)


@st.composite
def offers(draw: st.DrawFn) -> tuple[Offer, ...]:
    """A price, and perhaps a lower one for more."""
    most, price = draw(st.integers(1, 60)), draw(st.integers(50, 130))
    first = Offer(draw(st.integers(1, max(1, most // 3))), most, Decimal(price))
    if most < 4 or draw(st.booleans()):
        return (first,)
    return (first, Offer(most // 2 + 1, most, Decimal(price * 9 // 10)))


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[Candidate], Task]:
    count = draw(st.integers(1, 7))
    keys = range(count)
    candidates = [
        Candidate(
            key,
            draw(offers()),
            score=draw(st.floats(45, 100)),
            distance=draw(st.sampled_from([0.0, 0.03, 0.08])),
            certificates=draw(papers),
            not_with=frozenset({key - 1}) if key and draw(st.booleans()) else frozenset(),
        )
        for key in keys
    ]
    quantity = draw(st.integers(1, 150))
    least = draw(st.integers(1, max(1, quantity // 3)))
    together = draw(papers)
    task = Task(
        quantity,
        Decimal(draw(st.integers(60, 140))),
        draw(st.integers(1, 5)),
        together=together,
        each=draw(papers) if draw(st.booleans()) else frozenset(),
        pinned=frozenset(draw(st.lists(st.sampled_from(list(keys)), max_size=1))),
        excluded=frozenset(draw(st.lists(st.sampled_from(list(keys)), max_size=2))),
        least=least,
        most=draw(st.integers(least, quantity)) if draw(st.booleans()) else 0,
    )
    return candidates, task


def best_by_trying_all(candidates: list[Candidate], task: Task) -> float | None:
    options, found = options_of(candidates, task), []
    for count in range(1, task.members + 1):
        for chosen in combinations(options, count):
            keys = [option.key for option in chosen]
            held = frozenset[str]().union(*(option.candidate.certificates for option in chosen))
            clash = any(other in keys for option in chosen for other in option.candidate.not_with)
            plan = filled(chosen, task)
            if len(set(keys)) == count and task.together <= held and not clash and plan is not None:
                found.append(plan.cost)
    return min(found, default=None)


@settings(max_examples=150, deadline=None)
@given(tasks())
def test_the_best_of_all_is_found_exactly_where_there_is_one(case: tuple[list[Candidate], Task]) -> None:
    candidates, task = case
    best, plan = best_by_trying_all(candidates, task), form(candidates, task, seconds=LONG)
    if best is None:
        assert plan is None
        return
    assert plan is not None
    check(plan, candidates, task)
    assert not plan.keys & task.excluded
    assert all(task.each <= given.option.candidate.certificates for given in plan.given)
    assert all(given.option.price <= task.ceiling for given in plan.given)
    assert plan.cost <= best * 1.001


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_why_not_says_at_least_what_a_smaller_need_could_have(case: tuple[list[Candidate], Task]) -> None:
    candidates, task = case
    if form(candidates, task, seconds=LONG) is not None:
        return
    why = shortfall(candidates, task, seconds=LONG)
    assert 0 <= why.reachable <= task.quantity
    for way in why.ways:
        changed = {
            "members": lambda way=way: replace(task, members=int(way.value)),
            "most": lambda: replace(task, most=0),
            "least": lambda: replace(task, least=1),
            "exclusions": lambda: replace(task, excluded=frozenset()),
            "pins": lambda: replace(task, pinned=frozenset()),
            "certificates": lambda: replace(task, each=frozenset(), together=task.together | task.each),
            "quantity": lambda way=way: replace(task, quantity=int(way.value)),
            "ceiling": lambda way=way: replace(task, ceiling=Decimal(way.value)),
        }[way.kind]()
        plan = form(candidates, changed, seconds=LONG)
        assert plan is not None, way
        check(plan, candidates, changed)


@pytest.mark.parametrize("seed", range(3))
def test_whom_no_best_consortium_needs_can_be_left_out(seed: int) -> None:
    candidates, task = instance(seed, 0.6, 5)
    options = options_of(candidates, task)
    few = without_outdone(options, task)
    assert len(few) < len(options) / 2
    costs = []
    for among in (options, few):
        chosen, _status = solve(among, task, seconds=None, gap=0.0)
        costs.append(filled(chosen, task).cost)
    assert costs[1] == pytest.approx(costs[0], rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_alone_keeps_every_rule_and_comes_near(seed: int) -> None:
    candidates, task = instance(seed, 0.3, 5)
    options = without_outdone(options_of(candidates, task), task)
    plan = searched(options, task, until=time.perf_counter() + LONG)
    check(plan, candidates, task)
    assert plan.cost <= form(candidates, task, seconds=LONG).cost * 1.005


def test_a_solver_without_time_leaves_the_answer_to_the_search() -> None:
    candidates, task = instance(2, 0.3, 5)
    plan = form(candidates, task, seconds=0.001)
    if plan is not None:
        check(plan, candidates, task)
        assert not plan.proved


def simple(*capacities: int, price: int = 100, **fields) -> list[Candidate]:
    return [Candidate(key, (Offer(1, most, Decimal(price + key)),), **fields) for key, most in enumerate(capacities)]


def test_what_is_short_is_said_in_figures() -> None:
    why = shortfall(simple(50, 40, 30), Task(150, Decimal(200), 3, together=frozenset({"sni"})))
    assert (why.reachable, why.missing) == (120, {"sni"})
    why = shortfall(simple(50, 40, 30), Task(110, Decimal(200), 2))
    assert why.reachable == 90
    assert ("members", 3) in {(way.kind, way.value) for way in why.ways}
    assert ("quantity", 90) in {(way.kind, way.value) for way in why.ways}


def test_the_lowest_ceiling_that_would_do_is_named() -> None:
    why = shortfall(simple(50, 40, 30), Task(110, Decimal(100), 3))
    assert ("ceiling", Decimal(102)) in {(way.kind, way.value) for way in why.ways}


def test_two_pins_whose_goods_are_the_same_are_named() -> None:
    pair = [replace(each, not_with=frozenset({1 - each.key})) for each in simple(50, 40)]
    why = shortfall(pair, Task(60, Decimal(200), 3, pinned=frozenset({0, 1})))
    assert why.together == ((0, 1),)


def test_alternatives_differ_and_keep_the_rules() -> None:
    candidates, task = instance(1, 0.6, 5)
    plan = form(candidates, task, seconds=LONG)
    near = frozenset(each.key for each in candidates if not each.distance)
    found = alternatives(candidates, task, plan, near=near, papers=task.together, seconds=LONG)
    assert {"more", "without"} <= {each.kind for each in found}
    for each in found:
        assert each.plan.shares != plan.shares
        if each.kind == "near":
            assert each.plan.keys <= near
        if each.kind == "without":
            assert each.key not in each.plan.keys
        if each.kind == "holding":
            assert all(task.together <= given.option.candidate.certificates for given in each.plan.given)
