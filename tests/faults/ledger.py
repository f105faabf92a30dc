"""What was written, in a list without any key: a range done twice stands in it twice, also where an upsert would hide it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from curation.models import PoolRun
from curation.scoring.pool import score_table
from portal.enums import JobState
from portal.models import Job
from tests.bench.written import role
from tests.faults.jobs import POISON_JOB

LEDGER = "faults_ledger"
NOTE = f"""
CREATE TABLE {LEDGER} (enterprise_id bigint);
CREATE FUNCTION {LEDGER}_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN INSERT INTO {LEDGER} SELECT enterprise_id FROM written; RETURN NULL; END $$;
GRANT SELECT ON {LEDGER} TO mitrapasok_app"""


def keep(run: PoolRun) -> None:
    """From before the first row is written."""
    with role("OWNER_DATABASE_URL") as cursor:
        cursor.execute(NOTE)
        cursor.execute(
            f"CREATE TRIGGER {LEDGER} AFTER INSERT ON {score_table(run.pk)} REFERENCING NEW TABLE AS written"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {LEDGER}_note()"
        )


@dataclass(frozen=True)
class Found:
    """Enterprises lost and written twice, and jobs parked."""

    lost: int
    double: int
    healthy_parked: int
    poison_parked: int


def read(run: PoolRun, enterprises: int) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {score_table(run.pk)}")
        (scores,) = cursor.fetchone()
        cursor.execute(f"SELECT count(*), count(DISTINCT enterprise_id) FROM {LEDGER}")
        written, once = cursor.fetchone()
    counted_twice = max(run.enterprises - enterprises, 0) + max(run.ranges_done - run.ranges_total, 0)
    parked = Job.objects.filter(state=JobState.PARKED)
    return Found(
        lost=enterprises - min(scores, once) + run.ranges.filter(done_at=None).count(),
        double=written - once + counted_twice,
        healthy_parked=parked.exclude(kind=POISON_JOB).count(),
        poison_parked=parked.filter(kind=POISON_JOB).count(),
    )
