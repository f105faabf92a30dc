"""What an enterprise reads: found, wanted, and the shortest way to being curated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from curation.enums import Shape
from curation.scoring.explain import explain, shortest_path
from curation.services.rescoring import rescore_expired
from curation.services.scoring import dry_run, score_provisional
from portal import jobs
from portal.models import Enterprise
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.products import DocumentFactory

pytestmark = pytest.mark.django_db

line = make.criterion
LINES = (
    line("nib", Shape.GATE, test="is_true"),
    line("sni", Shape.GATE, test="valid_on", days=0),
    line("monthly_capacity", Shape.RATIO, 30, full_at="100"),
    line("tkdn", Shape.LINEAR, 20, zero_at="0", full_at="40"),
    line("lead_time", Shape.LINEAR, 20, zero_at="60", full_at="10"),
    line("business_plan", Shape.PRESENT, 10),
    line("years_in_business", Shape.STEPS, 10, steps=[{"at_least": "1", "share": "50"}, {"at_least": "3", "share": "100"}]),
    line("technology_level", Shape.MEMBERSHIP, 10, shares={"mechanised": "80", "automated": "100"}),
)  # fmt: skip


def foundry(**fields: Any) -> Enterprise:
    """Half the capacity, no TKDN, no plan, a slow delivery, two years old at most."""
    made = enterprise(
        **{"technology_level": "manual", "established_on": dt.date(2025, 1, 15), "business_plan": "", **fields}
    )
    make.product(made, monthly_capacity=Decimal(500), tkdn=None, lead_time_days=35)
    return made


def test_each_criterion_says_what_was_found_and_what_was_wanted() -> None:
    programme = make.programme(lines=LINES, threshold=Decimal(80))
    explanation = dry_run(foundry(), programme)
    texts = {result.feature.key: (result.found, result.wanted) for result in explanation.results}
    assert texts == {
        "nib": ("ya", "ya"),
        "sni": ("belum ada", "berlaku pada hari penilaian"),
        "monthly_capacity": ("500 kilogram per bulan", "paling sedikit 800 kilogram per bulan"),
        "tkdn": ("belum ada", "paling sedikit 32%"),
        "lead_time": ("35 hari", "paling banyak 20 hari"),
        "business_plan": ("belum ada", "ya"),
        "years_in_business": (texts["years_in_business"][0], "paling sedikit 3 tahun"),
        "technology_level": ("Manual", "salah satu dari: Dengan mesin, Otomatis"),
    }
    with translation.override("en"):
        capacity = explanation.results[2]
        assert (capacity.found, capacity.full) == ("500 kilogram a month", "at least 1,000 kilogram a month")
    assert explanation.unmet[0].feature.key == "sni", "gates first"
    assert not explanation.passes


def test_a_stored_score_explains_itself_as_the_dry_run_did() -> None:
    programme = make.programme(lines=LINES)
    made = foundry()
    dry = dry_run(made, programme)
    stored = explain(score_provisional(make.application(programme, made)))
    assert [(each.value, each.points, each.held) for each in stored.results] == [
        (each.value, each.points, each.held) for each in dry.results
    ]
    # A dry run without a product takes the one that fits best.
    assert stored.total == dry.total


def test_the_shortest_path_begins_with_gates_and_takes_most_points_a_minute() -> None:
    programme = make.programme(lines=LINES, threshold=Decimal(75))
    explanation = dry_run(foundry(), programme)
    # 15 capacity, 10 lead time, 5 years: 30 of 75; TKDN 20 and plan 10, lead time 10 more.
    assert explanation.total == 30
    path = shortest_path(explanation)
    keys = [step.result.feature.key for step in path.steps]
    assert keys[0] == "sni"
    assert "years_in_business" not in keys, "nobody gets older by filling in a form"
    assert (path.reaches, path.total) == (False, 70)
    reachable = make.programme(lines=LINES, threshold=Decimal(50), review_floor=Decimal(40))
    path = shortest_path(dry_run(foundry(), reachable))
    assert [step.result.feature.key for step in path.steps] == ["sni", "tkdn"]
    assert (path.reaches, path.total, path.minutes) == (True, 50, 15)


def test_no_more_points_are_promised_than_the_best_step_or_value_earns() -> None:
    lines = (
        line("monthly_capacity", Shape.RATIO, 80, full_at="100"),
        line("years_in_business", Shape.STEPS, 10, steps=[{"at_least": "1", "share": "40"}, {"at_least": "3", "share": "80"}]),
        line("technology_level", Shape.MEMBERSHIP, 10, shares={"mechanised": "50", "automated": "70"}),
    )  # fmt: skip
    programme = make.programme(lines=lines, threshold=Decimal(90))
    years, technology = dry_run(foundry(), programme).results[1:]
    assert (years.earned, years.gain, years.full) == (Decimal(4), Decimal(4), "paling sedikit 3 tahun")
    assert (technology.earned, technology.gain, technology.full) == (0, Decimal(7), "salah satu dari: Otomatis")
    best = dry_run(foundry(technology_level="automated"), programme).results[2]
    assert (best.earned, best.is_full, best.gain, best.next_wanted) == (Decimal(7), True, 0, "")


def test_there_is_no_path_left_for_who_passes() -> None:
    programme = make.programme()
    explanation = explain(score_provisional(make.applicant(programme)))
    assert explanation.passes
    assert shortest_path(explanation).steps == ()
    assert shortest_path(explanation).reaches


def test_evidence_names_the_paper_and_a_verified_one_says_so() -> None:
    programme = make.programme(lines=LINES)
    made = enterprise()
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2099, 5, 3))
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2020, 5, 3))
    result = next(each for each in dry_run(made, programme).results if each.feature.key == "sni")
    assert (result.held, result.found) == (True, "berlaku sampai 3 Mei 2099")
    assert result.paper["verified"] is False


def test_an_expired_paper_counts_no_more_from_that_day_on() -> None:
    programme = make.programme(lines=LINES)
    made = enterprise()
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2020, 5, 3))
    result = next(each for each in dry_run(made, programme).results if each.feature.key == "sni")
    assert (result.held, result.has_evidence, result.unmet) == (False, True, True)


def test_required_certificates_hold_until_the_first_one_ends() -> None:
    wanted = make.need(required_certificates=["sni", "halal"])
    lines = (
        line("required_certificates", Shape.GATE, test="valid_on", days=0),
        line("workforce", Shape.LINEAR, 100, zero_at="0", full_at="1"),
    )
    programme = make.programme(lines=lines, needs=[wanted])
    made = enterprise()
    DocumentFactory(enterprise=made, kind="sni", valid_until=dt.date(2099, 5, 3))
    assert dry_run(made, programme).gates[0].held is None
    DocumentFactory(enterprise=made, kind="halal", valid_until=None)
    gate = dry_run(made, programme).gates[0]
    assert (gate.held, gate.value) == (True, dt.date(2099, 5, 3))


def test_capacity_and_price_are_compared_in_the_unit_of_the_need() -> None:
    lines = (
        line("monthly_capacity", Shape.RATIO, 50, full_at="100"),
        line("price_share", Shape.LINEAR, 50, zero_at="100", full_at="50"),
    )
    programme = make.programme(lines=lines)
    made = enterprise()
    make.product(made, unit="tonne", monthly_capacity=Decimal("0.25"), price=24_000_000)
    capacity, price = dry_run(made, programme).results
    assert (capacity.value, capacity.points) == (Decimal(250), Decimal("12.50"))
    assert (price.value, price.points) == (Decimal(80), Decimal("20.00"))
    stranger = enterprise()
    make.product(stranger, unit="box")
    assert [result.points for result in dry_run(stranger, programme).results] == [None, None]


def test_a_verified_certificate_is_named_while_it_lasts_beside_the_renewal_that_nobody_has_checked() -> None:
    today = timezone.localdate()
    programme = make.programme(
        lines=(line("sni", Shape.VALID_ON, 60, days=0), line("sni", Shape.VALID_ON, 40, days=30))
    )
    made = foundry()
    old = verified_paper(made, "sni", valid_until=today + dt.timedelta(days=10))
    new = DocumentFactory(enterprise=made, kind="sni", valid_until=today + dt.timedelta(days=400))
    application = make.application(programme, made)
    now, a_month_on = explain(score_provisional(application)).results
    assert [(paper.pk, paper.verified) for paper in now.papers] == [(old.pk, True), (new.pk, False)]
    with translation.override("en"):
        assert (now.source, a_month_on.source) == ("document verified", "document not yet verified")
    assert (now.points, a_month_on.points) == (60, 40), "points go by how long it is covered"
    with time_machine.travel(timezone.now() + dt.timedelta(days=11), tick=True):
        assert rescore_expired() == 1
        jobs.drain()
        later, _a_month_on = explain(application.scores.order_by("-pk").first()).results
    assert [(paper.pk, paper.verified) for paper in later.papers] == [(new.pk, False)]
    with translation.override("en"):
        assert (later.points, later.source, later.paper_expired) == (60, "document not yet verified", False)
    with time_machine.travel(timezone.now() + dt.timedelta(days=401), tick=True):
        assert rescore_expired() == 1, "the renewal's own end is looked at, too"
