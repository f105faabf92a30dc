"""Past scores come out again as they did, and a changed one is found."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from curation.models import Score
from curation.services.scoring import score_provisional, start_official_run
from portal import jobs
from portal.models import Enterprise
from tests.factories import curation as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def replayed() -> str:
    out = io.StringIO()
    call_command("replay_scores", stdout=out)
    return out.getvalue().splitlines()[-1]


def history() -> None:
    lines = (
        make.criterion("sni", "valid_on", 20, days=30),
        make.criterion("workforce", "linear", 50, zero_at="0", full_at="7"),
        make.criterion("tkdn", "linear", 30, zero_at="0", full_at="3"),
    )
    programme = make.programme(lines=lines, quota=2)
    rows = [
        {"workforce": workers, "tkdn": Decimal(workers) / 3, "sni": dt.date(2027, 1, 1 + workers)}
        for workers in range(6)
    ]
    for snapshot in make.snapshots(rows, programme):
        score_provisional(snapshot.application)
    start_official_run(make.close(programme), by=None)
    jobs.drain()


def test_nothing_drifts() -> None:
    assert replayed() == "replay: scores=0 drift=0"
    history()
    assert replayed() == "replay: scores=12 drift=0"


def test_a_plan_in_words_scored_before_there_were_parts_comes_out_the_same() -> None:
    """Of such a snapshot the column of the parts is empty: no evidence, then and now."""
    lines = (
        make.criterion("business_plan", "present", 60),
        make.criterion("plan_parts", "linear", 40, zero_at="0", full_at="4"),
    )
    rows = [{"business_plan": True}, {"business_plan": True, "plan_parts": 3}, {}]
    snapshots = make.snapshots(rows, make.programme(lines=lines))
    for snapshot in snapshots:
        score_provisional(snapshot.application)
    assert sorted(Score.objects.values_list("total", flat=True)) == [0, 60, 90]
    Enterprise.objects.update(business_plan="", plan_parts=1)
    assert replayed() == "replay: scores=3 drift=0"


def test_a_score_that_somebody_changed_is_named() -> None:
    history()
    changed = Score.objects.order_by("pk")[4]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE curation_score DISABLE TRIGGER curation_score_frozen")
        cursor.execute("UPDATE curation_score SET total = total + 0.01 WHERE id = %s", [changed.pk])
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("replay_scores", stdout=out)
    assert f"score {changed.pk}: differs" in out.getvalue()
    assert out.getvalue().splitlines()[-1] == "replay: scores=12 drift=1"
