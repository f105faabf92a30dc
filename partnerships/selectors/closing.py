"""What an enterprise still has to settle before it can close."""

from __future__ import annotations

from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION
from curation.models import Application
from partnerships.enums import PartnershipStatus as S
from partnerships.models import Partnership, PurchaseOrder
from portal.models import Enterprise

# Others rely on it: it was offered, is being signed, or is in force.
UNSETTLED = (S.OFFERED, S.ACCEPTED, S.SOE_SIGNED, S.AUTHORITY_REVIEW, S.RETURNED, S.ACTIVE)


def obstacles_to_closing(enterprise: Enterprise) -> list[str]:
    """A sentence for each, with the number that finds it; nothing when it may close."""
    applications = Application.objects.filter(enterprise=enterprise, status__in=OPEN_APPLICATION).order_by("pk")
    orders = PurchaseOrder.objects.under_way().exclude(partnership__status__in=UNSETTLED)
    orders = orders.filter(share__enterprise=enterprise).select_related("partnership").order_by("pk")
    contracts = Partnership.objects.filter(shares__enterprise=enterprise, status__in=UNSETTLED).order_by("pk")
    return [
        *(
            _("Withdraw application %(number)s first, or wait for its decision.") % {"number": each.number}
            for each in applications
        ),
        *(
            _("Partnership %(number)s is still open. Refuse, complete or terminate it first.") % {"number": each.number}
            for each in contracts
        ),
        *(_("Order %(number)s is not settled yet. Supply it first.") % {"number": each.number} for each in orders),
    ]
