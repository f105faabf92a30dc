"""An authority's own queue, oldest first, and the five numbers above it."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncQuarter
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.enums import PartnershipStatus, SignOffStatus
from partnerships.models import Partnership, SignOff
from partnerships.selectors.signatories import parties
from portal.models import User
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.selectors.ladder import ladder_of
from portal.working_days import WorkingDays

QUARTERS = 8
# The median is of the newest decisions: what an authority does now, not what it did years ago.
NEWEST = 200
BILLION = 10**9


@dataclass(frozen=True)
class Waiting:
    """One row of the queue. `left`: working days until it is due, negative when late."""

    sign_off: SignOff
    left: int

    @property
    def partnership(self) -> Partnership:
        return self.sign_off.partnership

    @property
    def parties(self) -> str:
        names = [share.name for share in self.partnership.shares.all()]
        return f"{', '.join(names)} × {self.partnership.buyer.name}"

    @property
    def checked(self) -> str:
        """How far each enterprise was checked, and since when."""
        said = []
        for share in self.partnership.shares.all():
            ladder = ladder_of(share.enterprise)
            said.append(f"{share.name}: {ladder.rung.label} ({tanggal(ladder.since)})")
        return "; ".join(said)

    @property
    def late(self) -> bool:
        return self.left < 0

    @property
    def deadline(self) -> str:
        if self.left < 0:
            return ngettext("%(n)s working day late", "%(n)s working days late", -self.left) % {"n": -self.left}
        if self.left == 0:
            return _("Due today")
        return ngettext("%(n)s working day left", "%(n)s working days left", self.left) % {"n": self.left}

    @property
    def signed(self) -> str:
        """2/3 signatures, of the authorities."""
        places = [each for each in self.partnership.sign_offs.all() if each.revision == self.sign_off.revision]
        done = sum(each.status == SignOffStatus.SIGNED for each in places)
        return _("%(n)s/%(total)s signatures") % {"n": done, "total": len(places)}


def queue_of(user: User) -> list[Waiting]:
    today = timezone.localdate()
    rows = (
        SignOff.objects.visible_to(user)
        .awaiting()
        .select_related("partnership__buyer", "partnership__amends", "authority")
        .prefetch_related(parties("partnership__shares"), "partnership__sign_offs")
    )
    calendar = WorkingDays()
    return [Waiting(row, calendar.between(today, row.due_on or today)) for row in rows]


def figures_of(user: User, queue: list[Waiting]) -> list[dict[str, Any]]:
    contracts = Partnership.objects.visible_to(user).aggregate(
        number=Count("pk", filter=Q(status=PartnershipStatus.ACTIVE)),
        value=Sum("value", filter=Q(status=PartnershipStatus.ACTIVE)),
    )
    late = sum(each.late for each in queue)
    queue_url, list_url = reverse("sign_off_queue"), reverse("partnership_list")
    return [
        {"value": angka(len(queue)), "label": _("awaiting your signature"), "url": queue_url, "hot": bool(queue)},
        {"value": angka(late), "label": _("past 5 working days"), "url": f"{queue_url}?late=1", "hot": bool(late)},
        {"value": angka(contracts["number"]), "label": _("contracts in force"), "url": f"{list_url}?status=active"},
        {"value": rupiah(contracts["value"] or 0), "label": _("value in force"), "url": f"{list_url}?status=active"},
        {"value": _median(user), "label": _("median time to sign off"), "url": list_url},
    ]


def signed_per_quarter(user: User) -> list[dict[str, Any]]:
    """Value this authority signed off, in the last eight quarters, the running one last. In billions of rupiah."""
    starts = _quarters(timezone.localdate())
    rows = (
        _decided(user)
        .filter(decided_at__date__gte=starts[0])
        .annotate(quarter=TruncQuarter("decided_at"))
        .order_by()
        .values_list("quarter")
        .annotate(value=Sum("partnership__value"))
    )
    values = {timezone.localtime(quarter).date(): value for quarter, value in rows}
    return [
        {
            "label": _("Q%(quarter)s %(year)s") % {"quarter": start.month // 3 + 1, "year": f"{start.year % 100:02d}"},
            "start": start,
            "rupiah": values.get(start, 0),
            "billions": round(values.get(start, 0) / BILLION, 1),
        }
        for start in starts
    ]


def _decided(user: User) -> QuerySet[SignOff]:
    return SignOff.objects.visible_to(user).filter(status=SignOffStatus.SIGNED)


def _median(user: User) -> str:
    """Working days from opening to signing."""
    newest = _decided(user).order_by("-decided_at").values_list("opened_at", "decided_at")[:NEWEST]
    calendar = WorkingDays()
    taken = [calendar.between(timezone.localdate(opened), timezone.localdate(decided)) for opened, decided in newest]
    if not taken:
        return _("none yet")
    median = statistics.median(taken)
    return ngettext("%(n)s working day", "%(n)s working days", int(median)) % {"n": angka(median)}


def _quarters(today: dt.date) -> list[dt.date]:
    number = today.year * 4 + (today.month - 1) // 3
    return [dt.date(each // 4, each % 4 * 3 + 1, 1) for each in range(number - QUARTERS + 1, number + 1)]
