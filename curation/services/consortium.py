"""A consortium from the proposal to the last acceptance: saved, invited, answered, filled again, given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ConsortiumStatus as C
from curation.enums import MemberStatus as M
from curation.flow import CONSORTIUM, CONSORTIUM_MEMBER
from curation.models import Consortium, ConsortiumMember, Need
from curation.models.consortium import ConsortiumQuerySet
from curation.selectors.consortium import in_products_unit
from curation.services.forming import Proposal, Wish, proposal
from portal import audit
from portal.enums import SME_ROLES, EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, TooLate, permit, status_label
from portal.models import Enterprise, User
from portal.notifications import day, notify_organisation
from portal.presentation.numbers import angka
from portal.services.commitment import commit, release
from portal.working_days import WorkingDays

# Working days to answer, and to fill what became free.
ANSWER_DAYS, MOST_ANSWER_DAYS, REPLACE_DAYS = 5, 30, 5
GONE = (EnterpriseStatus.CLOSED, EnterpriseStatus.SUSPENDED, EnterpriseStatus.MERGED)
EXPIRE_JOB = "curation.expire_consortium"


@transaction.atomic
def save_proposal(
    need: Need, wish: Wish, *, by: User, seen: str = "", consortium: Consortium | None = None
) -> tuple[Consortium, Proposal]:
    """A draft with its members, or the same draft formed anew. `seen`: what the officer had before them; raises TooLate
    when capacity or prices have moved since, and what would be saved is something else."""
    need = Need.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=need.pk)
    permit(by, "curation.manage_need", need)
    check_open(need)
    if consortium is not None:
        consortium = _locked(consortium)
        permit(by, "curation.manage_consortium", consortium)
        if consortium.status != C.DRAFT:
            raise TooLate(not_open(consortium), move="form", status=consortium.status, code="not_a_draft")
    found = proposal(need, wish, by=by, with_others=False)
    if found.plan is None:
        raise ValidationError(_("Nothing to save: no consortium covers this need as you asked for it."), code="short")
    if seen and seen != found.seen:
        raise TooLate(
            _("Capacities or prices have changed since you looked. Look at the new shares, then save."),
            move="form",
            status=C.DRAFT,
            code="changed_meanwhile",
        )
    terms = {name: getattr(wish, name) for name in TERMS} | {
        "quantity": need.quantity_per_month,
        "unit": need.unit,
        "ceiling_price": need.ceiling_price,
        "required_certificates": need.required_certificates,
        "proved": found.plan.proved,
    }
    action = "form" if consortium is None else "form_again"
    if consortium is None:
        consortium = Consortium.objects.create(need=need, created_by=by, **terms)
    else:
        for name, value in terms.items():
            setattr(consortium, name, value)
        consortium.save(update_fields=list(terms))
        consortium.members.all().delete()
    _write_members(consortium, found, wish)
    audit.record(consortium, action, by=by, payload=_shares(found) | {"excluded": sorted(wish.excluded)})
    return consortium, found


TERMS = (
    "starts_on", "months", "members_at_most", "least_share", "most_share", "each_holds", "curated_only", "near_only"
)  # fmt: skip


@transaction.atomic
def invite_members(consortium: Consortium, *, by: User, days: int = ANSWER_DAYS) -> None:
    """Ask every proposed member for its share, until a day that is so many working days away."""
    if not 1 <= days <= MOST_ANSWER_DAYS:
        raise ValidationError({"days": _("Enter a number of working days from 1 to %(n)s.") % {"n": MOST_ANSWER_DAYS}})
    locked = _locked(consortium)
    permit(by, "curation.manage_consortium", locked)
    if locked.status != C.DRAFT:
        raise MoveNotAllowed(not_open(locked), move="invite", status=locked.status)
    check_open(locked.need)
    check_unmoved(locked)
    proposed = list(locked.members.filter(status=M.PROPOSED).select_related("enterprise__organisation", "product"))
    check_verified(proposed)
    until = WorkingDays().after(timezone.localdate(), days)
    CONSORTIUM.make("invite", consortium, by=by, invited_at=timezone.now(), answer_by=until)
    _ask(proposed, until, by=by)


@transaction.atomic
def replace_members(
    consortium: Consortium, wish: Wish, *, by: User, seen: str = "", days: int = ANSWER_DAYS
) -> Proposal:
    """Who dropped out is replaced: new members are asked for what became free; the others keep their shares."""
    if not 1 <= days <= MOST_ANSWER_DAYS:
        raise ValidationError({"days": _("Enter a number of working days from 1 to %(n)s.") % {"n": MOST_ANSWER_DAYS}})
    locked = _locked(consortium)
    permit(by, "curation.manage_consortium", locked)
    if locked.status != C.INVITING:
        raise TooLate(not_open(locked), move="replace", status=locked.status)
    check_open(locked.need)
    found = proposal(of_the_consortium(locked), wish, by=by, consortium=locked, with_others=False)
    if found.plan is None:
        raise ValidationError(_("Nobody else covers what became free as you asked for it."), code="short")
    if seen and seen != found.seen:
        raise TooLate(
            _("Capacities or prices have changed since you looked. Look at the new shares, then save."),
            move="replace",
            status=locked.status,
            code="changed_meanwhile",
        )
    # Whom the buyer had kept out, and now wants, may come in.
    locked.members.filter(status=M.EXCLUDED, enterprise__in=found.plan.keys).delete()
    made = _write_members(locked, found, wish)
    check_verified(made)
    until = WorkingDays().after(timezone.localdate(), days)
    locked.members_at_most = max(locked.members_at_most, wish.members_at_most)
    locked.answer_by, locked.replace_by = max(locked.answer_by or until, until), None
    locked.save(update_fields=["members_at_most", "answer_by", "replace_by"])
    audit.record(locked, "replace", by=by, payload=_shares(found) | {"excluded": sorted(wish.excluded)})
    _ask(made, until, by=by)
    consortium.refresh_from_db()
    return found


@transaction.atomic
def accept_share(member: ConsortiumMember, *, by: User) -> None:
    """Promise the capacity. The last one that makes the quantity whole completes the consortium.

    Twice by the same enterprise changes nothing.
    """
    consortium, mine = _both(member)
    permit(by, "curation.answer_part", mine)
    if mine.status == M.ACCEPTED:
        member.refresh_from_db()
        return
    _require_open(consortium, mine, "accept")
    if mine.enterprise.status != EnterpriseStatus.VERIFIED:
        raise MoveNotAllowed(
            _("Only an active business can take part."), move="accept", status=mine.status, code="not_verified"
        )
    promise = commit(
        mine.product,
        mine.product_quantity,
        unit=mine.product.unit,
        since=consortium.starts_on,
        until=consortium.ends_on,
    )
    now = timezone.now()
    CONSORTIUM_MEMBER.make(
        "accept", member, by=by, payload=_told(mine), commitment=promise, answered_at=now, answered_by=by
    )
    accepted = consortium.members.filter(status=M.ACCEPTED).aggregate(sum=Sum("quantity"))["sum"]
    if accepted == consortium.quantity:
        CONSORTIUM.make("complete", consortium, by=by, completed_at=now, replace_by=None)
        _tell_buyer(consortium, "consortium.complete")
        _tell_members(consortium, "consortium.complete_member", [M.ACCEPTED])
    else:
        _tell_buyer(consortium, "consortium.accepted", enterprise=mine.enterprise.name)


@transaction.atomic
def decline_share(member: ConsortiumMember, *, by: User, reason: str = "") -> None:
    """No – or, of a share that was accepted, it is given back, with a reason. The buyer is offered to fill it again."""
    consortium, mine = _both(member)
    permit(by, "curation.answer_part", mine)
    giving_back = mine.status == M.ACCEPTED
    if giving_back and not reason.strip():
        raise ValidationError({"reason": _("Say why, so that the buyer can look for somebody else.")})
    if giving_back and consortium.status not in (C.INVITING, C.COMPLETE):
        raise MoveNotAllowed(not_open(consortium), move="give_back", status=consortium.status)
    if not giving_back:
        _require_open(consortium, mine, "decline")
    if giving_back:
        _require_no_contract([mine], "give_back")
        release(mine.commitment)
    CONSORTIUM_MEMBER.make(
        "give_back" if giving_back else "decline",
        member,
        by=by,
        payload=_told(mine),
        personal={"reason": reason},
        reason=reason.strip(),
        answered_at=timezone.now(),
        answered_by=by,
    )
    if consortium.status == C.COMPLETE:
        CONSORTIUM.make("reopen", consortium, by=by, completed_at=None)
    _fell_short(consortium, "consortium.given_back" if giving_back else "consortium.declined", mine)


@transaction.atomic
def cancel_consortium(consortium: Consortium, *, by: User, reason: str) -> None:
    """The buyer gives it up: nothing is promised any more, and whoever was asked is told why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the members read it.")})
    locked = _locked(consortium)
    told = locked.status != C.DRAFT
    _require_no_contract(locked.members.filter(status=M.ACCEPTED).select_related("commitment"), "cancel")
    CONSORTIUM.make(
        "cancel", consortium, by=by, personal={"reason": reason}, reason=reason.strip(), ended_at=timezone.now()
    )
    _release_all(locked, by=by, kind="consortium.cancelled" if told else "")


