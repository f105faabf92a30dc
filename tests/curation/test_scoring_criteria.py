"""What an officer is told before a version of criteria is published, and what publishing freezes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import translation

from curation.enums import Shape
from curation.models import CriteriaSet, Criterion
from curation.scoring.criteria import (
    TEMPLATES,
    InvalidCriteria,
    apply_template,
    digest_of,
    next_version,
    publish_criteria_set,
    validate,
)
from curation.scoring.features import FEATURES, FORBIDDEN, Type
from tests.factories import curation as make

pytestmark = pytest.mark.django_db

GATE, LINEAR, STEPS, MEMBERSHIP = Shape.GATE, Shape.LINEAR, Shape.STEPS, Shape.MEMBERSHIP
line = make.criterion


def problems(*lines: dict[str, Any], **fields: Any) -> list[str]:
    made = make.criteria_set(make.draft_programme(), lines, publish=False, **fields)
    return [problem.code for problem in validate(made)]


FULL = line("workforce", LINEAR, 100, zero_at="0", full_at="20")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_criteria"),
        ([line("nib", GATE, test="is_true")], "no_criteria"),
        ([line("workforce", LINEAR, "99.99", zero_at="0", full_at="20")], "weights"),
        ([FULL, line("tkdn", LINEAR, "0.01", zero_at="0", full_at="20")], "weights"),
        ([line("workforce", LINEAR, 100, zero_at="5", full_at="5")], "equal_ends"),
        ([line("workforce", LINEAR, 100, zero_at="5")], "number_missing"),
        ([line("workforce", LINEAR, 100, zero_at="5", full_at="lima")], "number"),
        ([line("workforce", LINEAR, 100, zero_at="5", full_at="NaN")], "number"),
        ([line("workforce", LINEAR, 100, zero_at="5", full_at=0.1)], "number"),
        ([line("workforce", LINEAR, 100, zero_at="0", full_at="1e16")], "number"),
        ([line("workforce", STEPS, 100, steps=[])], "steps_missing"),
        ([line("workforce", STEPS, 100, steps=[{"at_least": "3", "share": "50"}, {"at_least": "3", "share": "60"}])], "steps_order"),
        ([line("workforce", STEPS, 100, steps=[{"at_least": "3", "share": "101"}])], "share"),
        ([line("technology_level", MEMBERSHIP, 100, shares={})], "values_missing"),
        ([line("technology_level", MEMBERSHIP, 100, shares={"robot": "100"})], "choices"),
        ([line("technology_level", LINEAR, 100, zero_at="0", full_at="1")], "shape"),
        ([line("workforce", Shape.RATIO, 100, full_at="100")], "shape"),
        ([line("monthly_capacity", Shape.RATIO, 100, full_at="0")], "ratio"),
        ([line("sni", Shape.VALID_ON, 100, days="9999")], "days"),
        ([FULL, line("nib", GATE, test="at_least", value="1")], "test"),
        ([FULL, line("nib", GATE, test="often")], "test"),
        ([line("women_led", Shape.PRESENT, 100)], "forbidden_feature"),
        ([line("shoe_size", Shape.PRESENT, 100)], "unknown_feature"),
        # Whoever passes the gate earns nothing; two gates that exclude each other.
        ([FULL, line("workforce", GATE, test="at_most", value="0")], "no_points"),
        ([FULL, line("workforce", GATE, test="at_most", value="4"), line("workforce", GATE, test="at_least", value="5")], "gates_contradict"),
        ([line("legal_form", MEMBERSHIP, 100, shares={"pt": "100"}), line("legal_form", GATE, test="one_of", values=["cv"])], "no_points"),
        ([line("workforce", STEPS, 100, steps=[{"at_least": "1", "share": "0"}])], "no_points"),
        ([{**line("workforce", LINEAR, 100, zero_at="0", full_at="20"), "minimum": Decimal(60)}, line("workforce", GATE, test="at_most", value="10")], "minimum"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(lines: list[dict[str, Any]], code: str) -> None:
    assert problems(*lines) == [code]


def test_a_threshold_nobody_can_reach_is_refused() -> None:
    half = line("tkdn", STEPS, 100, steps=[{"at_least": "40", "share": "74.99"}])
    assert problems(half) == ["threshold"]
    assert problems(half, threshold=Decimal("74.99")) == []
    # TKDN ends at 100 %: the upper half of the way to 200 is out of reach.
    assert problems(line("tkdn", LINEAR, 100, zero_at="0", full_at="200")) == ["threshold"]
    # Together on one feature: who earns the one cannot earn the other.
    rising = line("lead_time", LINEAR, 50, zero_at="0", full_at="60")
    falling = line("lead_time", LINEAR, 50, zero_at="60", full_at="0")
    assert problems(rising, falling) == ["threshold"]


def test_several_mistakes_are_named_at_once() -> None:
    assert set(
        problems(line("women_led", Shape.PRESENT, 10), line("workforce", LINEAR, 20, zero_at="1", full_at="1"))
    ) == {
        "forbidden_feature",
        "equal_ends",
        "weights",
    }


def test_messages_are_in_the_readers_language() -> None:
    made = make.criteria_set(
        make.draft_programme(), [line("workforce", LINEAR, "99.99", zero_at="0", full_at="9")], publish=False
    )
    (problem,) = validate(made)
    assert problem.message == "Jumlah bobot 99,99; kurang 0,01 untuk mencapai 100."
    with translation.override("en"):
        assert validate(made)[0].message == "The weights add up to 99.99; 0.01 are missing to 100."


def test_publishing_freezes_the_version_and_names_its_content() -> None:
    programme = make.draft_programme()
    made = make.criteria_set(programme)
    assert made.digest == digest_of(made)
    assert len(made.digest) == 64
    for change in (
        lambda: made.criteria.update(weight=Decimal(50)),
        lambda: made.criteria.first().delete(),
        lambda: Criterion.objects.create(criteria_set=made, **FULL, label_id="x", feedback_id="x"),
        lambda: CriteriaSet.objects.filter(pk=made.pk).update(threshold=10),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(ValidationError) as refused:
        publish_criteria_set(made, by=programme.created_by)
    assert refused.value.code == "published"


def test_nothing_is_published_with_a_mistake_in_it() -> None:
    programme = make.draft_programme()
    made = make.criteria_set(programme, [line("workforce", LINEAR, 90, zero_at="0", full_at="9")], publish=False)
    with pytest.raises(InvalidCriteria) as refused:
        publish_criteria_set(made, by=programme.created_by)
    assert [problem.code for problem in refused.value.problems] == ["weights"]
    made.refresh_from_db()
    assert made.published_at is None


def test_a_change_makes_the_next_version_with_another_digest() -> None:
    programme = make.draft_programme()
    first = make.criteria_set(programme)
    second = next_version(programme, by=programme.created_by)
    assert next_version(programme, by=programme.created_by) == second
    assert (second.version, second.criteria.count()) == (2, first.criteria.count())
    assert programme.criteria == first
    second.threshold = Decimal(80)
    second.save()
    publish_criteria_set(second, by=programme.created_by)
    assert second.digest != first.digest
    assert programme.criteria == second


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_can_be_published_as_it_is(key: str) -> None:
    programme = make.draft_programme()
    made = CriteriaSet.objects.create(programme=programme, threshold=1, review_floor=1)
    apply_template(made, TEMPLATES[key], by=programme.created_by)
    assert validate(made) == []
    for criterion in made.criteria.all():
        assert criterion.label_en
        assert criterion.feedback_en


def test_no_feature_rests_on_what_nobody_may_be_judged_by() -> None:
    assert not FORBIDDEN & FEATURES.keys()
    read = " ".join(feature.sql for feature in FEATURES.values())
    assert not any(name in read for name in ("women", "nik", "owner"))
    assert 25 <= len(FEATURES) <= 50
    assert {feature.type for feature in FEATURES.values()} == set(Type)
