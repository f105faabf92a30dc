"""The SQL against the oracle, to the last digit. More of it: `make oracle`, or SCORING_PAIRS=20000."""

from __future__ import annotations

import datetime as dt
import os
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.enums import RunKind
from curation.models import CriteriaSet, Criterion, Programme, Score, ScoringRun
from curation.scoring.compile import EVIDENCE, Compiled, columns_of, compile_criteria, scored, typed_rows
from curation.scoring.features import FEATURES, Type
from curation.scoring.pool import IN_DECIMALS, missed, unknown
from curation.scoring.quantities import UNIT, cents, hundredths
from curation.scoring.sql import Sql
from curation.services.marking import outcomes
from curation.services.scoring import score_provisional
from tests.curation import oracle
from tests.factories import curation as make

pytestmark = pytest.mark.django_db

PAIRS = int(os.environ.get("SCORING_PAIRS", "1000"))
ROWS = 40
DAY = dt.date(2026, 11, 22)
LAST_DAY = dt.date(9999, 12, 31)
# One or two features of each type; a ratio needs the one with a reference. Besides, the one whose count ends by the day.
BY_TYPE = {
    Type.BOOLEAN: ("exports", "business_plan"),
    Type.INTEGER: ("workforce", "annual_sales", "verified_documents"),
    Type.DECIMAL: ("tkdn", "monthly_capacity"),
    Type.DATE: ("sni", "required_certificates"),
    Type.TEXT: ("technology_level",),
    Type.SET: ("activities",),
}
USED = [feature for features in BY_TYPE.values() for feature in features]
WORDS = ["manual", "mechanised", "automated", "semi_mechanised"]
# Values are typed by people: one of them would end a text of SQL that it were pasted into.
CODES = ["10794", "24310", "25920", "28299", "a'b\"c\\d; -- %s {x}"]

small = st.decimals(min_value=0, max_value=100, places=2)
any_number = st.one_of(
    st.integers(0, 30).map(Decimal),
    st.decimals(min_value=0, max_value=1000, places=4),
    st.decimals(min_value=0, max_value=10**11, places=4),
)
day_count = st.one_of(st.just(0), st.integers(0, 800))


def text(number: Decimal) -> str:
    return f"{number:f}"


@st.composite
def shape_of(draw: st.DrawFn, feature: str) -> tuple[str, dict[str, Any]]:
    spec = FEATURES[feature]
    shape = draw(st.sampled_from([str(each) for each in spec.shapes]))
    if shape == "gate":
        test = draw(st.sampled_from([str(each) for each in spec.tests]))
        named = CODES if spec.type == Type.SET else WORDS
        extra = {
            "at_least": lambda: {"value": text(draw(any_number))},
            "at_most": lambda: {"value": text(draw(any_number))},
            "one_of": lambda: {"values": draw(st.lists(st.sampled_from(named), min_size=1, unique=True))},
            "all_of": lambda: {"values": draw(st.lists(st.sampled_from(named), min_size=1, unique=True))},
            "valid_on": lambda: {"days": draw(day_count)},
        }.get(test, dict)()
        return shape, {"test": test, **extra}
    if shape == "linear":
        ends = draw(st.lists(any_number, min_size=2, max_size=2, unique=True))
        return shape, {"zero_at": text(ends[0]), "full_at": text(ends[1])}
    if shape == "steps":
        bounds = sorted(draw(st.lists(any_number, min_size=1, max_size=4, unique=True)))
        return shape, {"steps": [{"at_least": text(bound), "share": text(draw(small))} for bound in bounds]}
    if shape == "membership":
        named = draw(st.lists(st.sampled_from(CODES if spec.type == Type.SET else WORDS), min_size=1, unique=True))
        return shape, {"shares": {name: text(draw(small)) for name in named}}
    if shape == "ratio":
        return shape, {"full_at": text(draw(st.decimals(min_value=1, max_value=300, places=2)))}
    return shape, {"days": draw(day_count)} if shape == "valid_on" else {}