@transaction.atomic
def expire_invitations(consortium: Consortium) -> None:
    """What time does: no answer until the day, nobody in the place that became free, or the need closed. Safe to run twice."""
    locked = _locked(consortium)
    if locked.status not in (C.INVITING, C.COMPLETE):
        return
    today = timezone.localdate()
    rows = locked.members.select_related("enterprise__organisation", "commitment", "consortium__need__buyer")
    for member in rows.filter(status__in=[M.INVITED, M.ACCEPTED], enterprise__status__in=GONE):
        if member.commitment is not None and member.commitment.released_at is not None:
            continue  # a contract took it over, and says itself what becomes of it
        if member.commitment is not None:
            release(member.commitment)
        CONSORTIUM_MEMBER.make("release", member, by=None, reason=_("No longer active"))
        if locked.status == C.COMPLETE:
            CONSORTIUM.make("reopen", locked, by=None, completed_at=None)
        _fell_short(locked, "consortium.dropped_out", member)
    if locked.status != C.INVITING:
        return
    if closed := why_closed(locked.need):
        _fail(locked, closed)
        return
    for member in rows.filter(status=M.INVITED, answer_by__lt=today):
        CONSORTIUM_MEMBER.make("expire", member, by=None)
        _tell(member, "consortium.expired_member")
        _fell_short(locked, "consortium.expired", member)
    if locked.replace_by is not None and locked.replace_by < today:
        _fail(locked, _("Nobody was found in time for what became free."))


