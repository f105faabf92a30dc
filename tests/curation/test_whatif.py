"""What a draft would change, against the pool run it stands for: the same numbers, whatever was moved."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.enums import PoolOutcome, RunState
from curation.models import Pool, PoolRun, PoolScore, Programme
from curation.scoring.criteria import next_version
from curation.scoring.pool import (
    EVIDENCE_PARENT,
    GROUP_COLUMNS,
    IN_DECIMALS,
    SCORE_PARENT,
    Rules,
    between,
    evidence_table,
    insert_scores,
    line_of,
    rules_of,
)
from curation.scoring.quantities import UNIT, cents
from curation.scoring.whatif import BARS, Trial
from curation.selectors import whatif
from curation.services.pool import start_pool_run
from portal.flow import MoveNotAllowed
from tests.curation import oracle
from tests.curation.test_pool import LINES, programme, ran, rich_one, settle, some_enterprises
from tests.curation.test_scoring_oracle import DAY, USED, as_models, criteria, evidence_for, shape_of
from tests.factories import curation as make

pytestmark = pytest.mark.django_db

PAIRS = int(os.environ.get("WHATIF_PAIRS", "1500"))
ROWS = 30
# A run has at least one criterion with a weight.
ALWAYS = make.criterion("workforce", "linear", 10, zero_at="0", full_at="9")
cents_of_points = st.integers(0, 10_000)


@st.composite
def changed(draw: st.DrawFn, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What an officer does to criteria: weights moved, a shape changed, one taken out, one added, in another order."""
    kept = [dict(line) for line in lines if draw(st.integers(0, 5))]
    for line in kept:
        if line["shape"] != "gate" and draw(st.booleans()):
            line["weight"] = Decimal(draw(st.integers(1, 1_200))) / 100
        if not draw(st.integers(0, 3)):
            shape, parameters = draw(shape_of(line["feature"]))
            weight = Decimal(0) if shape == "gate" else line["weight"] or Decimal("7.77")
            line |= {"shape": shape, "parameters": parameters, "weight": weight}
    for added in draw(criteria()) if draw(st.booleans()) else []:
        kept.append(added)
    if all(line["shape"] == "gate" for line in kept):
        kept.append(ALWAYS)
    return draw(st.permutations(kept))


@st.composite
def rules(draw: st.DrawFn, lines: list[dict[str, Any]]) -> Rules:
    made = as_models(lines)
    for criterion in made:
        if not criterion.is_gate and not draw(st.integers(0, 2)):
            criterion.minimum = Decimal(draw(st.integers(0, cents(criterion.weight)))) / 100
    threshold = draw(cents_of_points)
    return Rules(
        tuple(made), threshold, draw(st.integers(0, threshold)), draw(st.sampled_from([0, 0, 1, 5_000, 10_000]))
    )


