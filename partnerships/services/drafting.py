"""Drafting a contract: parties, terms, lines, clauses. Only while it is a draft, only by the buyer's officers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Curation, Need
from partnerships.enums import PartnershipStatus
from partnerships.flow import PARTNERSHIP
from partnerships.models import Agreement, Clause, Line, Partnership, PartnershipClause, Share
from partnerships.selectors.agreements import agreements_in_force
from partnerships.selectors.drafts import TERMS, changed_last, fingerprint
from partnerships.selectors.library import current_clauses
from partnerships.services import telling
from partnerships.services.amounts import MOST_RUPIAH, amount_of
from partnerships.services.walls import locked
from portal import audit
from portal.flow import MoveNotAllowed, NotPermitted, TooLate, permit, status_label
from portal.meanwhile import ChangedMeanwhile
from portal.models import Enterprise, Product, User

MOST_DAYS = 365


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
    check_terms({**terms, "agreement": agreement})
    _check_not_ones_own(enterprises, by)
    partnership = Partnership.objects.create(
        agreement=agreement, buyer_id=by.organisation_id, need=need, drafted_by=by, **terms
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
def set_parties(
    partnership: Partnership, enterprises: Sequence[Enterprise], leader: Enterprise, *, by: User, seen: str = ""
) -> int:
    """Who supplies, and who leads. The lines of an enterprise that left go with it: says how many went.

    `seen`, here and below: the fingerprint of what the person had before them when they began.
    """
    draft = _open(partnership, by, seen)
    if draft.amends_id is not None:
        raise MoveNotAllowed(parties_stay(), move="change", status=draft.status, code="parties_stay")
    _check_not_ones_own(enterprises, by)
    gone, _rows = draft.lines.exclude(enterprise__in=[each.pk for each in enterprises]).delete()
    draft.shares.all().delete()
    _write_shares(draft, enterprises, leader)
    _sum_up(draft)
    _changed(draft, "parties", by, enterprises=[each.pk for each in enterprises], leader=leader.pk)
    partnership.refresh_from_db()
    return gone


@transaction.atomic
def set_terms(partnership: Partnership, *, by: User, seen: str = "", **terms: Any) -> None:
    draft = _open(partnership, by, seen)
    if draft.amends_id is not None:
        _check_amended_term(draft, terms)
        terms.pop("starts_on", None)
    check_terms({"starts_on": draft.starts_on, "ends_on": draft.ends_on} | terms, new=terms)
    for name in TERMS:
        if name in terms:
            setattr(draft, name, terms[name])
    draft.save(update_fields=TERMS)
    _changed(draft, "terms", by, terms={name: _plain(value) for name, value in terms.items()})
    partnership.refresh_from_db()


@transaction.atomic
def set_lines(partnership: Partnership, lines: Sequence[LineInput], *, by: User, seen: str = "") -> None:
    """Write all lines anew, in this order. The value of the contract is their sum."""
    draft = _open(partnership, by, seen)
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
def set_clauses(partnership: Partnership, clauses: Sequence[ClauseInput], *, by: User, seen: str = "") -> None:
    draft = _open(partnership, by, seen)
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
    telling.tell_enterprises(partnership, "partnership.revised")


def leader_of(enterprises: Sequence[Enterprise], named: Enterprise | None) -> Enterprise:
    """Who answers for the others: the only one, or who is named."""
    if named is None and len(enterprises) != 1:
        raise ValidationError({"leader": _("Choose which of the enterprises leads.")})
    if named is not None and named not in enterprises:
        raise ValidationError({"leader": _("The leader must be one of the enterprises.")})
    return named or enterprises[0]


def clauses_from(rows: Iterable[Mapping[str, str]]) -> list[ClauseInput]:
    """Of rows as programs send them: a `code` of the library, whose text stands where no other is given, or one's own."""
    library = {clause.code: clause for clause in current_clauses()}
    read = []
    for number, row in enumerate(rows, 1):
        code, title, body = (row.get(name, "") for name in ("code", "title", "body"))
        clause = library.get(code)
        if code and clause is None:
            raise ValidationError({"clauses": _("Clause %(n)s: the library has no such clause.") % {"n": number}})
        if clause is None and not (title and body):
            said = _("Clause %(n)s: a clause of your own needs a title and a text.")
            raise ValidationError({"clauses": said % {"n": number}})
        if clause is None:
            read.append(ClauseInput(title, body))
        else:
            read.append(ClauseInput(title or clause.title_id, body or clause.body_id, clause))
    return read


def check_terms(terms: Mapping[str, Any], *, new: Container[str] | None = None) -> None:
    """Of those given. `new`: which of them change, where not all do: a term that has begun may be drafted on."""
    errors = {}
    start, end, agreement = terms.get("starts_on"), terms.get("ends_on"), terms.get("agreement")
    if start and start < timezone.localdate() and (new is None or "starts_on" in new):
        errors["starts_on"] = _("The term cannot begin in the past.")
    if start and end and end <= start:
        errors["ends_on"] = _("The end must be after the beginning.")
    for name in ("payment_days", "acceptance_days"):
        if terms.get(name) is not None and not 1 <= terms[name] <= MOST_DAYS:
            errors[name] = _("Enter a number of days from 1 to 365.")
    if agreement and not agreements_in_force().filter(pk=agreement.pk).exists():
        errors["agreement"] = _("This agreement is not in force today.")
    if errors:
        raise ValidationError(errors)


def _open(partnership: Partnership, by: User, seen: str = "") -> Partnership:
    draft = locked(partnership)
    permit(by, "partnerships.draft_partnership", draft)
    if draft.status != PartnershipStatus.DRAFT:
        raise TooLate(not_a_draft(draft), move="change", status=draft.status, code="not_a_draft")
    part = seen.partition(":")[0]
    if seen and seen != fingerprint(draft, part):
        raise ChangedMeanwhile(changed_last(draft, part), status=draft.status)
    return draft


def not_a_draft(partnership: Partnership) -> str:
    return _("The text of a contract changes only while it is a draft. It is now “%(status)s”.") % {
        "status": status_label(partnership)
    }


def parties_stay() -> str:
    return _("An amendment keeps the parties. Other parties need a new contract.")


def _check_amended_term(draft: Partnership, terms: Mapping[str, Any]) -> None:
    if terms.get("starts_on", draft.starts_on) != draft.starts_on:
        raise ValidationError({"starts_on": _("An amendment keeps the beginning of the term.")})
    if terms.get("ends_on", draft.ends_on) < timezone.localdate():
        raise ValidationError({"ends_on": _("The term cannot end in the past.")})


def _changed(draft: Partnership, part: str, by: User, **payload: Any) -> None:
    audit.record(draft, "change", by=by, payload={"part": part, "revision": draft.revision, **payload})


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


def _check_not_ones_own(enterprises: Iterable[Enterprise], by: User) -> None:
    """Rule 4. A membership that has ended counts, too."""
    theirs = by.memberships.values_list("organisation", flat=True)
    for enterprise in enterprises:
        if enterprise.organisation_id in theirs:
            raise ValidationError(
                _("You belong to %(name)s, so a colleague has to draft its contract.") % {"name": enterprise.name},
                code="own_enterprise",
            )


def _write_shares(partnership: Partnership, enterprises: Sequence[Enterprise], leader: Enterprise) -> None:
    leader = leader_of(enterprises, leader)
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