def due() -> ConsortiumQuerySet:
    """Those in which the calendar, or somebody's suspension, has something to do."""
    today = timezone.localdate()
    need = Q(need__withdrawn_at__isnull=False) | Q(need__deliver_until__lt=today)
    late = Exists(ConsortiumMember.objects.filter(consortium=OuterRef("pk"), status=M.INVITED, answer_by__lt=today))
    gone = Exists(
        ConsortiumMember.objects.filter(
            consortium=OuterRef("pk"), status__in=[M.INVITED, M.ACCEPTED], enterprise__status__in=GONE
        ).filter(Q(commitment=None) | Q(commitment__released_at=None))
    )
    asking = Q(status=C.INVITING) & (need | late | Q(replace_by__lt=today))
    return Consortium.objects.filter(asking | (Q(status__in=[C.INVITING, C.COMPLETE]) & gone))


def check_open(need: Need) -> None:
    if said := why_closed(need):
        raise ValidationError(said, code="need_closed")


def why_closed(need: Need) -> str:
    if need.withdrawn_at is not None:
        return _("The need was withdrawn.")
    if need.published_at is None:
        return _("The need is not published yet.")
    if need.deliver_until is not None and need.deliver_until < timezone.localdate():
        return _("The delivery period of the need is over.")
    return ""


