"""A programme's evidence of any number of enterprises, made by the database itself in one statement.

Nothing but the partition is written: the enterprises need not exist, since no key leads out of it. Drawn from a seed, so that
two benchmarks score the same pool.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from curation.enums import RunState
from curation.models import Pool, PoolRun, Programme
from curation.scoring.features import FEATURES, Feature, Type
from curation.scoring.pool import (
    EVIDENCE_PARENT,
    GROUPS,
    IN_DECIMALS,
    SCORE_PARENT,
    between,
    evidence_table,
    insert_scores,
    line_of,
)
from curation.scoring.quantities import UNIT
from curation.services.scoring import today
from portal.presentation.charts import PROVINCES

SEED = 0.2026
# How many of a hundred have evidence of it, where that is not OFTEN.
OFTEN = 80
SHARES = {"sni": 12, "bpom": 8, "iso_9001": 4, "tkdn_certificate": 10, "halal": 30, "pirt": 25, "nib": 98}
# Numbers without a limit of their own lie between 0 and this, small ones more often.
LARGE = {
    "annual_sales": 5_000_000_000,
    "investment": 3_000_000_000,
    "monthly_capacity": 20_000,
    "workforce": 80,
    "distance": 4_000,
    "lead_time": 60,
    "years_in_business": 30,
    "price_share": 150,
}
MOST = 40
CODES = "ARRAY['10794', '13121', '14111', '24310', '25920', '28299', '31001', '32909']"


def evidence(programme: Programme, rows: int, *, need_quantity: int, first: int = 1) -> range:
    """Fill the programme's partition with so many. Returns their ids."""
    ids = range(first, first + rows)
    pool, _made = Pool.objects.get_or_create(programme=programme)
    Pool.objects.filter(pk=pool.pk).update(built_at=None)
    values = {
        "programme_id": str(programme.pk),
        "enterprise_id": "id",
        "need_quantity": str(need_quantity * UNIT),
        "verified_until": "ARRAY[current_date + 400]",
        "province": f"(ARRAY{[int(code) for code in PROVINCES]})[1 + floor(random() * random() * {len(PROVINCES)})::int]",
        # Nine in ten are micro; of the forms the first are the most common, too.
        "class_code": "CASE WHEN random() < 0.88 THEN 1 WHEN random() < 0.85 THEN 2 ELSE 3 END",
        "form_code": f"1 + floor(random() * random() * {len(GROUPS['form_code'])})::int",
        **{key: _drawn(feature) for key, feature in FEATURES.items()},
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pool_partition_add(%s, %s)", [EVIDENCE_PARENT, programme.pk])
        cursor.execute("SELECT setseed(%s)", [SEED])
        cursor.execute(
            f"INSERT INTO {evidence_table(programme.pk)} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM generate_series({ids.start}, {ids.stop - 1}) AS id"
        )
        cursor.execute("SELECT pool_partition_analyze(%s, %s)", [EVIDENCE_PARENT, programme.pk])
        Pool.objects.filter(pk=pool.pk).update(built_at=timezone.now(), enterprises=rows)
    return ids


def _drawn(feature: Feature) -> str:
    return f"CASE WHEN random() < {SHARES.get(feature.key, OFTEN) / 100} THEN {_value(feature)} END"


def _value(feature: Feature) -> str:
    if feature.type == Type.BOOLEAN:
        return "random() < 0.7"
    if feature.type == Type.DATE:
        return "current_date + floor(random() * 1500 - 300)::int"
    if feature.type == Type.SET:
        return f"({CODES})[1 + floor(random() * 4)::int : 4 + floor(random() * 5)::int]"
    if feature.type == Type.TEXT:
        choices = feature.choices.values
        return f"(ARRAY{choices})[1 + floor(random() * {len(choices)})::int]"
    if feature.values:
        return f"(ARRAY{list(feature.values)})[1 + floor(random() * {len(feature.values)})::int]"
    most = feature.most or LARGE.get(feature.key, MOST)
    number = f"{feature.least} + random() * random() * {most - feature.least}"
    return f"floor(({number}) * {UNIT})" if feature.key in IN_DECIMALS else f"floor({number})"


def scored(programme: Programme, ids: range, *, need_quantity: int) -> PoolRun:
    """Under the programme's draft, by the statement that scores a range in production, as a run that has ended."""
    criteria_set = programme.criteria_sets.get()
    run = PoolRun.objects.create(
        programme=programme,
        criteria_set=criteria_set,
        criteria=[line_of(criterion) for criterion in criteria_set.criteria.all()],
        threshold=criteria_set.threshold,
        review_floor=criteria_set.review_floor,
        minimum_coverage=programme.minimum_coverage,
        need_quantities=[Decimal(need_quantity)],
        as_of=today(),
        state=RunState.SCORING,
        enterprises=len(ids),
    )
    run.refresh_from_db()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pool_partition_add(%s, %s)", [SCORE_PARENT, run.pk])
        insert_scores(run, between(ids.start, ids.stop - 1)).execute()
        cursor.execute("SELECT pool_partition_seal(%s)", [run.pk])
        cursor.execute("SELECT pool_partition_analyze(%s, %s)", [SCORE_PARENT, run.pk])
        PoolRun.objects.filter(pk=run.pk).update(state=RunState.DONE, finished_at=timezone.now())
    return run
