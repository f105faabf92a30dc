"""The jobs that time brings: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from curation.models import Application, Consortium, Curation, Need, Programme
from curation.services.confirmation import CONFIRM_JOB, keep_need_confirmed
from curation.services.consortium import EXPIRE_JOB, expire_invitations
from curation.services.deadlines import ARCHIVE_JOB, FILL_JOB, LAPSE_JOB, archive_if_ended, lapse
from curation.services.interest import LAPSE_JOB as LAPSE_INTERESTS_JOB
from curation.services.interest import lapse_interests
from curation.services.marking import fill_places
from curation.services.renewal import REMIND_JOB, remind_of_end
from portal.jobs import handles
from portal.models import Job


@handles(LAPSE_JOB)
def lapse_one(job: Job) -> None:
    lapse(Application.objects.get(pk=job.payload["application"]))


@handles(REMIND_JOB)
def remind_one(job: Job) -> None:
    remind_of_end(Curation.objects.get(pk=job.payload["curation"]))


@handles(ARCHIVE_JOB)
def archive_one(job: Job) -> None:
    archive_if_ended(Programme.objects.get(pk=job.payload["programme"]))


@handles(FILL_JOB)
def fill_places_of_one(job: Job) -> None:
    fill_places(Programme.objects.get(pk=job.payload["programme"]))


@handles(EXPIRE_JOB)
def expire_consortium(job: Job) -> None:
    expire_invitations(Consortium.objects.get(pk=job.payload["consortium"]))


@handles(LAPSE_INTERESTS_JOB)
def lapse_interests_of_need(job: Job) -> None:
    lapse_interests(Need.objects.get(pk=job.payload["need"]))


@handles(CONFIRM_JOB)
def keep_one_need_confirmed(job: Job) -> None:
    keep_need_confirmed(Need.objects.get(pk=job.payload["need"]))
