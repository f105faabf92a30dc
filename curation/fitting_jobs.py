"""Telling whom a need or a programme fits: fetch and hand over."""

from __future__ import annotations

from curation.models import Need, Programme
from curation.services.fitting import tell_of_need, tell_of_programme
from curation.services.telling import FITS_JOB
from portal.jobs import handles
from portal.models import Job


@handles(FITS_JOB)
def tell_fitting(job: Job) -> None:
    if "programme" in job.payload:
        tell_of_programme(Programme.objects.select_related("buyer").get(pk=job.payload["programme"]))
    else:
        tell_of_need(Need.objects.select_related("buyer").get(pk=job.payload["need"]))
