"""Amending a contract in force: begun by the buyer, signed by everybody as the contract was, and then its text in one step.

Until then the contract stays as it is, and orders go on under it.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.flow import PARTNERSHIP
from partnerships.models import Line, Partnership, PartnershipClause, Share
from partnerships.models.partnership import UNDER_WAY
from partnerships.selectors.agreements import agreements_in_force
from partnerships.selectors.amendments import against, followed_lines
from partnerships.services import telling
from partnerships.services.agreement import agreement_in_force
from partnerships.services.capacity import free_lines, promise_lines
from partnerships.services.walls import locked
from portal import audit
from portal.flow import MoveNotAllowed, permit, status_label
from portal.models import User

# What the contract takes over. Its beginning, parties, need and agreement stay.
TAKEN = ("title", "ends_on", "value", "payment_days", "acceptance_days", "stamp_duty_serial")
LINE = ("position", "product_id", "quantity", "price", "amount")
CLAUSE = ("position", "clause_id", "title", "body")


@transaction.atomic
def open_amendment(contract: Partnership, *, rationale: str, by: User) -> Partnership:
    """A draft with all that holds today in it, to be changed and offered like a contract. One at a time."""
    if not rationale.strip():
        raise ValidationError({"rationale": _("Say why the contract is amended.")})
    current = locked(contract)
    permit(by, "partnerships.draft_partnership", current)
    if current.status != PartnershipStatus.ACTIVE:
        raise MoveNotAllowed(
            _("Only a partnership in force is amended. It is now “%(status)s”.") % {"status": status_label(current)},
            move="amend",
            status=current.status,
        )
    if standing := current.amendments.filter(status__in=UNDER_WAY).first():
        raise MoveNotAllowed(
            _("The amendment %(number)s is under way. Finish it or give it up first.") % {"number": standing.number},
            move="amend",
            status=current.status,
            code="amendment_open",
        )
    agreement = current.agreement
    if not agreements_in_force().filter(pk=agreement.pk).exists():
        agreement = agreement_in_force() or agreement
    amendment = Partnership.objects.create(
        amends=current,
        amendment=(current.amendments.aggregate(last=Max("amendment"))["last"] or 0) + 1,
        rationale=rationale.strip(),
        agreement=agreement,
        buyer=current.buyer,
        need=current.need,
        consortium=current.consortium,
        starts_on=current.starts_on,
        drafted_by=by,
        is_sample=current.is_sample,
        **{name: getattr(current, name) for name in TAKEN},
    )
    for share in current.shares.order_by("pk"):
        Share.objects.create(
            partnership=amendment, enterprise_id=share.enterprise_id, curation_id=share.curation_id, leads=share.leads
        )
    for line in current.lines.all():
        _add_line(amendment, line)
    for clause in current.clauses.all():
        _add_clause(amendment, clause)
    audit.record(amendment, "draft", by=by, payload={"amends": current.pk, "amendment": amendment.amendment})
    return amendment


@transaction.atomic
def drop_amendment(amendment: Partnership, *, by: User) -> None:
    """The buyer gives it up before it is offered, or after it came back. The contract goes on as it is."""
    current = locked(amendment)
    PARTNERSHIP.make("drop", amendment, by=by, payload={"revision": current.revision})
    if current.offered_at is not None:
        telling.tell_enterprises(current, "amendment.dropped")


def lapse_amendments(contract: Partnership) -> None:
    """With the end of the contract, which is held: there is nothing left to amend."""
    for amendment in contract.amendments.filter(status__in=UNDER_WAY):
        PARTNERSHIP.make("lapse", amendment, by=None)
        telling.tell_officers(amendment, "amendment.lapsed")
        if amendment.offered_at is not None:
            telling.tell_enterprises(amendment, "amendment.lapsed")


def apply_amendment(amendment: Partnership, *, by: User, payload: dict[str, Any]) -> None:
    """Everybody has signed: the contract, which is held, becomes what the amendment says. Orders stay as they were placed."""
    contract = amendment.amends
    if contract is None:
        raise ValueError("not an amendment")
    # Orders may have been placed since the offer.
    for reason in against(amendment):
        raise MoveNotAllowed(reason, move="apply", status=amendment.status, code="below_orders")
    PARTNERSHIP.make("apply", amendment, by=by, payload=payload, active_at=timezone.now())
    free_lines(contract)
    _take_lines(contract, amendment)
    _take_clauses(contract, amendment)
    for name in TAKEN:
        setattr(contract, name, getattr(amendment, name))
    contract.save(update_fields=TAKEN)
    promise_lines(contract)
    audit.record(
        contract,
        "amended",
        by=by,
        payload={"amendment": amendment.amendment, "document_hash": amendment.document_hash, "value": contract.value},
    )


def _take_lines(contract: Partnership, amendment: Partnership) -> None:
    pairs = followed_lines(contract, amendment)
    following = {later.pk for _line, later in pairs if later is not None}
    for line, later in pairs:
        if later is None:
            line.delete()
            continue
        for name in LINE:
            setattr(line, name, getattr(later, name))
        line.save(update_fields=[name.removesuffix("_id") for name in LINE])
    for later in amendment.lines.exclude(pk__in=following):
        _add_line(contract, later)


def _take_clauses(contract: Partnership, amendment: Partnership) -> None:
    wanted = list(amendment.clauses.all())
    kept = set()
    for clause in contract.clauses.all():
        if any(_same(clause, other) for other in wanted):
            kept.add(clause.position)
        else:
            clause.delete()
    for other in wanted:
        if other.position not in kept:
            _add_clause(contract, other)


def _same(clause: PartnershipClause, other: PartnershipClause) -> bool:
    return all(getattr(clause, name) == getattr(other, name) for name in CLAUSE)


def _add_line(contract: Partnership, line: Line) -> None:
    values = {name: getattr(line, name) for name in (*LINE, "enterprise_id", "item", "unit")}
    Line.objects.create(partnership=contract, **values)


def _add_clause(contract: Partnership, clause: PartnershipClause) -> None:
    PartnershipClause.objects.create(partnership=contract, **{name: getattr(clause, name) for name in CLAUSE})
