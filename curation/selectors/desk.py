"""The officer's desk: the queue of a programme, its counts, one applicant beside it, and a few compared."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property

from curation.enums import ApplicationStatus as A
from curation.models import Application, Criterion, EvidenceSnapshot, Programme, Review, Score
from curation.models.application import ApplicationQuerySet
from curation.scoring.explain import CriterionResult, Explanation, explain
from curation.selectors.papers import with_numbers
from portal.models import Document, Enterprise, Region, User
from portal.selectors.ladder import Ladder, ladder_of, with_ladder

MOST_COLUMNS = 3
# As it is printed, or its last digits: LM-2026-00871, 871.
NUMBER = re.compile(r"(?:LM-\d{4}-)?0*(\d{1,12})", re.IGNORECASE)
# Of a longer queue only so many are looked through for a page or the next one to decide.
MOST_ORDERED = 5000
MOST_COUNTED = 10_000
WAITING = frozenset({A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.APPEALED, A.WAITLISTED})
SORTS: dict[str, tuple[Any, ...]] = {
    "score": (F("newest_total").desc(nulls_last=True), "submitted_at", "pk"),
    "-score": (F("newest_total").asc(nulls_first=True), "-submitted_at", "-pk"),
    "name": ("enterprise__organisation__name", "pk"),
    "-name": ("-enterprise__organisation__name", "pk"),
    "waiting": ("submitted_at", "pk"),
    "-waiting": ("-submitted_at", "pk"),
}
DEFAULT_SORT = "score"
ME, NOBODY = "me", "none"
BOUNDS = {"score": "newest_total__gte", "score_to": "newest_total__lte", "coverage": "newest_coverage__gte"}


@dataclass(frozen=True)
class Cell:
    points: Decimal | None
    below: bool


@dataclass(frozen=True)
class Row:
    """One line of the queue. `cells` are the points under the columns' criteria; None where the version has none such."""

    application: Application
    number: int
    score: Score | None
    cells: list[Cell | None] = field(default_factory=list)
    threshold: Decimal | None = None
    # How far the enterprise was checked; None where its name is hidden.
    ladder: Ladder | None = None

    @property
    def name(self) -> str:
        return self.application.name_at_desk

    @property
    def place(self) -> str:
        """Regency and province: enough to know where, short enough for a table."""
        village = None if self.application.is_unnamed else self.application.enterprise.village
        return ", ".join(village.full_name.split(", ")[-2:]).removeprefix("Kabupaten ") if village else ""

    @property
    def days_waiting(self) -> int | None:
        if self.application.status not in WAITING or self.application.submitted_at is None:
            return None
        return (timezone.localdate() - timezone.localdate(self.application.submitted_at)).days


def counts(programme: Programme, user: User) -> dict[str, int]:
    """How many applications stand in each state; drafts are the enterprises' own."""
    seen = Application.objects.visible_to(user).filter(programme=programme)
    return dict(seen.values_list("status").annotate(n=Count("pk")).order_by())


def queue(programme: Programme, user: User, wanted: Mapping[str, Any]) -> ApplicationQuerySet:
    """The programme's applications as the filters of the address ask."""
    applications = (
        Application.objects.visible_to(user)
        .filter(programme=programme)
        .select_related("programme", "enterprise__organisation", "enterprise__village")
    )
    return ordered(narrowed(applications, user, wanted), wanted.get("sort", ""), blind=programme.blind)


def narrowed(applications: ApplicationQuerySet, user: User, wanted: Mapping[str, Any]) -> ApplicationQuerySet:
    """Page and API filter alike. Without names neither a word nor a place finds anybody: asking often would tell who it is."""
    if status := wanted.get("status"):
        applications = applications.filter(status=status)
    for word in str(wanted.get("q", "")).split()[:5]:
        # A number alone may be the application's, or part of a name.
        found = Q(pk__in=Application.objects.named().filter(_says(word)).values("pk"))
        if number := NUMBER.fullmatch(word):
            found |= Q(pk=int(number[1]))
        applications = applications.filter(found)
    if province := wanted.get("province"):
        applications = applications.named().filter(enterprise__village__code__startswith=f"{province}.")
    for name, lookup in BOUNDS.items():
        if (bound := wanted.get(name)) is not None:
            applications = applications.filter(**{lookup: bound})
    if size := wanted.get("business_class"):
        applications = applications.filter(enterprise__business_class=size)
    if (days := wanted.get("waiting")) is not None:
        before = timezone.now() - dt.timedelta(days=int(days))
        applications = applications.filter(status__in=WAITING, submitted_at__lte=before)
    if reviewer := wanted.get("reviewer"):
        active = Review.objects.visible_to(user).active().filter(application=OuterRef("pk"))
        if reviewer != NOBODY:
            active = active.filter(reviewer=user.pk if reviewer == ME else int(reviewer))
        applications = applications.filter(~Exists(active) if reviewer == NOBODY else Exists(active))
    if kind := wanted.get("certificate"):
        held = Document.objects.counting_on(timezone.localdate()).filter(kind=kind).values("enterprise")
        applications = applications.filter(enterprise__in=held)
    return applications


