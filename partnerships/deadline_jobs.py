"""The jobs that time brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from partnerships.models import Delivery
from partnerships.services.receiving import DEEM_JOB, deem_accepted
from portal.jobs import handles
from portal.models import Job


@handles(DEEM_JOB)
def deem_one(job: Job) -> None:
    deem_accepted(Delivery.objects.get(pk=job.payload["delivery"]))
