"""The statements of the pool: reading everybody's evidence, scoring it, and bringing both up to date in place.

A programme's evidence and a run's scores each have a table of their own, addressed by its name: nothing is routed, and a
lock on the parent holds nobody up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from curation.models import CriteriaSet, Criterion, PoolRun, Programme
from curation.scoring.compile import EVIDENCE, Compiled, compile_criteria
from curation.scoring.evidence import DISPUTE_DAYS
from curation.scoring.features import FEATURES, Type
from curation.scoring.live import live_evidence
from curation.scoring.quantities import UNIT, cents
from curation.scoring.sql import Sql
from portal.enums import BusinessClass, EnterpriseStatus, LegalForm

EVIDENCE_PARENT, SCORE_PARENT = "curation_poolevidence", "curation_poolscore"
# As many as the score table has columns and an integer has bits.
MOST_WEIGHTED, MOST_GATES = 24, 30
# What scores are broken down by; the number stored is the place in the list, from 1.
GROUPS: Mapping[str, Sequence[str]] = {"class_code": BusinessClass.values, "form_code": LegalForm.values}
GROUP_COLUMNS = ("province", *GROUPS)


def _place(values: Sequence[str], column: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"array_position(ARRAY[{listed}], {column}::text)::smallint"


# The next day on which something begins or ends: a month of age, a paper, a mark, what a proven problem counts. Earlier than need be does no harm.
STALE_ON = """least(
  CASE WHEN e.established_on > s.day THEN e.established_on ELSE greatest(s.day + 1, (e.established_on + make_interval(months =>
    (extract(year FROM age(s.day, e.established_on)) * 12 + extract(month FROM age(s.day, e.established_on)))::int + 1))::date) END,
  (SELECT min(CASE WHEN doc.valid_from > s.day THEN doc.valid_from ELSE doc.valid_until + 1 END) FROM portal_document doc
   WHERE doc.enterprise_id = e.id AND (doc.valid_from > s.day OR doc.valid_until >= s.day)),
  (SELECT min(CASE WHEN cu.valid_from > s.day THEN cu.valid_from ELSE cu.valid_until + 1 END) FROM curation_curation cu
   WHERE cu.enterprise_id = e.id AND cu.revoked_at IS NULL AND cu.valid_until >= s.day),
  (SELECT min(dispute.day + DAYS_COUNTED) FROM unnest(t.disputed_on) AS dispute (day)
   WHERE dispute.day > s.day - DAYS_COUNTED))""".replace("DAYS_COUNTED", str(DISPUTE_DAYS))
BASIS = {
    "stale_on": STALE_ON,
    "province": "left(e.village_id, 2)::smallint",
    "class_code": _place(GROUPS["class_code"], "e.business_class"),
    "form_code": _place(GROUPS["form_code"], "e.legal_form"),
    "need_quantity": "o.need_quantity::numeric(18, 4)",
    "verified_until": "coalesce(d.verified_until, '{}')",
}
IN_DECIMALS = frozenset({"need_quantity", *(key for key, feature in FEATURES.items() if feature.type == Type.DECIMAL)})


@dataclass(frozen=True)
class Rules:
    """Criteria with what they are compared with: of a run, or of a draft that somebody is trying out."""

    criteria: tuple[Criterion, ...]
    threshold: int
    review_floor: int
    minimum_coverage: int

    @property
    def weighted(self) -> list[Criterion]:
        return [each for each in self.criteria if not each.is_gate]

    @property
    def gates(self) -> list[Criterion]:
        return [each for each in self.criteria if each.is_gate]


def rules_of(criteria_set: CriteriaSet, programme: Programme) -> Rules:
    return Rules(
        tuple(criteria_set.criteria.all()),
        cents(criteria_set.threshold),
        cents(criteria_set.review_floor),
        cents(programme.minimum_coverage),
    )


def rules_of_run(run: PoolRun) -> Rules:
    return Rules(
        tuple(criterion_of(place, line) for place, line in enumerate(run.criteria)),
        cents(run.threshold),
        cents(run.review_floor),
        cents(run.minimum_coverage),
    )


def line_of(criterion: Criterion) -> dict[str, Any]:
    """What a score depends on, as JSON, and the words it is shown with."""
    return {
        "feature": criterion.feature,
        "shape": str(criterion.shape),
        "parameters": criterion.parameters,
        "weight": f"{criterion.weight:.2f}",
        "minimum": None if criterion.minimum is None else f"{criterion.minimum:.2f}",
        "label": [criterion.label_id, criterion.label_en],
    }


def criterion_of(place: int, line: Mapping[str, Any]) -> Criterion:
    return Criterion(
        position=place,
        feature=line["feature"],
        shape=line["shape"],
        parameters=line["parameters"],
        weight=Decimal(line["weight"]),
        minimum=None if line["minimum"] is None else Decimal(line["minimum"]),
        label_id=line["label"][0],
        label_en=line["label"][1],
    )


def evidence_table(programme_id: int) -> str:
    return f"{EVIDENCE_PARENT}_{int(programme_id)}"


def score_table(run_id: int) -> str:
    return f"{SCORE_PARENT}_{int(run_id)}"


def compile_for(rules: Rules, run: PoolRun) -> Compiled:
    return compile_criteria(rules.criteria, run.as_of, run.need_quantities)


def between(first: int, last: int) -> Sql:
    return Sql("BETWEEN %s AND %s", (first, last))


def among(enterprises: Sequence[int]) -> Sql:
    return Sql("= ANY (%s::bigint[])", (list(enterprises),))


def read_evidence(programme_id: int, day: dt.date, whom: Sql) -> Sql:
    """INSERT the evidence of verified enterprises whose id matches `whom`, and who have none there."""
    subject = Sql(
        "SELECT id AS enterprise_id, %s::bigint AS programme_id, NULL::bigint AS product_id, %s::date AS day"
        f" FROM portal_enterprise WHERE status = %s AND id {whom.text}",
        (programme_id, day, EnterpriseStatus.VERIFIED, *whom.params),
    )
    keep = ("programme_id", "enterprise_id")
    source = live_evidence(subject, FEATURES, keep=keep, basis=BASIS)
    columns = [*keep, *BASIS, *FEATURES]
    values = (
        f"({EVIDENCE}.{name} * {UNIT})::bigint" if name in IN_DECIMALS else f"{EVIDENCE}.{name}" for name in columns
    )
    return Sql(
        f"INSERT INTO {evidence_table(programme_id)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source.text}",
        source.params,
    )


def count_evidence(programme_id: int) -> Sql:
    """Of each feature how many have any."""
    counts = ", ".join(f"count({key}) AS {key}" for key in FEATURES)
    return Sql(f"SELECT {counts} FROM {evidence_table(programme_id)}")


def insert_scores(run: PoolRun, whom: Sql) -> Sql:
    """Scores of the enterprises whose id matches `whom`, and who have none there, from the programme's evidence."""
    scores, written = _scores(run, whom)
    return Sql(f"INSERT INTO {score_table(run.pk)} ({', '.join(written)}) {scores.text}", scores.params)


