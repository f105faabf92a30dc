"""The jobs of an import: read the file, write range after range. See portal.services.product_import."""

from __future__ import annotations

from portal.consents import PRODUCTS, may_fill_in
from portal.jobs import handles
from portal.models import Job, Membership, ProductImport
from portal.services import product_import as service
from portal.services.behalf import consent_held


@handles(service.READ)
def read_file(job: Job) -> None:
    if started := _open_import(job):
        service.read_file(started, after=job.payload.get("after", 0), organisation_id=job.acting_organisation_id)


@handles(service.WRITE)
def write_next(job: Job) -> None:
    if started := _open_import(job):
        service.write_next(started, after=job.payload["after"], organisation_id=job.acting_organisation_id)


@handles(service.WRITE_ALL)
def write_all(job: Job) -> None:
    if started := _open_import(job):
        service.write_all(started, organisation_id=job.acting_organisation_id)


def _open_import(job: Job) -> ProductImport | None:
    """Locked, with its person acting as when the file came; nothing when it has ended or is gone, or ends now because its
    person may no longer fill in for the enterprise."""
    imports = ProductImport.objects.select_for_update(of=("self",)).select_related(
        "uploaded_by", "enterprise__organisation"
    )
    started = imports.filter(pk=job.payload["import"], finished_at=None).first()
    if started is None:
        return None
    person = started.uploaded_by
    person.act_as(
        Membership.objects.filter(user=person, organisation=job.acting_organisation_id)
        .select_related("organisation")
        .first()
    )
    if started.consent_id is None:
        return started
    person.act_on_behalf(consent_held(person, started.consent_id))
    if may_fill_in(person, started.enterprise, PRODUCTS):
        return started
    person.act_on_behalf(None)
    service.end_without_consent(started)
    return None
