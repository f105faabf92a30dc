"""Jobs of assistance: the enterprise is told what somebody else changed for it."""

from __future__ import annotations

from django.urls import reverse

from portal.audit import TELL_OF_CHANGES
from portal.jobs import handles
from portal.models import Consent, Job
from portal.notifications import notify_organisation
from portal.selectors.consent import entries_under


@handles(TELL_OF_CHANGES)
def tell_of_changes(job: Job) -> None:
    """One message for all changes since the last one. Run twice, it finds nothing new to tell."""
    consent = Consent.objects.select_for_update(of=("self",)).get(pk=job.payload["consent"])
    entries = entries_under(consent)
    if consent.told_until is not None:
        entries = entries.filter(at__gt=consent.told_until)
    times = list(entries.order_by("at").values_list("at", flat=True))
    if not times:
        return
    Consent.objects.filter(pk=consent.pk).update(told_until=times[-1])
    notify_organisation(
        consent.enterprise.organisation,
        "consent.changes",
        path=reverse("consent_detail", args=[consent.pk]),
        who=consent.receiver,
        n=len(times),
    )
