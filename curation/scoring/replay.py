"""Compute past scores again from their snapshot and criteria version: the same statement, and nothing may differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from curation.models import CriteriaSet, Score
from curation.scoring.compile import EVIDENCE, scored
from curation.scoring.criteria import digest_of
from curation.scoring.sql import Sql

RANGE = 50_000
STORED = ("total", "coverage", "points", "gates_held")


@dataclass(frozen=True)
class Replayed:
    """Scores of one version as of one day. `drifted`: ids of those that came out differently; `missing`: snapshots gone."""

    criteria_set: CriteriaSet
    scores: int
    drifted: tuple[int, ...]
    missing: int
    digest_holds: bool


def replay() -> Iterator[Replayed]:
    """All of history, version by version and day by day."""
    groups = Score.objects.order_by("criteria_set", "as_of").values_list("criteria_set", "as_of").distinct()
    for criteria_set_id, as_of in groups:
        criteria_set = CriteriaSet.objects.get(pk=criteria_set_id)
        criteria = list(criteria_set.criteria.all())
        stored = Score.objects.filter(criteria_set=criteria_set, as_of=as_of)
        drifted: list[int] = []
        seen = last = 0
        while ids := list(stored.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:RANGE]):
            source = Sql(
                f"curation_score AS sc JOIN curation_evidencesnapshot AS {EVIDENCE}"
                f" ON {EVIDENCE}.application_id = sc.application_id AND {EVIDENCE}.revision = sc.snapshot_revision"
                " WHERE sc.criteria_set_id = %s AND sc.as_of = %s AND sc.id BETWEEN %s AND %s",
                (criteria_set_id, as_of, ids[0], ids[-1]),
            )
            keep = ["sc.id", *(f"sc.{column} AS was_{column}" for column in STORED)]
            again = scored(criteria, as_of, source, keep)
            now, was = ", ".join(STORED), ", ".join(f"was_{column}" for column in STORED)
            rows = Sql(
                f"SELECT id, ({now}) IS DISTINCT FROM ({was}) AS differs FROM ({again.text}) AS again", again.params
            ).rows()
            drifted += [row["id"] for row in rows if row["differs"]]
            seen, last = seen + len(rows), ids[-1]
        total = stored.count()
        yield Replayed(
            criteria_set, total, tuple(drifted), total - seen, digest_of(criteria_set) == criteria_set.digest
        )
