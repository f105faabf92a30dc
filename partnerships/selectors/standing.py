"""Whom a buyer can contract with: rule 6 of the domain, as lists to choose from."""

from __future__ import annotations

from django.db.models import Count, Q

from curation.models import Curation, Need
from portal.enums import EnterpriseStatus
from portal.models import Organisation, User


def curated_by(buyer: Organisation, need: Need | None = None) -> list[Curation]:
    """One valid mark for each enterprise, those of the need's own programmes first, then by name."""
    marks = (
        Curation.objects.valid()
        .filter(programme__buyer=buyer, enterprise__status=EnterpriseStatus.VERIFIED)
        .select_related("enterprise__organisation", "decision__score", "programme")
        .order_by("valid_until")
    )
    best = {mark.enterprise_id: mark for mark in marks}
    for_need = set(need.programmes.values_list("pk", flat=True)) if need is not None else set()
    return sorted(
        best.values(), key=lambda mark: (mark.programme_id not in for_need, mark.enterprise.organisation.name)
    )


def needs_to_contract(user: User) -> list[Need]:
    """The buyer's published needs, with how many enterprises its programmes have curated."""
    valid = Q(programmes__curations__in=Curation.objects.valid())
    return list(
        Need.objects.managed_by(user)
        .filter(published_at__isnull=False, withdrawn_at=None)
        .annotate(curated=Count("programmes__curations__enterprise", filter=valid, distinct=True))
        .order_by("-curated", "-published_at")
    )