def ordered(applications: ApplicationQuerySet, sort: str, *, blind: bool = False) -> ApplicationQuerySet:
    """By an index, but for names. Where names are hidden their order is, too."""
    order = SORTS.get(sort, SORTS[DEFAULT_SORT])
    if blind and sort in ("name", "-name"):
        order = SORTS[DEFAULT_SORT]
    return applications.order_by(*order)


def _says(word: str) -> Q:
    return Q(enterprise__organisation__name__icontains=word) | Q(enterprise__village__full_name__icontains=word)


def provinces() -> list[tuple[str, str]]:
    """All of them: to look which of them a hundred thousand applicants come from would take longer than the page."""
    found = Region.objects.filter(level=Region.Level.PROVINCE).order_by("name")
    return list(found.values_list("code", "name"))


def columns(criteria: Sequence[Criterion]) -> list[Criterion]:
    """The heaviest criteria, in the order of the version."""
    weighted = [criterion for criterion in criteria if not criterion.is_gate]
    heaviest = sorted(weighted, key=lambda criterion: (-criterion.weight, criterion.position))[:MOST_COLUMNS]
    return [criterion for criterion in weighted if criterion in heaviest]


def rows(applications: Sequence[Application], heads: Sequence[Criterion], *, first: int = 1) -> list[Row]:
    """Scores of one page in one query; a score under an earlier version is read by that version's criteria."""
    scores = (
        Score.objects.filter(pk__in=[each.newest_score_id for each in applications if each.newest_score_id])
        .select_related("criteria_set")
        .prefetch_related("criteria_set__criteria")
    )
    by_pk = {score.pk: score for score in scores}
    # Whose name is hidden is not told by the days of its papers either.
    named = [each.enterprise_id for each in applications if not each.is_unnamed]
    ladders = (
        {each.pk: ladder_of(each) for each in with_ladder(Enterprise.objects.filter(pk__in=named))} if named else {}
    )
    return [
        _row(application, by_pk.get(application.newest_score_id), heads, number, ladders.get(application.enterprise_id))
        for number, application in enumerate(applications, start=first)
    ]


def _row(
    application: Application, score: Score | None, heads: Sequence[Criterion], number: int, ladder: Ladder | None
) -> Row:
    if score is None:
        return Row(application, number, None, [None] * len(heads), ladder=ladder)
    weighted = [criterion for criterion in score.criteria_set.criteria.all() if not criterion.is_gate]
    earned = {
        (criterion.feature, criterion.shape): Cell(
            points, criterion.minimum is not None and (points or 0) < criterion.minimum
        )
        for criterion, points in zip(weighted, score.points, strict=True)
    }
    cells = [earned.get((head.feature, head.shape)) for head in heads]
    return Row(application, number, score, cells, score.criteria_set.threshold, ladder)


def newest_explanation(application: Application, user: User) -> Explanation | None:
    """Of the newest score, official or provisional; None before the first one."""
    score = application.scores.select_related("criteria_set__programme").first()
    return with_numbers(explain(score), user) if score else None


def place_of(application: Application, score: Score) -> tuple[int, int]:
    """Its rank and out of how many: as the official run ranked it, else by the newest scores as they now stand."""
    others = Application.objects.filter(programme=application.programme_id).exclude(status__in=[A.DRAFT, A.WITHDRAWN])
    return score.rank or others.filter(newest_total__gt=score.total).count() + 1, others.count()


