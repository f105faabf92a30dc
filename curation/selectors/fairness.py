"""Who applied to a programme, who passed and who did not, by class, province, legal form and leadership."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus, ReviewStatus, RunState
from curation.models import Application, Decision, Programme, ReviewPoint, ScoringRun
from curation.selectors.suppression import LEAST, Counts, Table, added, speaks, suppressed
from portal.enums import BusinessClass, LegalForm, Role
from portal.models import User
from portal.selectors.directory import provinces
from portal.selectors.stated import stated_then

# While one of these is left, somebody still waits for a first answer, or for the second.
UNDECIDED = (A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.APPEALED)
TENTH = Decimal("0.1")
OVER = (ProgrammeStatus.CLOSED, ProgrammeStatus.ARCHIVED)


@dataclass(frozen=True)
class Line:
    """`together`: of several groups, each too small to be shown. None: it would show, or follow from, too small a number."""

    label: str
    applied: int
    passed: int | None = None
    declined: int | None = None
    other: int | None = None
    together: bool = False

    @property
    def pass_rate(self) -> Decimal | None:
        """In percent of those who applied."""
        return None if self.passed is None else Decimal(100 * self.passed) / self.applied


@dataclass(frozen=True)
class Breakdown:
    key: str
    title: str
    lines: tuple[Line, ...]

    @property
    def withheld(self) -> bool:
        return not self.lines


@dataclass(frozen=True)
class Fairness:
    """None: fewer than five."""

    programme: Programme
    public: bool
    whole: Line | None
    breakdowns: tuple[Breakdown, ...]
    median_days: Decimal | None
    # Of applications that two people or more reviewed: how near their points lie, 100 being all the same.
    agreement: Decimal | None
    reviewed: int | None
    # Of refusals that another person decided again after an appeal: how many stayed as they were, in percent.
    kept: Decimal | None
    decided_again: int | None
    least: int = LEAST


def reported(user: User) -> QuerySet[Programme]:
    """Everybody: programmes whose decisions are out. A ministry: every one that was published."""
    programmes = Programme.objects.exclude(status=ProgrammeStatus.DRAFT).select_related("buyer")
    if user.is_authenticated and user.acts_as(Role.MINISTRY_ADMIN):
        return programmes
    return decided(programmes)


def decided(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    waiting = Application.objects.filter(programme=OuterRef("pk"), status__in=UNDECIDED)
    ranked = ScoringRun.objects.official().filter(programme=OuterRef("pk"), state=RunState.DONE)
    return programmes.filter(~Exists(waiting), Exists(ranked), status__in=OVER)


def fairness(programme: Programme) -> Fairness:
    """An enterprise that applied twice counts once, by its last application; as it was when it sent that one."""
    sent = (
        programme.applications.exclude(status=A.DRAFT)
        .exclude(submitted_at=None)
        .alias(first=FilteredRelation("snapshots", condition=Q(snapshots__revision=1)))
        .order_by("enterprise_id", "-pk")
        .distinct("enterprise_id")
    )
    rows = list(
        sent.values(
            "status",
            "submitted_at",
            "decided_at",
            "enterprise",
            # No evidence, so nothing that a snapshot keeps: what it said then follows from what it changed since.
            women=F("enterprise__women_led"),
            size=F("first__business_class"),
            form=F("first__legal_form"),
            # Older snapshots do not keep the place.
            province=Coalesce("first__province", Left("enterprise__village_id", 2)),
        )
    )
    then = stated_then("women_led", {row["enterprise"]: row["submitted_at"] for row in rows})
    for row in rows:
        row["women"] = then.get(row["enterprise"], row["women"])
    again, same = _looked_at_again(programme)
    says = speaks((again, same, again - same)) and again >= LEAST
    near = _agreement(programme)
    return Fairness(
        programme,
        decided(Programme.objects.filter(pk=programme.pk)).exists(),
        _whole(rows),
        tuple(_breakdowns(rows)),
        _median_days(rows),
        (sum(near) / len(near)).quantize(TENTH, ROUND_HALF_UP) if len(near) >= LEAST else None,
        len(near) if len(near) >= LEAST else None,
        Decimal(100 * same) / again if says else None,
        again if says else None,
    )


def _breakdowns(rows: list[dict[str, Any]]) -> Iterable[Breakdown]:
    places = {each.code: each.name for each in provinces()}
    led = {True: _("Led by women"), False: _("Not led by women")}
    forms, classes = dict(LegalForm.choices), dict(BusinessClass.choices)
    kinds: tuple[tuple[str, str, Callable[[dict[str, Any]], Any], Mapping[Any, Any]], ...] = (
        ("class", _("By class"), lambda row: row["size"], classes),
        ("province", _("By province"), lambda row: row["province"], places),
        ("form", _("By legal form"), lambda row: row["form"], forms),
        ("women_led", _("By who leads"), lambda row: row["women"], led),
    )
    for key, title, group, names in kinds:
        groups: dict[Any, list[Counts]] = defaultdict(list)
        for row in rows:
            groups[group(row)].append(_counts(row))
        yield Breakdown(key, title, tuple(_lines(_finest({each: added(rows) for each, rows in groups.items()}), names)))


def _whole(rows: list[dict[str, Any]]) -> Line | None:
    """How many of a programme were curated is public. What became of the others is said where neither is a small number."""
    if len(rows) < LEAST:
        return None
    applied, passed, declined, other = added([_counts(row) for row in rows])
    return Line(_("All applicants"), applied, passed, *((declined, other) if speaks((declined, other)) else ()))


def _finest(groups: Mapping[Any, Counts]) -> Table[Any]:
    """All that became of each group; else who passed and who did not; else only who applied."""
    table: Table[Any] = Table({}, None, withheld=True)
    for shown in (
        lambda all_of_it: all_of_it,
        lambda all_of_it: (all_of_it[0], all_of_it[1], all_of_it[0] - all_of_it[1]),
        lambda all_of_it: all_of_it[:1],
    ):
        table = suppressed({key: shown(counts) for key, counts in groups.items()})
        if not table.withheld:
            break
    return table


def _lines(table: Table[Any], names: Mapping[Any, Any]) -> Iterable[Line]:
    for key, counts in table.shown.items():
        yield Line(str(names.get(key) or _("not stated")), *_told(counts))
    if table.together is not None:
        yield Line(_("Other groups, together"), *_told(table.together), together=True)


def _told(counts: Counts) -> Counts:
    """Of passed and not passed the second says nothing new."""
    return counts[:2] if len(counts) == 3 else counts


def _counts(row: Mapping[str, Any]) -> Counts:
    passed, declined = row["status"] == A.CURATED, row["status"] == A.DECLINED
    return 1, int(passed), int(declined), int(not passed and not declined)


def _median_days(rows: Iterable[Mapping[str, Any]]) -> Decimal | None:
    taken = [row["decided_at"] - row["submitted_at"] for row in rows if row["decided_at"]]
    if len(taken) < LEAST:
        return None
    return Decimal(round(median(taken) / dt.timedelta(days=1), 1)).quantize(TENTH)


def _looked_at_again(programme: Programme) -> tuple[int, int]:
    """Appeals that were decided, by another person than before; and how many of them ended as they had begun."""
    appealed = Application.objects.filter(programme=programme).exclude(appealed_at=None).exclude(status=A.APPEALED)
    last = Decision.objects.filter(application=OuterRef("pk")).order_by("-decided_at", "-pk").values("outcome")[:1]
    outcomes = list(appealed.annotate(last=last).values_list("last", flat=True))
    return len(outcomes), sum(outcome == Outcome.DECLINED for outcome in outcomes)


def _agreement(programme: Programme) -> list[Decimal]:
    """Of each application with two reviews at least, as curation.selectors.reviews.Panel counts it for one."""
    spreads = (
        ReviewPoint.objects.filter(
            review__application__programme=programme,
            review__status=ReviewStatus.SUBMITTED,
            criterion__weight__gt=0,
            points__isnull=False,
        )
        .order_by()
        .values("review__application", "criterion", "criterion__weight")
        .annotate(given=Count("pk"), spread=Max("points") - Min("points"))
        .filter(given__gt=1)
    )
    shares: dict[int, list[Decimal]] = defaultdict(list)
    for row in spreads:
        shares[row["review__application"]].append(1 - row["spread"] / row["criterion__weight"])
    return [100 * sum(each, Decimal(0)) / len(each) for each in shares.values()]
