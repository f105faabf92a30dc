"""The jobs behind people's requests about their own data: fetch and hand over. Each is safe to run twice."""

from __future__ import annotations

from django.core.mail import send_mail
from django.utils import timezone, translation

from portal.jobs import handles
from portal.models import DataRequest, Job, Membership
from portal.services.data_request import (
    DAY_JOB,
    ERASE_JOB,
    EXPORT_JOB,
    carry_out_erasure,
    end_copies,
    make_copy,
    remind_of_terms,
)
from portal.services.erasure import MAIL_JOB, farewell


@handles(EXPORT_JOB)
def export_one(job: Job) -> None:
    request = _request(job)
    with translation.override(request.person.language):
        make_copy(request)


@handles(ERASE_JOB)
def erase_one(job: Job) -> None:
    request = _request(job)
    with translation.override(request.person.language):
        carry_out_erasure(request)


@handles(DAY_JOB)
def keep_terms(job: Job) -> None:
    end_copies()
    remind_of_terms(timezone.localdate())


@handles(MAIL_JOB)
def mail_farewell(job: Job) -> None:
    if not job.payload:
        return
    subject, body = farewell(job.payload["language"])
    send_mail(subject, body, None, [job.payload["email"]])
    Job.objects.filter(pk=job.pk).update(payload={})  # the address is not kept once the message is sent


def _request(job: Job) -> DataRequest:
    """Locked, with its person acting as when they asked."""
    found = DataRequest.objects.select_for_update(of=("self",)).select_related("person", "enterprise__organisation")
    request = found.get(pk=job.payload["request"])
    request.person.act_as(
        Membership.objects.filter(user=request.person, organisation=job.acting_organisation_id)
        .select_related("organisation")
        .first()
    )
    return request