class BoundedPaginator(Paginator):
    """Counts no further than MOST_COUNTED, unless somebody knows the number already."""

    def __init__(self, applications: ApplicationQuerySet, per_page: int, *, known: int | None = None) -> None:
        super().__init__(applications, per_page)
        self.known = known

    @cached_property
    def counted(self) -> int:
        return self.object_list.order_by()[: MOST_COUNTED + 1].count() if self.known is None else self.known

    @cached_property
    def count(self) -> int:
        return self.counted if self.known is not None else min(self.counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        return self.counted > self.count


def page_of(application: Application, applications: ApplicationQuerySet, sort: str, per_page: int) -> int:
    """The page of the queue on which this applicant stands; the first when the filters leave it out."""
    if sort in ("", DEFAULT_SORT) and application.newest_total is not None:
        before = applications.order_by().filter(
            Q(newest_total__gt=application.newest_total)
            | Q(newest_total=application.newest_total, submitted_at__lt=application.submitted_at)
            | Q(newest_total=application.newest_total, submitted_at=application.submitted_at, pk__lt=application.pk)
        )
        return before.count() // per_page + 1 if applications.filter(pk=application.pk).exists() else 1
    pks = list(applications.values_list("pk", flat=True)[:MOST_ORDERED])
    return pks.index(application.pk) // per_page + 1 if application.pk in pks else 1


def neighbours(rows: Sequence[Row], application: Application | None) -> tuple[Row | None, Row | None]:
    """The rows before and after this one on its page."""
    place = next((n for n, row in enumerate(rows) if application and row.application.pk == application.pk), None)
    if place is None:
        return None, None
    return (rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None)


def next_in_queue(applications: ApplicationQuerySet, after: Application) -> Application | None:
    """Who comes after this one among those a person is to decide on; from the top again when none is left below."""
    to_decide = applications.filter(Q(status__in=[A.IN_REVIEW, A.APPEALED]) | Q(pk=after.pk))
    pks = list(to_decide.values_list("pk", flat=True)[:MOST_ORDERED])
    place = pks.index(after.pk) if after.pk in pks else -1
    following = [*pks[place + 1 :], *pks[: max(place, 0)]]
    return Application.objects.filter(pk=following[0]).first() if following else None


@dataclass(frozen=True)
class CompareCell:
    """`source`: who says so – the business, a paper and whether somebody checked it, the ministry."""

    text: str
    points: Decimal | None
    best: bool
    source: str = ""


@dataclass(frozen=True)
class CompareLine:
    label: str
    cells: list[CompareCell]


def compare(applications: Sequence[Application]) -> list[CompareLine]:
    """Criteria as lines, applicants as columns; the best of each line marked, unless all are alike."""
    found = explanations(applications)
    totals = [explanation.total if explanation else None for explanation in found]
    lines = [CompareLine("", _cells(totals, ["" for _each in totals]))]
    seen: dict[tuple[str, str], CriterionResult] = {}
    for explanation in found:
        for result in explanation.results if explanation else ():
            seen.setdefault((result.criterion.feature, result.criterion.shape), result)
    for key, sample in seen.items():
        results = [_result(explanation, key) for explanation in found]
        points = [
            None if result is None else (Decimal(1 if result.held else 0) if result.is_gate else result.points)
            for result in results
        ]
        lines.append(
            CompareLine(
                sample.criterion.label,
                _cells(
                    points,
                    [result.found if result else "" for result in results],
                    [result.source if result else "" for result in results],
                ),
            )
        )
    return lines


def explanations(applications: Sequence[Application]) -> list[Explanation | None]:
    scores = {
        score.pk: score
        for score in Score.objects.filter(
            pk__in=[each.newest_score_id for each in applications if each.newest_score_id]
        )
        .select_related("criteria_set__programme")
        .prefetch_related("criteria_set__criteria")
    }
    snapshots = {
        (snapshot.application_id, snapshot.revision): snapshot
        for snapshot in EvidenceSnapshot.objects.filter(application__in=applications)
    }
    found = []
    for application in applications:
        score = scores.get(application.newest_score_id)
        snapshot = snapshots.get((application.pk, score.snapshot_revision)) if score else None
        found.append(
            explain(score, snapshot=snapshot, criteria=tuple(score.criteria_set.criteria.all())) if score else None
        )
    return found


def _result(explanation: Explanation | None, key: tuple[str, str]) -> CriterionResult | None:
    results = explanation.results if explanation else ()
    return next((each for each in results if (each.criterion.feature, each.criterion.shape) == key), None)


def _cells(values: list[Decimal | None], texts: list[str], sources: Sequence[str] = ()) -> list[CompareCell]:
    known = [value for value in values if value is not None]
    best = max(known) if known and len(set(values)) > 1 else None
    return [
        CompareCell(text, value, best is not None and value == best, source)
        for value, text, source in zip(values, texts, sources or [""] * len(values), strict=True)
    ]
