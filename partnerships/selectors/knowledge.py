"""Knowledge transfer as pages and the API show it: of a contract, and of all that somebody sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import KnowledgeStatus as K
from partnerships.flow import KNOWLEDGE
from partnerships.models import KnowledgeStep
from portal import statuses
from portal.models import User
from portal.presentation.dates import tanggal

OVERDUE = "overdue"


@dataclass(frozen=True)
class Step:
    row: KnowledgeStep
    note: str


def with_names(steps: QuerySet[KnowledgeStep]) -> QuerySet[KnowledgeStep]:
    return steps.select_related("partnership__buyer", "share__party", "share__enterprise__organisation", "proposed_for")


def own_steps(user: User) -> QuerySet[KnowledgeStep]:
    return with_names(KnowledgeStep.objects.visible_to(user)).order_by("ends_on", "pk")


def steps_of(partnership_pk: int, user: User) -> list[Step]:
    return steps(own_steps(user).filter(partnership=partnership_pk))


def steps(rows: Iterable[KnowledgeStep]) -> list[Step]:
    return [Step(row, note_of(row)) for row in rows]


def note_of(row: KnowledgeStep) -> str:
    """Who acts next."""
    enterprise = row.share.enterprise.organisation
    other = enterprise if row.proposed_for_id == row.partnership.buyer_id else row.partnership.buyer
    match row.status:
        case K.PROPOSED:
            return _("%(name)s agrees to it or not.") % {"name": other.label}
        case K.AGREED if row.is_overdue:
            return _("Was to be done by %(day)s; nothing shows it yet.") % {"day": tanggal(row.ends_on)}
        case K.AGREED:
            return _("To be done by %(day)s.") % {"day": tanggal(row.ends_on)}
        case K.REPORTED:
            return _("%(name)s confirms that it was done.") % {"name": enterprise.label}
    return ""


def chosen(user: User, status: str) -> QuerySet[KnowledgeStep]:
    found = own_steps(user)
    if status == OVERDUE:
        return found.filter(pk__in=KnowledgeStep.objects.overdue().values("pk"))
    return found.filter(status=status) if status in K.values else found


def chips(user: User, status: str) -> list[dict[str, Any]]:
    """One for each state there is, and one for what is overdue."""
    rows = KnowledgeStep.objects.visible_to(user).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    late = KnowledgeStep.objects.visible_to(user).overdue().count()
    found = [{"label": _("All"), "count": sum(counts.values()), "url": "?", "current": not status}]
    if late:
        found.append({"label": _("Overdue"), "count": late, "url": f"?status={OVERDUE}", "current": status == OVERDUE})
    return [
        *found,
        *(
            {
                "label": statuses.label("KnowledgeStep", state),
                "count": counts[state],
                "url": f"?status={state}",
                "current": status == state,
            }
            for state in K.values
            if state in counts
        ),
    ]


def counts_of(user: User) -> dict[str, int]:
    """What partnerships bring besides sales, of all that this person sees."""
    return (
        KnowledgeStep.objects.visible_to(user)
        .order_by()
        .aggregate(
            to_come=Count("pk", filter=Q(status__in=[K.AGREED, K.REPORTED])),
            done=Count("pk", filter=Q(status=K.DONE)),
            overdue=Count("pk", filter=Q(status=K.AGREED, ends_on__lt=timezone.localdate())),
        )
    )


def moves_of(row: KnowledgeStep, user: User) -> frozenset[str]:
    return frozenset(move.name for move in KNOWLEDGE.open_to(user, row))