@settings(
    max_examples=max(PAIRS // ROWS, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_it_says_what_a_pool_run_would_give(data: st.DataObject, seed: int) -> None:
    chance = random.Random(seed)
    lines = [*data.draw(criteria()), ALWAYS]
    first, tried = data.draw(rules(lines)), data.draw(changed(lines).flatmap(rules))
    # What is in force may be a third set still.
    in_force = data.draw(changed(lines).flatmap(rules)) if data.draw(st.booleans()) else first
    rows = evidence(chance, lines)
    with transaction.atomic():
        subject = make.draft_programme(needs=[needed()])
        run = pool(subject, rows, first)
        found, found_movers = asked(subject, run, in_force, tried), moved(subject, run, in_force, tried)
        before, after = scored(subject, rows, in_force, run), scored(subject, rows, tried, run)
        transaction.set_rollback(True)
    passes = {n for n, (_total, outcome) in after.items() if outcome == PoolOutcome.PASSES}
    passed = {n for n, (_total, outcome) in before.items() if outcome == PoolOutcome.PASSES}
    assert found["bar"] == Counter(
        (min(total // 500, BARS - 1), before[n][1], outcome) for n, (total, outcome) in after.items()
    )
    for column in GROUP_COLUMNS:
        expected = Counter((rows[n][column] or 0, before[n][1], outcome) for n, (_total, outcome) in after.items())
        assert found[column] == expected
    assert found_movers == (
        {n: (before[n], after[n]) for n in passes - passed},
        {n: (before[n], after[n]) for n in passed - passes},
    )


def needed() -> Any:
    return make.need()


def evidence(chance: random.Random, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compared with one to three needs, of which one may ask for an amount that no 64-bit fraction holds."""
    rows = [evidence_for(chance, lines) for _ in range(ROWS)]
    needs = [
        chance.choice([Decimal(1000), Decimal(7), Decimal("999983.9999"), row["need_quantity"]]) for row in rows[:3]
    ]
    for row in rows:
        row["need_quantity"] = chance.choice([*needs, None])
        row |= {"province": chance.choice([None, 11, 33, 96]), "class_code": chance.choice([None, 1, 4])}
        row["form_code"] = chance.choice([None, 1, 5])
    return rows


def pool(subject: Programme, rows: list[dict[str, Any]], asked: Rules) -> PoolRun:
    """Evidence as given, of enterprises 0, 1, 2 … that need not exist, scored under these rules."""
    Pool.objects.create(programme=subject)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool_partition_add(%s, %s)", [EVIDENCE_PARENT, subject.pk])
        columns = ["need_quantity", "verified_until", *GROUP_COLUMNS, *USED]
        for number, row in enumerate(rows):
            values = [
                int(row[name] * UNIT) if name in IN_DECIMALS and row[name] is not None else row[name]
                for name in columns
            ]
            cursor.execute(
                f"INSERT INTO {evidence_table(subject.pk)} (programme_id, enterprise_id, {', '.join(columns)})"
                f" VALUES ({', '.join(['%s'] * (len(columns) + 2))})",
                [subject.pk, number, *values],
            )
    Pool.objects.update(built_at="2026-11-22T00:00:00Z")
    return run_of(subject, rows, asked)


def run_of(subject: Programme, rows: list[dict[str, Any]], asked: Rules) -> PoolRun:
    run = PoolRun.objects.create(
        programme=subject,
        criteria=[line_of(criterion) for criterion in asked.criteria],
        threshold=Decimal(asked.threshold) / 100,
        review_floor=Decimal(asked.review_floor) / 100,
        minimum_coverage=Decimal(asked.minimum_coverage) / 100,
        need_quantities=sorted({row["need_quantity"] for row in rows if row["need_quantity"]}),
        as_of=DAY,
        state=RunState.SCORING,
    )
    run.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool_partition_add(%s, %s)", [SCORE_PARENT, run.pk])
    insert_scores(run, between(0, len(rows))).execute()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool_partition_seal(%s)", [run.pk])
    PoolRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    return run


def scored(
    subject: Programme, rows: list[dict[str, Any]], asked: Rules, run: PoolRun
) -> dict[int, tuple[int, PoolOutcome]]:
    """By a pool run of its own, and marked as an official run marks; what a minimum is compared with is the oracle's."""
    lines = [
        {"feature": each.feature, "shape": each.shape, "parameters": each.parameters, "weight": each.weight}
        for each in asked.criteria
    ]
    own = run_of(subject, rows, asked)
    found = {}
    for score in PoolScore.objects.filter(run=own):
        expected = oracle.score(lines, rows[score.enterprise_id], DAY)
        minimums = [each.minimum for each in asked.weighted]
        below = any(
            low is not None and (points or 0) < low for low, points in zip(minimums, expected.points, strict=True)
        )
        outcome = (
            PoolOutcome.GATE_MISSED
            if score.missed
            else PoolOutcome.BELOW
            if score.total < asked.review_floor
            else PoolOutcome.REVIEW
            if score.total < asked.threshold
            else PoolOutcome.LITTLE_EVIDENCE
            if score.coverage < asked.minimum_coverage
            else PoolOutcome.BELOW_MINIMUM
            if below
            else PoolOutcome.PASSES
        )
        found[score.enterprise_id] = (score.total, outcome)
    assert len(found) == len(rows)
    return found


def asked(subject: Programme, run: PoolRun, in_force: Rules, tried: Rules) -> dict[str, Counter]:
    parts: dict[str, Counter] = {name: Counter() for name in ("bar", *GROUP_COLUMNS)}
    for row in Trial(run, in_force, tried).counts().rows():
        parts[row["part"]][row["value"], row["was"], row["becomes"]] += row["n"]
    return parts


def moved(subject: Programme, run: PoolRun, in_force: Rules, tried: Rules) -> tuple[dict, dict]:
    """Those who enter and those who leave, each with what it was and what it becomes."""
    found = []
    for entering in (True, False):
        rows = Trial(run, in_force, tried).movers(entering=entering, limit=ROWS, offset=0).rows()
        found.append(
            {row["enterprise_id"]: ((row["before"], row["was"]), (row["after"], row["becomes"])) for row in rows}
        )
    return found[0], found[1]


def a_pool(*, threshold: int = 60) -> tuple[Programme, PoolRun]:
    """A draft of three enterprises, scored."""
    some_enterprises()
    subject = make.draft_programme()
    make.criteria_set(subject, LINES, publish=False, threshold=Decimal(threshold), review_floor=Decimal(30))
    return subject, ran(subject)


def draft(subject: Programme, **changes: Any) -> Rules:
    return replace(rules_of(subject.criteria_sets.get(published_at=None), subject), **changes)


def test_an_unchanged_draft_changes_nothing() -> None:
    subject, run = a_pool()
    found = whatif.effect(subject, draft(subject))
    assert (found.run, found.version, found.whole.enterprises) == (run, None, 3)
    assert (found.whole.entering, found.whole.leaving) == (0, 0)
    assert all(before == after for _outcome, before, after in found.outcomes)


def test_a_lower_threshold_lets_somebody_in_and_the_breakdowns_say_whom() -> None:
    for _each in range(4):
        rich_one()
    subject, _run = a_pool(threshold=100)
    best = PoolScore.objects.filter(missed=0).order_by("-total").first()
    high, low = (draft(subject, threshold=best.total + by, review_floor=0) for by in (1, 0))
    assert whatif.effect(subject, high).whole.after == 0
    found = whatif.effect(subject, low)
    name, place = best.enterprise, best.enterprise.village
    assert (found.whole.after, sum(each.after for each in found.by_province)) == (5, 5)
    assert [each.label for each in found.by_province if each.after] == ["Jawa Tengah"]
    assert place.code.startswith("33")
    assert [each.label for each in found.by_form if each.after] == [name.get_legal_form_display()]
    assert [each.label for each in found.by_class if each.after] == [name.get_business_class_display()]
    assert sum(bar.enterprises for bar in found.bars) == 7
    assert sum(bar.held for bar in found.bars) == PoolScore.objects.filter(missed=0).count()
    entering = whatif.movers(subject, low, entering=True, limit=10)
    assert name in [each.enterprise for each in entering]
    assert {(each.after, each.becomes) for each in entering} == {(best.total, PoolOutcome.PASSES)}
    assert len(whatif.movers(subject, low, entering=True, limit=10, offset=4)) == 1
    assert whatif.movers(subject, low, entering=False, limit=10) == []


def test_a_draft_is_compared_with_the_version_in_force() -> None:
    some_enterprises()
    subject = programme()
    ran(subject)
    next_version(subject, by=subject.created_by)
    found = whatif.effect(subject, draft(subject, threshold=0, review_floor=0))
    assert (found.version, found.whole.leaving) == (1, 0)
    assert found.whole.after == PoolScore.objects.filter(missed=0).count()


def test_weights_are_read_from_the_scores_alone_and_a_shape_from_its_own_column() -> None:
    subject, run = a_pool()
    rules = draft(subject)
    for criterion in rules.weighted:
        criterion.weight += 1
    assert evidence_table(subject.pk) not in Trial(run, rules, rules).counts().text
    linear = next(each for each in rules.weighted if each.feature == "workforce")
    linear.parameters = {"zero_at": "0", "full_at": "21"}
    trial = Trial(run, rules, rules)
    assert trial.recomputes == [linear]
    read = trial.counts().text.partition(evidence_table(subject.pk))[0]
    assert "v_workforce" in read
    assert "v_price_share" not in read


def test_numbers_written_otherwise_are_the_same_question() -> None:
    subject, run = a_pool()
    rules = draft(subject)
    next(each for each in rules.weighted if each.feature == "workforce").parameters = {
        "full_at": "20.00",
        "zero_at": "0.0",
    }
    assert Trial(run, rules, rules).recomputes == []


def test_nothing_can_be_asked_before_the_pool_was_scored() -> None:
    subject = make.draft_programme()
    make.criteria_set(subject, LINES, publish=False)
    with pytest.raises(MoveNotAllowed) as refused:
        whatif.effect(subject, draft(subject))
    assert refused.value.code == "no_pool"


def test_while_a_run_goes_on_the_scores_of_the_last_one_are_asked(settings) -> None:
    settings.SCORING_RANGE_SIZE = 1
    subject, run = a_pool()
    subject.needs.update(quantity_per_month=Decimal(10))
    under_way = start_pool_run(subject, by=None)
    assert under_way.reads_evidence
    assert whatif.effect(subject, draft(subject, threshold=1)).run == run
    shape = draft(subject)
    shape.weighted[0].parameters = {"zero_at": "0", "full_at": "3"}
    with pytest.raises(MoveNotAllowed) as refused:
        whatif.effect(subject, shape)
    assert refused.value.code == "evidence"
    settle()
    assert whatif.effect(subject, shape).run == under_way


def test_a_run_whose_scores_were_dropped_meanwhile_is_not_asked(monkeypatch) -> None:
    subject, run = a_pool()
    again = start_pool_run(Programme.objects.get(pk=subject.pk), by=None)
    assert again == run
    stale = PoolRun.objects.create(
        programme=subject, criteria=run.criteria, threshold=60, review_floor=30, as_of=run.as_of, state=RunState.DONE
    )
    with pytest.raises(ProgrammingError):
        whatif.effect(subject, draft(subject))
    PoolRun.objects.filter(pk=stale.pk).update(dropped_at=timezone.now())
    assert whatif.effect(subject, draft(subject)).run == run


def test_after_a_run_it_is_known_who_passes_and_who_has_evidence() -> None:
    subject, run = a_pool()
    run.refresh_from_db()
    assert run.passing == PoolScore.objects.filter(missed=0, total__gte=6000).count()
    counts = Pool.objects.get(programme=subject).with_evidence
    assert (counts["nib"], counts["workforce"], counts["iso_9001"]) == (3, 2, 0)


def test_what_the_planner_may_do_is_as_before_afterwards() -> None:
    subject, _run = a_pool()
    names = "current_setting('parallel_setup_cost'), current_setting('work_mem')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names}")
        before = cursor.fetchone()
        whatif.effect(subject, draft(subject))
        cursor.execute(f"SELECT {names}")
        assert cursor.fetchone() == before
