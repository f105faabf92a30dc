"""Evidence read from live data, with the same expressions for a snapshot, for the pool and for what nobody writes down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from curation.scoring.compile import EVIDENCE
from curation.scoring.evidence import BASIS, SOURCES
from curation.scoring.features import FEATURES
from curation.scoring.sql import Sql


def live_evidence(
    subject: Sql, columns: Iterable[str], keep: Iterable[str] = (), basis: Mapping[str, str] = BASIS
) -> Sql:
    """A relation named `evidence` with these features, what they are measured against, and `keep` of the subject.

    The subject yields enterprise_id, programme_id, product_id (or NULL) and day.
    """
    expressions = [
        *(f"s.{column}" for column in keep),
        *(f"{sql} AS {name}" for name, sql in basis.items()),
        *(f"{FEATURES[column].expression} AS {column}" for column in columns if column in FEATURES),
    ]
    return Sql(f"(SELECT {', '.join(expressions)} FROM ({subject.text}) AS s {SOURCES}) AS {EVIDENCE}", subject.params)


def one_enterprise(enterprise_id: int, programme_id: int, product_id: int | None, day: dt.date) -> Sql:
    return Sql(
        "SELECT %s::bigint AS enterprise_id, %s::bigint AS programme_id, %s::bigint AS product_id, %s::date AS day",
        (enterprise_id, programme_id, product_id, day),
    )


def insert_snapshot(application_id: int, day: dt.date, taken_by: int | None) -> Sql:
    """The application's next revision, in one statement."""
    subject = Sql(
        "SELECT id AS application_id, enterprise_id, programme_id, product_id, %s::date AS day"
        " FROM curation_application WHERE id = %s",
        (day, application_id),
    )
    source = live_evidence(subject, FEATURES, keep=("application_id", "day"))
    copied = ", ".join(["application_id", "day", *BASIS, *FEATURES])
    return Sql(
        f"INSERT INTO curation_evidencesnapshot (revision, taken_at, taken_by_id, {copied})"
        " SELECT coalesce((SELECT max(revision) FROM curation_evidencesnapshot WHERE application_id = %s), 0) + 1,"
        f" statement_timestamp(), %s::bigint, {copied} FROM {source.text} RETURNING id",
        (application_id, taken_by, *source.params),
    )
