"""How complete a dossier is, kept with it: the directory filters by it, and a companion's list is sorted by it."""

from __future__ import annotations

from portal.jobs import enqueue
from portal.models import Enterprise
from portal.selectors.enterprise import completeness

MEASURE_JOB = "portal.measure_completeness"
RANGE = 500


def measure_completeness(enterprise: Enterprise) -> None:
    """After every change of an answer, in its transaction. Drafts count for nothing: they are not answers yet."""
    share = completeness(enterprise).share
    if share != enterprise.completeness:
        enterprise.completeness = share
        enterprise.save(update_fields=["completeness"])


def measure_all(after: int) -> None:
    """Every dossier anew, some at a time: what counts as complete has changed. `after`: the last one that was measured."""
    found = list(Enterprise.objects.filter(pk__gt=after).select_for_update(of=("self",)).order_by("pk")[:RANGE])
    for enterprise in found:
        measure_completeness(enterprise)
    if len(found) == RANGE:
        enqueue(MEASURE_JOB, str(found[-1].pk), payload={"after": found[-1].pk})