def check_unmoved(consortium: Consortium) -> None:
    need = consortium.need
    now = (need.quantity_per_month, need.unit, need.ceiling_price, sorted(need.required_certificates))
    then = (
        consortium.quantity,
        consortium.unit,
        consortium.ceiling_price,
        sorted(consortium.required_certificates),
    )
    if now != then:
        raise ValidationError(_("The need was changed since. Form the consortium anew first."), code="need_changed")
    if consortium.starts_on < timezone.localdate():
        raise ValidationError(_("The first day has passed. Form the consortium anew first."), code="begun")


def check_verified(members: Iterable[ConsortiumMember]) -> None:
    """Who was suspended, closed or merged since it was chosen cannot be asked."""
    firms = (
        Enterprise.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").order_by("pk")
    )
    gone = [
        each.name
        for each in firms.filter(pk__in=[member.enterprise_id for member in members])
        if each.status != EnterpriseStatus.VERIFIED
    ]
    if gone:
        said = _("No longer active: %(names)s. Form the consortium anew without them.")
        raise ValidationError(said % {"names": ", ".join(gone)}, code="not_verified")


def not_open(consortium: Consortium) -> str:
    return _("This consortium is now “%(status)s”.") % {"status": status_label(consortium)}


def of_the_consortium(consortium: Consortium) -> Need:
    """The need as it was when the members were asked: only the day on which it closes may have moved since."""
    need = consortium.need
    need.quantity_per_month, need.unit, need.ceiling_price, need.required_certificates = (
        consortium.quantity,
        consortium.unit,
        consortium.ceiling_price,
        consortium.required_certificates,
    )
    return need


def wish_of(consortium: Consortium) -> Wish:
    """What it was formed by."""
    rows = list(consortium.members.all())
    dropped = (M.EXCLUDED, M.DECLINED, M.EXPIRED, M.RELEASED)
    return Wish(
        **{name: getattr(consortium, name) for name in TERMS},
        pinned=frozenset(row.enterprise_id for row in rows if row.pinned and row.status not in dropped),
        excluded=frozenset(row.enterprise_id for row in rows if row.status in dropped),
    )


def _write_members(consortium: Consortium, found: Proposal, wish: Wish) -> list[ConsortiumMember]:
    made = ConsortiumMember.objects.bulk_create(
        ConsortiumMember(
            consortium=consortium,
            enterprise=part.row.enterprise,
            product=part.row.product,
            pinned=part.pinned,
            quantity=part.quantity,
            price=part.price,
            product_quantity=in_products_unit(part.quantity, part.row.per_unit),
            facts=part.row.facts,
        )
        for part in found.parts
    )
    known = set(consortium.members.values_list("enterprise", flat=True))
    out = Enterprise.objects.filter(pk__in=wish.excluded - known).values_list("pk", flat=True)
    ConsortiumMember.objects.bulk_create(
        ConsortiumMember(consortium=consortium, enterprise_id=key, status=M.EXCLUDED) for key in out
    )
    return made


def _ask(members: Iterable[ConsortiumMember], until: dt.date, *, by: User) -> None:
    now = timezone.now()
    for member in members:
        CONSORTIUM_MEMBER.make("invite", member, by=by, payload=_told(member), invited_at=now, answer_by=until)
        _tell(member, "consortium.invited", until=day(until))


def _fell_short(consortium: Consortium, kind: str, member: ConsortiumMember) -> None:
    """The buyer has so many working days to fill the place again."""
    until = WorkingDays().after(timezone.localdate(), REPLACE_DAYS)
    Consortium.objects.filter(pk=consortium.pk).update(replace_by=until)
    consortium.replace_by = until
    _tell_buyer(consortium, kind, enterprise=member.enterprise.name, until=day(until))


