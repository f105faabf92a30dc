"""A paper that expires takes its points with it that very day: open applications are scored again, provisionally.

Marks stay: the official run and people decide, and an expired paper counts no more from the next official run's date on.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from curation.enums import ApplicationStatus as A
from curation.enums import RenewalOutcome
from curation.scoring.sql import Sql
from curation.services.scoring import PROVISIONAL_JOB, today
from portal.jobs import enqueue

RESCORE_JOB = "curation.rescore_expired"
# Something is still to come of these, and their provisional score is what enterprise and buyer see: somebody decides, or a place
# comes free, which passes by whom a paper has ended for. With them go curated ones whose mark is asked on for another term.
STILL_OPEN = (A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.APPEALED, A.WAITLISTED)


def queue_rescoring(day: dt.date | None = None) -> None:
    """One job a day that looks for what has expired. Safe to run twice: what was scored again today is not found again."""
    day = day or today()
    enqueue(RESCORE_JOB, str(day), payload={"day": day.isoformat()})


@transaction.atomic
def rescore_expired(day: dt.date | None = None) -> int:
    """Queue a provisional score for each open application that rests on a paper which was valid when it was last scored
    and is not any more; how many."""
    day = day or today()
    found = Sql(
        """
        SELECT a.id FROM curation_application a
        JOIN LATERAL (SELECT papers, verified_until FROM curation_evidencesnapshot e
                      WHERE e.application_id = a.id ORDER BY e.revision DESC LIMIT 1) newest ON true
        JOIN LATERAL (SELECT max(s.as_of) AS as_of FROM curation_score s WHERE s.application_id = a.id) scored
          ON scored.as_of < %s
        WHERE (a.status = ANY (%s) OR EXISTS (
            SELECT 1 FROM curation_renewal r JOIN curation_curation c ON c.id = r.curation_id
            WHERE c.application_id = a.id AND r.outcome = %s)) AND (
          EXISTS (SELECT 1 FROM jsonb_each(newest.papers) AS paper (kind, fact)
                  CROSS JOIN LATERAL (VALUES (fact->>'until'), (fact->'then'->>'until')) AS ends (until)
                  WHERE until::date >= scored.as_of AND until::date < %s)
          OR EXISTS (SELECT 1 FROM unnest(newest.verified_until) AS ends (day)
                     WHERE ends.day >= scored.as_of AND ends.day < %s))
        ORDER BY a.id
        """,
        (day, [str(status) for status in STILL_OPEN], str(RenewalOutcome.ASKED), day, day),
    ).rows()
    for row in found:
        enqueue(PROVISIONAL_JOB, str(row["id"]), payload={"application": row["id"]})
    return len(found)
