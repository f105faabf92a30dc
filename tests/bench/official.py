"""`make bench-official`: 100,000 applications in one official run, through Celery, and everybody marked as plain Python says.

Applications and snapshots are made by the database; closing, ranges, ranks, marks, reasons and news are those of production.
APPLICATIONS sets the size, QUOTA how many may be curated.
"""

from __future__ import annotations

import os
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import RunState
from curation.models import Application, Decision, EvidenceSnapshot, Feedback, Programme, ScoringRun
from curation.scoring.replay import replay
from curation.services.scoring import start_official_run
from portal import audit
from portal.acting import acting
from tests.bench import crowd
from tests.bench.waiting import until, until_idle
from tests.curation import oracle
from tests.factories import curation as make
from tests.workers import worker

APPLICATIONS, QUOTA = int(os.environ.get("APPLICATIONS", "100000")), int(os.environ.get("QUOTA", "1000"))
LINES = (
    make.criterion("nib", "gate", test="is_true"),
    make.criterion("workforce", "linear", 30, zero_at="0", full_at="20"),
    make.criterion("annual_sales", "linear", 30, zero_at="0", full_at="2500000000"),
    make.criterion("technology_level", "membership", 20, shares={"semi_mechanised": "33.33", "mechanised": "75", "automated": "100"}),
    make.criterion("digital_readiness", "linear", 20, zero_at="0", full_at="5"),
)  # fmt: skip
READ = ("nib", "workforce", "annual_sales", "technology_level", "digital_readiness")
THRESHOLD, FLOOR, COVERAGE = Decimal(35), Decimal(20), Decimal(70)

SENT = """
INSERT INTO curation_application (programme_id, enterprise_id, status, created_by_id, created_at, submitted_at, appeal_text, is_sample)
SELECT %s, id, 'submitted', %s, now(), now() - (id %% 5000) * interval '1 minute' - interval '1 day', '', false
FROM portal_enterprise WHERE status = 'verified' ORDER BY id LIMIT %s"""
FROZEN = f"""
INSERT INTO curation_evidencesnapshot (application_id, revision, day, taken_at, need_unit, papers, {", ".join(READ)})
SELECT a.id, 1, current_date, now(), '', '{{}}', e.nib <> '' AND e.id %% 7 > 0, e.workforce, e.annual_sales,
  nullif(e.technology_level, ''), e.digital_readiness
FROM curation_application a JOIN portal_enterprise e ON e.id = a.enterprise_id WHERE a.programme_id = %s"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="mitrapasok-bench-") as name:
        celery = worker(Path(name))
        try:
            until_idle()
            return measure()
        finally:
            celery.stop()


def measure() -> int:
    crowd.as_owner(f"crowd.pool_of({APPLICATIONS})")
    band = {"threshold": THRESHOLD, "review_floor": FLOOR, "minimum_coverage": COVERAGE}
    programme = make.programme(lines=LINES, quota=QUOTA, **band)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(SENT, [programme.pk, programme.created_by_id, APPLICATIONS])
        cursor.execute(FROZEN, [programme.pk])
    Programme.objects.filter(pk=programme.pk).update(closes_at=timezone.now())
    began = time.perf_counter()
    with acting(None, None):
        run = start_official_run(programme, by=None)
    until(lambda: ScoringRun.objects.exclude(state=RunState.SCORING).filter(pk=run.pk).exists())
    scored = time.perf_counter()
    until(lambda: ScoringRun.objects.filter(pk=run.pk, state__in=[RunState.DONE, RunState.FAILED]).exists())
    marked = time.perf_counter()
    until_idle()
    told = time.perf_counter()
    run.refresh_from_db()
    wrong = mismatches(run)
    drift = sum(len(each.drifted) + each.missing for each in replay())
    print(
        f"bench-official: applications={run.applications} curated={run.curated} waitlisted={run.waitlisted}"
        f" in_review={run.in_review} declined={run.declined} reasons={Feedback.objects.filter(decision__run=run).count()}"
        f" scored_s={scored - began:.1f} marked_s={marked - scored:.1f} told_s={told - marked:.1f}"
        f" mismatches={wrong} drift={drift}"
    )
    return 1 if wrong or drift or run.state != RunState.DONE or run.applications != APPLICATIONS else 0


def mismatches(run: ScoringRun) -> int:
    """Applications that are not what plain Python makes of them, and what the run left behind that it may not."""
    expected = expected_marks(run)
    found = dict(run.programme.applications.values_list("pk", "status"))
    decided = Decision.objects.filter(run=run)
    return (
        sum(found[application] != status for application, status in expected.items())
        + len(found.keys() ^ expected.keys())
        + decided.filter(outcome=A.DECLINED, feedback=None).count()
        + abs(Programme.objects.get(pk=run.programme_id).curated_count - min(QUOTA, run.curated))
        + len(audit.breaks())
    )


def expected_marks(run: ScoringRun) -> dict[int, str]:
    """Ranked by score, coverage, who sent earlier; the job curates in that order while there are places."""
    sent = dict(Application.objects.filter(programme=run.programme_id).values_list("pk", "submitted_at"))
    scored = []
    for row in EvidenceSnapshot.objects.filter(application__programme=run.programme_id).values("application_id", *READ):
        score = oracle.score(LINES, row, run.as_of)
        pk = row["application_id"]
        scored.append((-score.total, -score.coverage, sent[pk], pk, all(score.gates_held)))
    marks: dict[int, str] = {}
    places = QUOTA
    for total, coverage, _sent, pk, gates_held in sorted(scored):
        if not gates_held or -total < FLOOR:
            marks[pk] = A.DECLINED
        elif -total < THRESHOLD or -coverage < COVERAGE:
            marks[pk] = A.IN_REVIEW
        elif places:
            marks[pk], places = A.CURATED, places - 1
        else:
            marks[pk] = A.WAITLISTED
    return marks