@st.composite
def criteria(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Weights that add up to 100.00, gates without one, in any order; a feature may be asked twice."""
    lines = []
    for feature in draw(st.lists(st.sampled_from(USED), min_size=1, max_size=8)):
        shape, parameters = draw(shape_of(feature))
        lines.append({"feature": feature, "shape": shape, "parameters": parameters, "weight": Decimal(0)})
    weighted = [line for line in lines if line["shape"] != "gate"]
    left = 10000
    for place, line in enumerate(weighted):
        spare = left - (len(weighted) - place - 1)
        cents = spare if place == len(weighted) - 1 else draw(st.integers(1, spare))
        line["weight"], left = Decimal(cents) / 100, left - cents
    return lines


def bounds_in(lines: list[dict[str, Any]], feature: str) -> list[Decimal]:
    found = []
    for line in lines:
        if line["feature"] == feature:
            parameters = line["parameters"]
            found += [Decimal(parameters[key]) for key in ("zero_at", "full_at", "value") if key in parameters]
            found += [Decimal(step["at_least"]) for step in parameters.get("steps", ())]
    return found


def evidence_for(chance: random.Random, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Missing, at a bound, beside one, or anywhere. Drawn from a seed, since Hypothesis takes a second for so many values."""
    row: dict[str, Any] = {"need_quantity": chance.choice([None, Decimal(0), *(a_number(chance) for _ in range(4))])}
    for feature in USED:
        row[feature] = None if chance.random() < 0.25 else a_value(chance, lines, feature)
    row["verified_until"] = None if chance.random() < 0.25 else ends(chance, lines)
    return row


def ends(chance: random.Random, lines: list[dict[str, Any]]) -> list[dt.date]:
    """None, all over, the day before, the day itself, for ever; as many as a criterion asks for, or one more or less. In
    order, as evidence keeps them."""
    asked = [int(bound) + by for bound in bounds_in(lines, "verified_documents") for by in (-1, 0, 1)]
    few = [count for count in asked if 0 <= count <= 12] or [0]
    count = chance.choice([0, chance.randint(1, 12), chance.choice(few)])
    near = [DAY + dt.timedelta(days=by) for by in (-1, 0, 1)]
    drawn = chance.choice([near, [DAY], [*near, LAST_DAY], [DAY - dt.timedelta(days=chance.randint(1, 800))]])
    return sorted(chance.choice(drawn) for _ in range(count))


def a_number(chance: random.Random) -> Decimal:
    most = chance.choice([30, 1000, 10**11])
    return Decimal(chance.randint(0, most * 10**4)) / 10**4


def a_value(chance: random.Random, lines: list[dict[str, Any]], feature: str) -> Any:
    kind = FEATURES[feature].type
    if kind in (Type.INTEGER, Type.DECIMAL):
        beside = chance.choice([Decimal(-1), Decimal("-0.0001"), Decimal(0), Decimal("0.0001"), Decimal(1)])
        near = [bound + beside for bound in bounds_in(lines, feature) if bound + beside >= 0]
        value = chance.choice(near) if near and chance.random() < 0.6 else a_number(chance)
        return int(value) if kind == Type.INTEGER else value
    if kind == Type.DATE:
        asked = [line["parameters"].get("days", 0) for line in lines if line["feature"] == feature] or [0]
        days = chance.choice([*(each + by for each in asked for by in (-1, 0, 1)), chance.randint(-800, 1600)])
        return chance.choice([DAY + dt.timedelta(days=days)] * 9 + [LAST_DAY])
    if kind == Type.TEXT:
        return chance.choice(WORDS)
    if kind == Type.SET:
        return chance.sample([*CODES, "00000"], chance.randint(0, 3))
    return chance.random() < 0.5


def as_models(lines: list[dict[str, Any]]) -> list[Criterion]:
    return [Criterion(position=place, **line) for place, line in enumerate(lines)]


examples = settings(
    max_examples=max(PAIRS // ROWS, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@examples
@given(lines=criteria(), seed=st.integers(0, 2**32))
def test_the_statement_and_the_oracle_agree_to_the_last_digit(lines: list[dict[str, Any]], seed: int) -> None:
    chance = random.Random(seed)
    rows = [evidence_for(chance, lines) for _ in range(ROWS)]
    made = as_models(lines)
    found = scored(made, DAY, typed_rows(rows, columns_of(made)), ["row"]).rows()
    assert len(found) == ROWS
    for each in found:
        expected = oracle.score(lines, rows[each["row"]], DAY)
        assert (each["total"], each["coverage"]) == (expected.total, expected.coverage)
        assert each["points"] == expected.points
        assert each["gates_held"] == expected.gates_held


@examples
@given(lines=criteria(), seed=st.integers(0, 2**32))
def test_the_pool_agrees_too_on_whole_numbers_and_for_any_weight(lines: list[dict[str, Any]], seed: int) -> None:
    """Decimals kept as ten-thousandths, quantities instead of points, bits instead of arrays; then other weights, as
    somebody tries them out."""
    chance = random.Random(seed)
    rows = [evidence_for(chance, lines) for _ in range(ROWS)]
    needs = [Decimal(0), a_number(chance), a_number(chance)]
    for row in rows:
        row["need_quantity"] = chance.choice([None, *needs])
    compiled = compile_criteria(as_models(lines), DAY, needs)
    others = [line["weight"] for line in lines if line["shape"] != "gate"][::-1]
    for line, weight in zip((line for line in lines if line["shape"] != "gate"), others, strict=True):
        line["other"] = weight
    found = in_the_pool(compiled, rows, [cents(weight) for weight in others])
    assert len(found) == ROWS
    reweighted = [{**line, "weight": line.get("other", Decimal(0))} for line in lines]
    for each in found:
        row = rows[each["row"]]
        expected, tried = oracle.score(lines, row, DAY), oracle.score(reweighted, row, DAY)
        assert (each["total"], each["coverage"]) == (expected.total * 100, expected.coverage * 100)
        assert each["missed"] == sum((held is not True) << place for place, held in enumerate(expected.gates_held))
        assert each["unknown"] == sum((held is None) << place for place, held in enumerate(expected.gates_held))
        for weighted, points, wanted in zip(compiled.weighted, each["points"], tried.points, strict=True):
            if weighted.quantity.for_any_weight:
                assert points == (None if wanted is None else wanted * 100)


def in_the_pool(compiled: Compiled, rows: list[dict[str, Any]], weights: list[int]) -> list[dict[str, Any]]:
    made = [each.criterion for each in (*compiled.weighted, *compiled.gates)]
    columns = columns_of(made)
    typed = typed_rows(rows, columns)
    whole = [f"({name} * {UNIT})::bigint AS {name}" if name in IN_DECIMALS else name for name in columns]
    source = Sql(f"(SELECT {', '.join(['row', *whole])} FROM {typed.text}) AS {EVIDENCE}", typed.params)
    computed = compiled.over(source, [f"{EVIDENCE}.row"], exact=True)
    points = ", ".join(
        hundredths(each.name, weight, each.quantity) for each, weight in zip(compiled.weighted, weights, strict=True)
    )
    return Sql(
        f"SELECT row, ({compiled.total})::smallint AS total, ({compiled.coverage})::smallint AS coverage,"
        f" {missed(compiled)} AS missed, {unknown(compiled)} AS unknown, ARRAY[{points}]::bigint[] AS points"
        f" FROM ({computed.text}) AS computed",
        computed.params,
    ).rows()


@st.composite
def rounds(draw: st.DrawFn) -> tuple[oracle.Round, list[oracle.Scored]]:
    """Totals and coverages at the bounds and beside them, points at the minimums, NULLs, gates of all three kinds."""
    bounds = [Decimal(each) for each in draw(st.lists(st.integers(1, 99), min_size=3, max_size=3))]
    minimums = draw(st.lists(st.none() | st.integers(1, 5).map(Decimal), min_size=1, max_size=4))
    beside = st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("0.01")])
    near = st.builds(Decimal.__add__, st.sampled_from(bounds), beside)
    points = st.none() | st.builds(Decimal.__add__, st.integers(1, 5).map(Decimal), beside)
    scores = st.builds(
        oracle.Scored,
        total=near,
        coverage=near,
        points=st.lists(points, min_size=len(minimums), max_size=len(minimums)),
        gates_held=st.lists(st.sampled_from([True, True, True, False, None]), max_size=2),
    )
    asked = oracle.Round(
        threshold=max(bounds[:2]),
        floor=min(bounds[:2]),
        coverage=bounds[2],
        minimums=minimums,
        places=draw(st.integers(0, 4)),
        confirm=draw(st.sampled_from([False, False, False, True])),
    )
    return asked, draw(st.lists(scores, min_size=ROWS // 4, max_size=ROWS // 4))


@examples
@given(drawn=rounds())
def test_marks_keep_threshold_floor_coverage_and_minimums(drawn: tuple[oracle.Round, list[oracle.Scored]]) -> None:
    asked, scored_ = drawn
    programme = Programme(pk=0, quota=asked.places + 1, curated_count=1)
    programme.minimum_coverage, programme.confirm_by_person = asked.coverage, asked.confirm
    run = ScoringRun(criteria_set=CriteriaSet(threshold=asked.threshold, review_floor=asked.floor))
    criteria = [Criterion(shape="linear", minimum=minimum) for minimum in asked.minimums]
    scores = [Score(application_id=place, **vars(each)) for place, each in enumerate(scored_)]
    marked = outcomes(scores, run, programme, criteria)
    found = {pk: name for name, group in vars(marked).items() for pk in group}
    assert [found[place] for place in range(len(scored_))] == oracle.marks(scored_, asked)


@pytest.mark.parametrize(
    ("value", "points"), [("0.0001", "0.00"), ("0.0002", "0.01"), ("1", "33.33"), ("2", "66.67"), ("3", "100")]
)
def test_points_are_rounded_half_up_per_criterion(value: str, points: str) -> None:
    made = as_models([make.criterion("tkdn", "linear", 100, zero_at="0", full_at="3")])
    (row,) = scored(made, DAY, typed_rows([{"tkdn": Decimal(value)}], ["tkdn"]), ["row"]).rows()
    assert row["points"] == [Decimal(points)]


def test_a_half_cent_goes_up_and_the_total_is_the_sum_of_what_was_rounded() -> None:
    lines = [
        make.criterion(feature, "linear", weight, zero_at="0", full_at="200")
        for feature, weight in (("tkdn", 1), ("price_share", 1), ("monthly_capacity", 98))
    ]
    made = as_models(lines)
    rows = [{"tkdn": Decimal(1), "price_share": Decimal(1), "monthly_capacity": Decimal(200)}]
    (row,) = scored(made, DAY, typed_rows(rows, columns_of(made)), ["row"]).rows()
    assert row["points"] == [Decimal("0.01"), Decimal("0.01"), Decimal(98)]
    assert row["total"] == Decimal("98.02"), "0.005 + 0.005 would be 0.01 if it were summed first"


def test_the_snapshot_table_gives_what_the_oracle_gives() -> None:
    lines = [
        make.criterion("exports", "gate", test="is_true"),
        make.criterion("workforce", "linear", 30, zero_at="0", full_at="7"),
        make.criterion("monthly_capacity", "ratio", 30, full_at="150"),
        make.criterion("sni", "valid_on", 20, days=30),
        make.criterion("technology_level", "membership", 20, shares={"mechanised": "33.33", "automated": "100"}),
    ]
    programme = make.programme(lines=lines, threshold=Decimal(50), review_floor=Decimal(40))
    rows = [
        {"workforce": 3, "monthly_capacity": Decimal("777.7777"), "need_quantity": Decimal(1000), "exports": True},
        {"sni": dt.date(2099, 1, 1), "technology_level": "mechanised", "exports": False, "workforce": 9},
        {},
    ]
    for snapshot, row in zip(make.snapshots(rows, programme), rows, strict=True):
        score = score_provisional(snapshot.application)
        expected = oracle.score(lines, row, score.as_of)
        assert (score.total, score.coverage) == (expected.total, expected.coverage)
        assert (score.points, score.gates_held) == (expected.points, expected.gates_held)
    assert Score.objects.filter(kind=RunKind.PROVISIONAL).count() == 3
