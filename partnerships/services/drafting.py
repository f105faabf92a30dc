"""Drafting a contract: parties, terms, lines, clauses. Only while it is a draft, only by the buyer's officers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from curation.models import Curation, Need
from partnerships.enums import PartnershipStatus
from partnerships.flow import PARTNERSHIP
from partnerships.models import Agreement, Clause, Line, Partnership, PartnershipClause, Share
from partnerships.selectors.library import current_clauses
from partnerships.services.amounts import MOST_RUPIAH, amount_of
from partnerships.services.walls import locked
from portal import audit
from portal.flow import MoveNotAllowed, NotPermitted, permit, status_label
from portal.models import Enterprise, Product, User

TERMS = ("agreement", "title", "starts_on", "ends_on", "payment_days", "acceptance_days", "stamp_duty_serial")


@dataclass(frozen=True)
class LineInput:
    enterprise: Enterprise
    item: str
    quantity: Decimal
    unit: str
    price: int
    product: Product | None = None


@dataclass(frozen=True)
class ClauseInput:
    """From the library (`clause`, whose text the parties may have changed), or wholly their own."""

    title: str
    body: str
    clause: Clause | None = None


@transaction.atomic
def create_draft(
    need: Need | None,
    *,
    agreement: Agreement,
    enterprises: Sequence[Enterprise],
    leader: Enterprise,
    by: User,
    **terms: Any,
) -> Partnership:
    """A new contract of the acting buyer, with the clauses that every contract must have already in it."""
    if not by.has_perm("partnerships.add_partnership") or (need is not None and need.buyer_id != by.organisation_id):
        raise NotPermitted(
            _("Only procurement officers of the buyer draft its contracts."),
            move="draft",
            status=PartnershipStatus.DRAFT,
            code="not_permitted",
        )
    _check_term(terms["starts_on"], terms["ends_on"])
    partnership = Partnership.objects.create(
        agreement=agreement, buyer=by.organisation, need=need, drafted_by=by, **terms
    )
    _write_shares(partnership, enterprises, leader)
    _write_clauses(partnership, [ClauseInput(c.title_id, c.body_id, c) for c in current_clauses() if c.required])
    audit.record(
        partnership,
        "draft",
        by=by,
        payload={"need": need and need.pk, "enterprises": [each.pk for each in enterprises], "leader": leader.pk},
    )
    return partnership


@transaction.atomic
def set_parties(partnership: Partnership, enterprises: Sequence[Enterprise], leader: Enterprise, *, by: User) -> int:
    """Who supplies, and who leads. The lines of an enterprise that left go with it: says how many went."""
    draft = _open(partnership, by)
    gone, _rows = draft.lines.exclude(enterprise__in=[each.pk for each in enterprises]).delete()
    draft.shares.all().delete()
    _write_shares(draft, enterprises, leader)
    _sum_up(draft)
    _changed(draft, "parties", by, enterprises=[each.pk for each in enterprises], leader=leader.pk)
    partnership.refresh_from_db()
    return gone


@transaction.atomic
def set_terms(partnership: Partnership, *, by: User, **terms: Any) -> None:
    draft = _open(partnership, by)
    for name in TERMS:
        if name in terms:
            setattr(draft, name, terms[name])
    _check_term(draft.starts_on, draft.ends_on)
    draft.save(update_fields=TERMS)
    _changed(draft, "terms", by, terms={name: _plain(value) for name, value in terms.items()})
    partnership.refresh_from_db()


@transaction.atomic
def set_lines(partnership: Partnership, lines: Sequence[LineInput], *, by: User) -> None:
    """Write all lines anew, in this order. The value of the contract is their sum."""
    draft = _open(partnership, by)
    _check_lines(draft, lines)
    draft.lines.all().delete()
    Line.objects.bulk_create(
        Line(
            partnership=draft,
            position=position,
            enterprise=line.enterprise,
            product=line.product,
            item=line.item,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            amount=amount_of(line.quantity, line.price),
        )
        for position, line in enumerate(lines, 1)
    )
    _sum_up(draft)
    _changed(draft, "lines", by, lines=len(lines), value=draft.value)
    partnership.refresh_from_db()


@transaction.atomic
def set_clauses(partnership: Partnership, clauses: Sequence[ClauseInput], *, by: User) -> None:
    draft = _open(partnership, by)
    draft.clauses.all().delete()
    _write_clauses(draft, clauses)
    used = [f"{each.clause.code} v{each.clause.version}" for each in clauses if each.clause]
    _changed(draft, "clauses", by, library=used, own=sum(each.clause is None for each in clauses))


@transaction.atomic
def revise(partnership: Partnership, *, by: User) -> None:
    """Take up a returned contract again, as the next revision. Signatures under the earlier text count no more."""
    current = locked(partnership)
    PARTNERSHIP.make(
        "revise",
        partnership,
        by=by,
        payload={"revision": current.revision + 1},
        revision=current.revision + 1,
        document_hash="",
    )


def _open(partnership: Partnership, by: User) -> Partnership:
    draft = locked(partnership)
    permit(by, "partnerships.draft_partnership", draft)
    if draft.status != PartnershipStatus.DRAFT:
        raise MoveNotAllowed(
            _("The text of a contract changes only while it is a draft. It is now “%(status)s”.")
            % {"status": status_label(draft)},
            move="change",
            status=draft.status,
        )
    return draft


def _changed(draft: Partnership, part: str, by: User, **payload: Any) -> None:
    audit.record(draft, "change", by=by, payload={"part": part, "revision": draft.revision, **payload})


def _check_term(starts_on: dt.date, ends_on: dt.date) -> None:
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The end must be after the beginning.")})


def _check_lines(draft: Partnership, lines: Iterable[LineInput]) -> None:
    parties = set(draft.shares.values_list("enterprise", flat=True))
    total = 0
    for number, line in enumerate(lines, 1):
        if line.quantity <= 0 or line.price <= 0:
            raise ValidationError(_("Line %(n)s: quantity and price must be above zero.") % {"n": number}, code="line")
        if line.enterprise.pk not in parties:
            raise ValidationError(
                _("Line %(n)s: this enterprise is not a party to the contract.") % {"n": number}, code="line"
            )
        if line.product is not None and line.product.enterprise_id != line.enterprise.pk:
            raise ValidationError(_("Line %(n)s: the product is another enterprise’s.") % {"n": number}, code="line")
        amount = amount_of(line.quantity, line.price)
        total += amount
        if line.price >= MOST_RUPIAH or amount >= MOST_RUPIAH:
            raise ValidationError(
                _("Line %(n)s: the amount is too large. Check quantity and price.") % {"n": number}, code="line"
            )
    if total >= MOST_RUPIAH:
        raise ValidationError(_("The lines together are too large. Check quantities and prices."), code="value")


def _write_shares(partnership: Partnership, enterprises: Sequence[Enterprise], leader: Enterprise) -> None:
    if leader not in enterprises:
        raise ValidationError({"leader": _("The leader must be one of the enterprises.")})
    # The mark that lasts longest, where an enterprise holds several of this buyer.
    marks = {
        mark.enterprise_id: mark
        for mark in Curation.objects.valid()
        .filter(programme__buyer=partnership.buyer_id, enterprise__in=enterprises)
        .order_by("valid_until")
    }
    for enterprise in sorted(enterprises, key=lambda each: (each.pk != leader.pk, each.pk)):
        Share.objects.create(
            partnership=partnership,
            enterprise=enterprise,
            curation=marks.get(enterprise.pk),
            leads=enterprise.pk == leader.pk,
        )


def _write_clauses(partnership: Partnership, clauses: Iterable[ClauseInput]) -> None:
    PartnershipClause.objects.bulk_create(
        PartnershipClause(
            partnership=partnership, clause=each.clause, position=position, title=each.title, body=each.body
        )
        for position, each in enumerate(clauses, 1)
    )


def _sum_up(draft: Partnership) -> None:
    draft.value = sum(draft.lines.values_list("amount", flat=True))
    draft.save(update_fields=["value"])


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Agreement) else str(value)
