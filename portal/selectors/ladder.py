"""The verification ladder: registered → self-declared → documents verified → visited, each with its day.

Derived from facts every time, by one set of expressions for a single enterprise, a list and a filter. A rung holds only
while those below it do: a visit to a firm whose papers nobody has checked stays a visit, and is listed as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateTimeField, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest
from django.utils import timezone

from portal.document_kinds import LEGALITY_WITH_DEED, WITH_DEED
from portal.enums import DocumentKind, Rung
from portal.models import Document, Enterprise, Visit

RUNGS = tuple(Rung)
FACTS = ("ladder_documents", "ladder_visited")


@dataclass(frozen=True)
class Step:
    rung: Rung
    # Since when the fact holds; None while it doesn't.
    on: dt.date | None
    # The fact holds, and so do those below it.
    reached: bool


@dataclass(frozen=True)
class Ladder:
    steps: tuple[Step, ...]

    @property
    def now(self) -> Step:
        return [step for step in self.steps if step.reached][-1]

    @property
    def rung(self) -> Rung:
        return self.now.rung

    @property
    def since(self) -> dt.date | None:
        return self.now.on

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.reached), None)


def with_ladder(enterprises: QuerySet[Enterprise], on: dt.date | None = None) -> QuerySet[Enterprise]:
    """Adds the facts of the two upper rungs; `ladder_of` then asks nothing more."""
    day = on or timezone.localdate()
    checked = {f"ladder_{kind}": _checked(kind, day) for kind in LEGALITY_WITH_DEED}
    all_of = Q(**{f"ladder_{kind}__isnull": False for kind in (DocumentKind.NIB, DocumentKind.NPWP)})
    visit = Visit.objects.of_the_place().filter(enterprise=OuterRef("pk"), visited_on__lte=day)
    return enterprises.annotate(**checked).annotate(
        ladder_documents=Case(
            When(
                all_of & Q(ladder_deed__isnull=False, legal_form__in=WITH_DEED),
                then=Greatest("ladder_nib", "ladder_npwp", "ladder_deed"),
            ),
            When(all_of & ~Q(legal_form__in=WITH_DEED), then=Greatest("ladder_nib", "ladder_npwp")),
            output_field=DateTimeField(),
        ),
        ladder_visited=Subquery(visit.order_by("-visited_on").values("visited_on")[:1]),
    )


def of_parties(to: str = "enterprise") -> Prefetch:
    """The enterprises of whatever rows, with their names and the facts of the ladder, in one query."""
    return Prefetch(to, with_ladder(Enterprise.objects.select_related("organisation")))


def read_facts(enterprises: Iterable[Enterprise]) -> None:
    """The facts of the ladder onto rows that are read already – a page of a list –, in one query."""
    rows = list(enterprises)
    found = with_ladder(Enterprise.objects.filter(pk__in={each.pk for each in rows})).values_list("pk", *FACTS)
    known = {pk: facts for pk, *facts in found}
    for each in rows:
        for name, fact in zip(FACTS, known[each.pk], strict=True):
            setattr(each, name, fact)


def on_rung(enterprises: QuerySet[Enterprise], rung: str) -> QuerySet[Enterprise]:
    """Those that have reached it, of a queryset `with_ladder`."""
    wanted = {
        Rung.DECLARED: Q(submitted_at__isnull=False),
        Rung.DOCUMENTS: Q(submitted_at__isnull=False, ladder_documents__isnull=False),
        Rung.VISITED: Q(submitted_at__isnull=False, ladder_documents__isnull=False, ladder_visited__isnull=False),
    }
    return enterprises.filter(wanted.get(Rung(rung), Q())) if rung in Rung.values else enterprises


def ladder_of(enterprise: Enterprise) -> Ladder:
    """Of the annotations where there are some, else asked for."""
    if not all(hasattr(enterprise, fact) for fact in FACTS):
        facts = with_ladder(Enterprise.objects.filter(pk=enterprise.pk)).values(*FACTS).get()
    else:
        facts = {fact: getattr(enterprise, fact) for fact in FACTS}
    days = (
        _day(enterprise.created_at),
        _day(enterprise.submitted_at),
        _day(facts["ladder_documents"]),
        facts["ladder_visited"],
    )
    steps, reached = [], True
    for rung, on in zip(RUNGS, days, strict=True):
        reached = reached and on is not None
        steps.append(Step(rung, on, reached))
    return Ladder(tuple(steps))


def _checked(kind: str, day: dt.date) -> Subquery:
    """When a paper of this kind that still counts was verified; of several, the latest."""
    found = (
        Document.objects.counting_on(day)
        .filter(enterprise=OuterRef("pk"), kind=kind, verified_at__isnull=False)
        .order_by()
        .values("enterprise")
        .annotate(at=Max("verified_at"))
    )
    return Subquery(found.values("at"))


def _day(moment: Any) -> dt.date | None:
    return timezone.localdate(moment) if moment else None
