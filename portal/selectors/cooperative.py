"""A cooperative's list of members, and what they give together beside what it declares itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.enums import CooperativeMemberStatus as S
from portal.enums import EnterpriseStatus, Unit
from portal.models import CooperativeMember, Enterprise
from portal.presentation.numbers import angka, percent
from portal.units import converted


def given(listed: CooperativeMember) -> str:
    """The product and how much of it: Baut M16 · 1.200 buah per bulan."""
    if listed.capacity is None:
        return listed.product
    amount = _("%(amount)s %(unit)s a month") % {
        "amount": angka(listed.capacity),
        "unit": Unit(listed.unit).label,
    }
    return f"{listed.product} · {amount}" if listed.product else amount


def list_of(cooperative: Enterprise) -> QuerySet[CooperativeMember]:
    found = cooperative.member_enterprises.on_the_list()
    return found.select_related("cooperative", "invited__organisation", "member__organisation", "village")


def asking(enterprise: Enterprise) -> QuerySet[CooperativeMember]:
    """The cooperatives that list it, or did."""
    found = CooperativeMember.objects.filter(Q(invited=enterprise) | Q(member=enterprise)).exclude(status=S.REMOVED)
    return found.select_related("cooperative__organisation", "cooperative__village", "invited", "member")


def registered_with(nib: str) -> Enterprise | None:
    """Whoever still trades under this NIB."""
    gone = [EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED]
    found = Enterprise.objects.filter(nib=nib).exclude(status__in=gone) if nib else Enterprise.objects.none()
    return found.select_related("organisation").first()


@dataclass(frozen=True)
class Together:
    """In the cooperative's own unit where it declares one and theirs converts; what does not convert stands apart."""

    total: Decimal
    unit: str
    own: Decimal | None
    others: tuple[tuple[str, Decimal], ...] = ()
    members: int = 0

    @property
    def total_text(self) -> str:
        return f"{angka(self.total)} {Unit(self.unit).label}" if self.unit else ""

    @property
    def own_text(self) -> str:
        return f"{angka(self.own)} {Unit(self.unit).label}" if self.own is not None else ""

    @property
    def others_text(self) -> str:
        return " · ".join(f"{angka(amount)} {Unit(unit).label}" for unit, amount in self.others)

    @property
    def words(self) -> str:
        """The finding: do the members carry what the cooperative declares?"""
        if self.own is None or not self.unit:
            return ""
        if not self.total:
            return _("None of the %(own)s that you declare is covered by accepted members yet.") % {
                "own": self.own_text
            }
        words = {
            "total": self.total_text,
            "own": self.own_text,
            "share": percent(self.total * 100 / self.own, 0),
            "rest": f"{angka(abs(self.own - self.total))} {Unit(self.unit).label}",
        }
        if self.total > self.own:
            return _("Members give %(total)s a month: %(rest)s more than the %(own)s that you declare.") % words
        if self.total == self.own:
            return _("Members give exactly the %(own)s a month that you declare.") % words
        return (
            _("Members give %(total)s of the %(own)s a month that you declare, %(share)s; %(rest)s must come from you.")
            % words
        )


def together(cooperative: Enterprise, rows: Iterable[CooperativeMember]) -> Together:
    """Of members that said yes: nobody else's capacity is the cooperative's to promise."""
    accepted = [row for row in rows if row.status == S.ACCEPTED]
    capacities = [(row.capacity, row.unit) for row in accepted if row.capacity is not None]
    unit = cooperative.capacity_unit or (capacities[0][1] if capacities else "")
    total, others = Decimal(0), dict[str, Decimal]()
    for capacity, theirs in capacities:
        amount = converted(capacity, theirs, unit)
        if amount is None:
            others[theirs] = others.get(theirs, Decimal(0)) + capacity
        else:
            total += amount
    return Together(total, unit, cooperative.monthly_capacity, tuple(others.items()), len(accepted))
