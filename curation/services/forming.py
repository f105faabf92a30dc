"""What an officer wishes of a consortium, and what comes of it: members with shares, or why there are none. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass, replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ConsortiumStatus
from curation.enums import MemberStatus as M
from curation.matching.consortium import Alternative, alternatives, form
from curation.matching.shortfall import Shortfall, shortfall
from curation.matching.task import Plan, Task
from curation.models import Consortium, ConsortiumMember, Need
from curation.models.consortium import MOST_MEMBERS, MOST_MONTHS
from curation.selectors.consortium import CURATED, Field, Row, candidates_for
from portal.models import CooperativeMember, User


@dataclass(frozen=True)
class Wish:
    """Shares in per cent of the quantity; enterprises by key."""

    starts_on: dt.date
    months: int = 12
    members_at_most: int = 5
    least_share: int = 5
    most_share: int = 100
    each_holds: bool = False
    curated_only: bool = True
    near_only: bool = False
    pinned: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Part:
    """One member of a proposal: so much a month, in the need's unit, at so much rupiah a unit."""

    row: Row
    quantity: Decimal
    price: Decimal
    share: Decimal
    pinned: bool

    @property
    def money(self) -> int:
        return round(self.quantity * self.price)


@dataclass(frozen=True)
class Proposal:
    """`quantity`: what is to be covered now, less what members have accepted or are asked for already."""

    field: Field
    task: Task
    quantity: Decimal
    parts: tuple[Part, ...] = ()
    plan: Plan | None = None
    others: tuple[Alternative, ...] = ()
    why: Shortfall | None = None
    standing: tuple[ConsortiumMember, ...] = ()

    @property
    def money(self) -> int:
        return sum(part.money for part in self.parts)

    @property
    def ceiling_money(self) -> int:
        return round(self.quantity * self.task.ceiling)

    @property
    def saved(self) -> Decimal:
        """Of the ceiling, in per cent."""
        return 100 - Decimal(self.money) * 100 / self.ceiling_money if self.ceiling_money else Decimal(0)

    @property
    def seen(self) -> str:
        """By which a page notices that saving would keep something else than it showed."""
        text = ";".join(f"{part.row.key}:{part.quantity}:{part.price}" for part in self.parts)
        return hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""

    def units(self, grains: int | Decimal) -> Decimal:
        return Decimal(grains) / self.field.grains


def check_wish(need: Need, wish: Wish) -> None:
    """Everything that can be said before anybody is looked for. Raises ValidationError by field."""
    errors: dict[str, str] = {}
    if need.quantity_per_month is None or need.quantity_per_month <= 0:
        errors["__all__"] = _("The need names no quantity a month. Enter it there first.")
    if not 1 <= wish.members_at_most <= MOST_MEMBERS:
        errors["members_at_most"] = _("Enter a number of members from 1 to %(most)s.") % {"most": MOST_MEMBERS}
    if not 1 <= wish.months <= MOST_MONTHS:
        errors["months"] = _("Enter a number of months from 1 to %(most)s.") % {"most": MOST_MONTHS}
    if wish.starts_on < timezone.localdate():
        errors["starts_on"] = _("The first day cannot lie in the past.")
    if not 0 <= wish.least_share <= 100:
        errors["least_share"] = _("Enter a share from 0 to 100%.")
    if not 1 <= wish.most_share <= 100:
        errors["most_share"] = _("Enter a share from 1 to 100%.")
    elif wish.least_share > wish.most_share:
        errors["most_share"] = _("The largest share cannot be below the smallest.")
    elif wish.members_at_most * wish.most_share < 100:
        errors["most_share"] = _("%(members)s members of at most %(share)s%% each do not make up the whole.") % {
            "members": wish.members_at_most,
            "share": wish.most_share,
        }
    if both := wish.pinned & wish.excluded:
        errors["pinned"] = _("%(n)s enterprises are ticked both as wanted and as kept out. Take one tick away.") % {
            "n": len(both)
        }
    elif len(wish.pinned) > wish.members_at_most:
        errors["pinned"] = _("You want %(pinned)s members for sure, and at most %(members)s altogether.") % {
            "pinned": len(wish.pinned),
            "members": wish.members_at_most,
        }
    if errors:
        raise ValidationError(errors)


