"""How complete a dossier is, kept with it: the directory filters by it, and a companion's list is sorted by it."""

from __future__ import annotations

from portal.models import Enterprise
from portal.selectors.enterprise import completeness


def measure_completeness(enterprise: Enterprise) -> None:
    """After every change of an answer, in its transaction. Drafts count for nothing: they are not answers yet."""
    share = completeness(enterprise).share
    if share != enterprise.completeness:
        enterprise.completeness = share
        enterprise.save(update_fields=["completeness"])