def _scores(run: PoolRun, whom: Sql) -> tuple[Sql, list[str]]:
    """SELECT what is written of each, and into which columns."""
    compiled = compile_for(rules_of_run(run), run)
    source = Sql(
        f"{evidence_table(run.programme_id)} AS {EVIDENCE}"
        f" WHERE {EVIDENCE}.programme_id = %s AND {EVIDENCE}.enterprise_id {whom.text}",
        (run.programme_id, *whom.params),
    )
    kept = ("enterprise_id", *GROUP_COLUMNS)
    computed = compiled.over(source, [f"{EVIDENCE}.{column}" for column in kept], exact=True)
    quantities = ", ".join(each.name for each in compiled.weighted)
    scores = Sql(
        f"SELECT %s::bigint, enterprise_id, {missed(compiled)}, {unknown(compiled)}, ({compiled.total})::smallint,"
        f" ({compiled.coverage})::smallint, {', '.join(GROUP_COLUMNS)}, {quantities} FROM ({computed.text}) AS computed",
        (run.pk, *computed.params),
    )
    return scores, ["run_id", *score_columns(compiled)]


def forget_evidence(programme_id: int, whom: Sql) -> Sql:
    return _forget(evidence_table(programme_id), "programme_id", programme_id, whom)


def forget_scores(run: PoolRun, whom: Sql) -> Sql:
    return _forget(score_table(run.pk), "run_id", run.pk, whom)


def _forget(table: str, key: str, value: int, whom: Sql) -> Sql:
    """The key's first column is the same in all of a table; without it servers before 18 read the whole index."""
    return Sql(f"DELETE FROM {table} WHERE {key} = %s AND enterprise_id {whom.text}", (value, *whom.params))


def score_columns(compiled: Compiled) -> list[str]:
    quantities = [f"q{place}" for place in range(1, len(compiled.weighted) + 1)]
    return ["enterprise_id", "missed", "unknown", "total", "coverage", *GROUP_COLUMNS, *quantities]


def missed(compiled: Compiled) -> str:
    """A bit for each gate that is not held."""
    return _bits([f"{each.name} IS TRUE" for each in compiled.gates], "0", "1")


def unknown(compiled: Compiled) -> str:
    """A bit for each gate without evidence."""
    return _bits([f"{each.name} IS NULL" for each in compiled.gates], "1", "0")


def _bits(conditions: Sequence[str], then: str, otherwise: str) -> str:
    return (
        " | ".join(
            f"CASE WHEN {condition} THEN {int(then) << place} ELSE {int(otherwise) << place} END"
            for place, condition in enumerate(conditions)
        )
        or "0"
    )