def _fail(consortium: Consortium, reason: str) -> None:
    CONSORTIUM.make("fail", consortium, by=None, reason=reason, ended_at=timezone.now())
    _release_all(consortium, by=None, kind="consortium.failed_member")
    _tell_buyer(consortium, "consortium.failed")


def _release_all(consortium: Consortium, *, by: User | None, kind: str) -> None:
    rows = consortium.members.filter(status__in=[M.PROPOSED, M.INVITED, M.ACCEPTED])
    for member in rows.select_related("enterprise__organisation", "commitment"):
        asked = member.status != M.PROPOSED
        if member.commitment is not None:
            release(member.commitment)
        CONSORTIUM_MEMBER.make("release", member, by=by)
        if kind and asked:
            _tell(member, kind)


def _require_open(consortium: Consortium, mine: ConsortiumMember, move: str) -> None:
    if consortium.status not in (C.INVITING,) or mine.status != M.INVITED:
        said = _("This is not open any more: the consortium is “%(status)s”.") % {"status": status_label(consortium)}
        if consortium.status == C.INVITING:
            said = _("This was already answered, or the time is over.")
        raise MoveNotAllowed(said, move=move, status=mine.status)
    if mine.answer_by is not None and mine.answer_by < timezone.localdate():
        raise MoveNotAllowed(
            _("The time to answer is over. Ask the buyer whether the share is still open."),
            move=move,
            status=mine.status,
            code="too_late",
        )
    if closed := why_closed(consortium.need):
        raise MoveNotAllowed(closed, move=move, status=mine.status, code="need_closed")


def _require_no_contract(members: Iterable[ConsortiumMember], move: str) -> None:
    """A contract in force holds the capacity itself, and ends in its own way."""
    if any(member.commitment is not None and member.commitment.released_at is not None for member in members):
        raise MoveNotAllowed(
            _("A contract stands on this consortium. End the contract instead."),
            move=move,
            status="",
            code="contracted",
        )


def _both(member: ConsortiumMember) -> tuple[Consortium, ConsortiumMember]:
    """Always the consortium first, so that answers in the same moment come one after the other."""
    consortium = _locked(Consortium(pk=member.consortium_id))
    mine = (
        ConsortiumMember.objects.select_for_update(of=("self",))
        .select_related("enterprise__organisation", "product", "commitment")
        .get(pk=member.pk)
    )
    mine.consortium = consortium
    return consortium, mine


def _locked(consortium: Consortium) -> Consortium:
    rows = Consortium.objects.select_for_update(of=("self",)).select_related("need__buyer", "need__kbli")
    return rows.get(pk=consortium.pk)


def _shares(found: Proposal) -> dict[str, Any]:
    return {"shares": {str(part.row.key): str(part.quantity) for part in found.parts}}


def _told(member: ConsortiumMember) -> dict[str, Any]:
    return {"consortium": member.consortium_id, "quantity": str(member.quantity), "enterprise": member.enterprise_id}


def _tell(member: ConsortiumMember, kind: str, **params: Any) -> None:
    need = member.consortium.need
    notify_organisation(
        member.enterprise.organisation,
        kind,
        path=reverse("my_consortium", args=[member.pk]),
        roles=SME_ROLES,
        buyer=need.buyer.label,
        item=need.item,
        quantity=angka(member.quantity),
        unit=str(member.consortium.get_unit_display()),
        **params,
    )


def _tell_members(consortium: Consortium, kind: str, statuses: Iterable[str]) -> None:
    rows = consortium.members.filter(status__in=list(statuses))
    for member in rows.select_related("enterprise__organisation", "consortium__need__buyer"):
        _tell(member, kind)


def _tell_buyer(consortium: Consortium, kind: str, **params: Any) -> None:
    notify_organisation(
        consortium.need.buyer,
        kind,
        path=reverse("consortium", args=[consortium.pk]),
        roles=[Role.OFFICER],
        number=consortium.number,
        item=consortium.need.item,
        **params,
    )
