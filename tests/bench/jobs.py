"""Jobs that production does not know: a whole run scored again in place, where production fills a fresh partition."""

from __future__ import annotations

from curation.models import PoolRange
from curation.scoring.pool import between
from curation.services.pool import rescore
from portal.jobs import handles
from portal.models import Job

RESCORE_JOB = "bench.rescore_range"


@handles(RESCORE_JOB)
def rescore_range(job: Job) -> None:
    found = PoolRange.objects.select_related("run").get(pk=job.payload["range"])
    rescore(found.run, between(found.first, found.last))