def proposal(
    need: Need, wish: Wish, *, by: User, consortium: Consortium | None = None, with_others: bool = True
) -> Proposal:
    """For a consortium that is asking already: who fills what became free. Raises ValidationError by field."""
    check_wish(need, wish)
    until = Consortium(starts_on=wish.starts_on, months=wish.months).ends_on
    asked = wish.pinned | wish.excluded
    among = candidates_for(need, by=by, since=wish.starts_on, until=until, curated_only=wish.curated_only, asked=asked)
    standing = _standing(consortium)
    task = _task(need, wish, among, standing, _dropped_out(consortium))
    candidates = [row.candidate for row in among.rows]
    wanted = Decimal(task.quantity) / among.grains
    if task.quantity <= 0:
        return Proposal(among, task, Decimal(0), standing=standing)
    plan = form(candidates, task)
    if plan is None:
        return Proposal(among, task, wanted, why=shortfall(candidates, task), standing=standing)
    parts = tuple(
        Part(
            among.row(each.key),
            Decimal(each.quantity) / among.grains,
            each.option.price,
            Decimal(each.quantity) * 100 / (need.quantity_per_month * among.grains),
            each.key in wish.pinned,
        )
        for each in sorted(plan.given, key=lambda given: (-given.quantity, given.key))
    )
    papers = frozenset(need.required_certificates)
    others = alternatives(candidates, task, plan, near=among.near, papers=papers) if with_others else []
    return Proposal(among, task, wanted, parts, plan, tuple(others), standing=standing)


def changed(wish: Wish, other: Alternative) -> Wish:
    """The wish whose answer the alternative is."""
    match other.kind:
        case "more":
            return replace(wish, members_at_most=wish.members_at_most + 1)
        case "fewer":
            return replace(wish, members_at_most=other.members)
        case "near":
            return replace(wish, near_only=True)
        case "holding":
            return replace(wish, each_holds=True)
        case _:
            return replace(wish, excluded=wish.excluded | {other.key or 0})


def _standing(consortium: Consortium | None) -> tuple[ConsortiumMember, ...]:
    """Whose shares are asked for or accepted: they stay as they are."""
    if consortium is None or consortium.status == ConsortiumStatus.DRAFT:
        return ()
    rows = consortium.members.filter(status__in=[M.INVITED, M.ACCEPTED])
    return tuple(rows.select_related("enterprise__organisation", "product"))


def _dropped_out(consortium: Consortium | None) -> frozenset[int]:
    """Who has said no, or nothing, is not asked again."""
    if consortium is None or consortium.status == ConsortiumStatus.DRAFT:
        return frozenset()
    rows = consortium.members.filter(status__in=[M.DECLINED, M.EXPIRED, M.RELEASED])
    return frozenset(rows.values_list("enterprise", flat=True))


def _task(
    need: Need, wish: Wish, among: Field, standing: tuple[ConsortiumMember, ...], dropped: frozenset[int]
) -> Task:
    grains = among.grains
    whole = int(need.quantity_per_month * grains)
    taken = sum((member.quantity or Decimal(0) for member in standing), Decimal(0))
    papers, held = frozenset(need.required_certificates), _held(standing)
    there = frozenset(member.enterprise_id for member in standing)
    pairs = CooperativeMember.objects.accepted()
    same_goods = {
        key for pair in pairs.filter(cooperative__in=there).values_list("cooperative", "member") for key in pair
    } | {key for pair in pairs.filter(member__in=there).values_list("cooperative", "member") for key in pair}
    away = frozenset(row.key for row in among.rows) - among.near if wish.near_only else frozenset()
    quantity = whole - int(taken * grains)
    together = frozenset({CURATED}) if wish.each_holds else papers | {CURATED}
    most = whole * wish.most_share // 100
    return Task(
        quantity,
        Decimal(need.ceiling_price),
        max(0, wish.members_at_most - len(standing)),
        together=together - held,
        each=papers if wish.each_holds else frozenset(),
        pinned=wish.pinned - there,
        excluded=wish.excluded | dropped | there | same_goods | (away - wish.pinned),
        # What became free may be less than the smallest share.
        least=max(1, min(math.ceil(whole * wish.least_share / 100), quantity)),
        most=min(most, quantity) if most < whole else 0,
    )


def _held(standing: tuple[ConsortiumMember, ...]) -> frozenset[str]:
    held: set[str] = set()
    for member in standing:
        held |= set(member.facts.get("certificates", []))
        if member.facts.get("curated"):
            held.add(CURATED)
    return frozenset(held)
