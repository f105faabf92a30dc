"""A partnership is completed when all its orders are settled and every side says so."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.flow import PARTNERSHIP
from partnerships.models import CompletionConsent, Partnership
from partnerships.selectors.ledger import sides_to_confirm
from partnerships.services import telling
from partnerships.services.amending import lapse_amendments
from partnerships.services.capacity import release_lines
from partnerships.services.walls import locked, walls
from portal import audit
from portal.flow import MoveNotAllowed, permit, status_label
from portal.models import User


@transaction.atomic
def confirm_completion(partnership: Partnership, *, by: User) -> bool:
    """One side says that nothing is open. True when it was the last one, and the partnership is completed.

    Twice by the same side changes nothing.
    """
    current = locked(partnership)
    permit(by, "partnerships.end_partnership", current)
    if current.status != PartnershipStatus.ACTIVE:
        raise MoveNotAllowed(
            _("This was already changed: it is now “%(status)s”.") % {"status": status_label(current)},
            move="complete",
            status=current.status,
        )
    still = current.orders.under_way().order_by("sequence").first()
    if still is not None:
        raise MoveNotAllowed(
            _("The order %(number)s is still open. Supply, invoice and pay it first, or end its rest.")
            % {"number": still.number},
            move="complete",
            status=current.status,
            code="order_open",
        )
    with walls("complete", current):
        _consent, first = CompletionConsent.objects.get_or_create(
            partnership=current, organisation_id=by.organisation_id, defaults={"given_by": by}
        )
    if not first:
        return False
    audit.record(current, "confirm_completion", by=by, payload={"organisation": by.organisation_id})
    missing = sides_to_confirm(current)
    if missing:
        if by.organisation_id != current.buyer_id:
            telling.tell_approvers(current, "completion.asked", side=by.organisation.label)
        telling.tell_enterprises(current, "completion.asked", side=by.organisation.label)
        return False
    lapse_amendments(current)
    PARTNERSHIP.make("complete", partnership, by=by, ended_at=timezone.now())
    release_lines(current)
    for tell in (telling.tell_officers, telling.tell_approvers, telling.tell_enterprises, telling.tell_authorities):
        tell(current, "partnership.completed_by_all")
    return True
