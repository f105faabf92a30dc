"""The first text of a contract from a consortium whose members have all accepted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from curation.enums import ConsortiumStatus, MemberStatus
from curation.models import Consortium, ConsortiumMember
from partnerships.enums import PartnershipStatus
from partnerships.models import Agreement, Partnership
from partnerships.services.agreement import agreement_in_force
from partnerships.services.drafting import LineInput, create_draft, set_lines
from portal.flow import MoveNotAllowed, permit, status_label
from portal.models import User

# A contract that came to nothing leaves the consortium free for another.
OVER = (
    PartnershipStatus.REFUSED,
    PartnershipStatus.TERMINATED,
    PartnershipStatus.COMPLETED,
    PartnershipStatus.APPLIED,
    PartnershipStatus.DROPPED,
)


@transaction.atomic
def draft_from_consortium(consortium: Consortium, *, by: User, agreement: Agreement | None = None) -> Partnership:
    """Parties, term and lines as they were accepted; the member curated here with the largest share leads."""
    locked = Consortium.objects.select_for_update(of=("self",)).select_related("need__buyer").get(pk=consortium.pk)
    permit(by, "curation.manage_consortium", locked)
    if locked.status != ConsortiumStatus.COMPLETE:
        raise MoveNotAllowed(
            _("A contract is drafted when all members have accepted. It is now “%(status)s”.")
            % {"status": status_label(locked)},
            move="draft",
            status=locked.status,
            code="not_complete",
        )
    if standing := locked.contracts.exclude(status__in=OVER).first():
        raise MoveNotAllowed(
            _("The contract %(number)s was drafted from it already.") % {"number": standing.number},
            move="draft",
            status=locked.status,
            code="drafted",
        )
    agreement = agreement or agreement_in_force()
    if agreement is None:
        raise ValidationError({"agreement": _("No agreement is in force today.")})
    accepted = locked.members.filter(status=MemberStatus.ACCEPTED).order_by("-quantity", "pk")
    members = list(accepted.select_related("enterprise__organisation", "product"))
    draft = create_draft(
        locked.need,
        agreement=agreement,
        enterprises=[member.enterprise for member in members],
        leader=_leader(members).enterprise,
        by=by,
        title=locked.need.item,
        starts_on=locked.starts_on,
        ends_on=locked.ends_on,
        consortium=locked,
        is_sample=locked.is_sample,
    )
    set_lines(draft, [_line(member, locked) for member in members], by=by)
    return draft


def _leader(members: list[ConsortiumMember]) -> ConsortiumMember:
    return next((member for member in members if member.facts.get("curated")), members[0])


def _line(member: ConsortiumMember, consortium: Consortium) -> LineInput:
    """Over the whole term, in the need's unit. Whole rupiah a unit: what a fraction was stands in the consortium."""
    price = max(1, int(Decimal(member.price or 0).quantize(Decimal(1), ROUND_HALF_UP)))
    quantity = (member.quantity or Decimal(0)) * consortium.months
    return LineInput(member.enterprise, member.product.name, quantity, consortium.unit, price, member.product)
