"""Businesses that are one person's own, and those of them that are not named in public any more because that person was erased.

The contract keeps its names for its parties, as the law asks; what is published is not the contract.
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from partnerships.models import Share
from portal.enums import LegalForm, Role
from portal.models import Membership

# Of the forms that are nobody's own. An unknown form counts as a person's.
FIRMS = (LegalForm.PT, LegalForm.COOPERATIVE, LegalForm.CV)


def with_namelessness(shares: QuerySet[Share]) -> QuerySet[Share]:
    """`own`: the business that signed is a person's own, whatever it was merged into since; `nameless`: and its owners are erased."""
    owners = Membership.objects.filter(organisation=OuterRef("signed_by_business"), role=Role.OWNER)
    return shares.annotate(
        signed_by_business=Coalesce(F("party"), F("enterprise__organisation")),
        signed_form=Coalesce(F("party__enterprise__legal_form"), F("enterprise__legal_form")),
    ).annotate(
        own=~Q(signed_form__in=FIRMS),
        nameless=Q(own=True) & Exists(owners) & ~Exists(owners.filter(user__erased_at=None)),
    )
