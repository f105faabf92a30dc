"""The officer's desk: the queue of a programme, its counts, one applicant beside it, and a few compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.models import Application, Criterion, EvidenceSnapshot, Programme, Score
from curation.models.application import ApplicationQuerySet
from curation.scoring.explain import CriterionResult, Explanation, explain
from portal.models import Document, Region, User

MOST_COLUMNS = 3
# Of a longer queue only so many are looked through for a page or the next one to decide.
MOST_ORDERED = 5000
WAITING = frozenset({A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.APPEALED, A.WAITLISTED})
SORTS = {
    "score": ("-total", "submitted_at", "pk"),
    "-score": ("total", "submitted_at", "pk"),
    "name": ("enterprise__organisation__name", "pk"),
    "-name": ("-enterprise__organisation__name", "pk"),
    "waiting": ("submitted_at", "pk"),
    "-waiting": ("-submitted_at", "pk"),
}
DEFAULT_SORT = "score"


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

    @property
    def place(self) -> str:
        """Regency and province: enough to know where, short enough for a table."""
        village = self.application.enterprise.village
        return ", ".join(village.full_name.split(", ")[-2:]).removeprefix("Kabupaten ") if village else ""

    @property
    def days_waiting(self) -> int | None:
        if self.application.status not in WAITING or self.application.submitted_at is None:
            return None
        return (timezone.localdate() - timezone.localdate(self.application.submitted_at)).days


def counts(programme: Programme) -> dict[str, int]:
    """How many applications stand in each state; drafts are the enterprises' own."""
    rows = programme.applications.exclude(status=A.DRAFT).values_list("status").annotate(n=Count("pk")).order_by()
    return dict(rows)


def queue(programme: Programme, user: User, wanted: Mapping[str, Any]) -> ApplicationQuerySet:
    """The programme's applications with the total of their newest score, as the filters of the address ask."""
    newest = Score.objects.filter(application=OuterRef("pk")).order_by("-scored_at", "-pk")
    applications = (
        Application.objects.visible_to(user)
        .filter(programme=programme)
        .annotate(score_pk=Subquery(newest.values("pk")[:1]), total=Subquery(newest.values("total")[:1]))
        .select_related("enterprise__organisation", "enterprise__village")
    )
    if status := wanted.get("status"):
        applications = applications.filter(status=status)
    for word in str(wanted.get("q", "")).split()[:5]:
        applications = applications.filter(
            Q(enterprise__organisation__name__icontains=word) | Q(enterprise__village__full_name__icontains=word)
        )
    if province := wanted.get("province"):
        applications = applications.filter(enterprise__village__code__startswith=f"{province}.")
    if (least := wanted.get("score")) is not None:
        applications = applications.filter(total__gte=least)
    if kind := wanted.get("certificate"):
        held = Document.objects.valid_on(timezone.localdate()).filter(kind=kind).values("enterprise")
        applications = applications.filter(enterprise__in=held)
    order = SORTS.get(wanted.get("sort", ""), SORTS[DEFAULT_SORT])
    if order[0] == "-total":
        return applications.order_by(Subquery(newest.values("total")[:1]).desc(nulls_last=True), *order[1:])
    return applications.order_by(*order)


def provinces_of(programme: Programme) -> list[tuple[str, str]]:
    codes = programme.applications.exclude(status=A.DRAFT).values_list("enterprise__village", flat=True)
    provinces = {code[:2] for code in codes if code}
    return list(Region.objects.filter(code__in=provinces).order_by("name").values_list("code", "name"))


def columns(criteria: Sequence[Criterion]) -> list[Criterion]:
    """The heaviest criteria, in the order of the version."""
    weighted = [criterion for criterion in criteria if not criterion.is_gate]
    heaviest = sorted(weighted, key=lambda criterion: (-criterion.weight, criterion.position))[:MOST_COLUMNS]
    return [criterion for criterion in weighted if criterion in heaviest]


def rows(applications: Sequence[Application], heads: Sequence[Criterion], *, first: int = 1) -> list[Row]:
    """Scores of one page in one query; a score under an earlier version is read by that version's criteria."""
    scores = (
        Score.objects.filter(pk__in=[each.score_pk for each in applications if each.score_pk])
        .select_related("criteria_set")
        .prefetch_related("criteria_set__criteria")
    )
    by_pk = {score.pk: score for score in scores}
    return [
        _row(application, by_pk.get(application.score_pk), heads, number)
        for number, application in enumerate(applications, start=first)
    ]


def _row(application: Application, score: Score | None, heads: Sequence[Criterion], number: int) -> Row:
    if score is None:
        return Row(application, number, None, [None] * len(heads))
    weighted = [criterion for criterion in score.criteria_set.criteria.all() if not criterion.is_gate]
    earned = {
        (criterion.feature, criterion.shape): Cell(
            points, criterion.minimum is not None and (points or 0) < criterion.minimum
        )
        for criterion, points in zip(weighted, score.points, strict=True)
    }
    cells = [earned.get((head.feature, head.shape)) for head in heads]
    return Row(application, number, score, cells, score.criteria_set.threshold)


def newest_explanation(application: Application) -> Explanation | None:
    """Of the newest score, official or provisional; None before the first one."""
    score = application.scores.select_related("criteria_set__programme").first()
    return explain(score) if score else None


def place_of(application: Application, score: Score) -> tuple[int, int]:
    """Its rank and out of how many: as the official run ranked it, else by the newest scores as they now stand."""
    others = (
        Application.objects.filter(programme=application.programme_id)
        .exclude(status__in=[A.DRAFT, A.WITHDRAWN])
        .annotate(
            total=Subquery(
                Score.objects.filter(application=OuterRef("pk")).order_by("-scored_at", "-pk").values("total")[:1]
            )
        )
    )
    tally = others.aggregate(all=Count("pk"), better=Count("pk", filter=Q(total__gt=score.total)))
    return score.rank or tally["better"] + 1, tally["all"]


def page_of(application: Application, applications: ApplicationQuerySet, per_page: int) -> int:
    """The page of the queue on which this applicant stands; the first when the filters leave it out."""
    pks = list(applications.values_list("pk", flat=True)[:MOST_ORDERED])
    return pks.index(application.pk) // per_page + 1 if application.pk in pks else 1


def next_in_queue(applications: ApplicationQuerySet, after: Application) -> Application | None:
    """Who comes after this one among those a person is to decide on; from the top again when none is left below."""
    ordered = list(applications.values_list("pk", "status")[:MOST_ORDERED])
    rest = [pk for pk, status in ordered if status in (A.IN_REVIEW, A.APPEALED) and pk != after.pk]
    place = next((place for place, (pk, _status) in enumerate(ordered) if pk == after.pk), -1)
    below = {pk for pk, _status in ordered[place + 1 :]}
    chosen = next((pk for pk in rest if pk in below), rest[0] if rest else None)
    return Application.objects.filter(pk=chosen).first() if chosen else None


@dataclass(frozen=True)
class CompareCell:
    text: str
    points: Decimal | None
    best: bool


@dataclass(frozen=True)
class CompareLine:
    label: str
    cells: list[CompareCell]


def compare(applications: Sequence[Application]) -> list[CompareLine]:
    """Criteria as lines, applicants as columns; the best of each line marked, unless all are alike."""
    explanations = _explanations(applications)
    totals = [explanation.total if explanation else None for explanation in explanations]
    lines = [CompareLine("", _cells(totals, ["" for _each in totals]))]
    seen: dict[tuple[str, str], CriterionResult] = {}
    for explanation in explanations:
        for result in explanation.results if explanation else ():
            seen.setdefault((result.criterion.feature, result.criterion.shape), result)
    for key, sample in seen.items():
        results = [_result(explanation, key) for explanation in explanations]
        points = [
            None if result is None else (Decimal(1 if result.held else 0) if result.is_gate else result.points)
            for result in results
        ]
        lines.append(
            CompareLine(sample.criterion.label, _cells(points, [result.found if result else "" for result in results]))
        )
    return lines


def _explanations(applications: Sequence[Application]) -> list[Explanation | None]:
    scores = {
        score.pk: score
        for score in Score.objects.filter(pk__in=[each.score_pk for each in applications if each.score_pk])
        .select_related("criteria_set__programme")
        .prefetch_related("criteria_set__criteria")
    }
    snapshots = {
        (snapshot.application_id, snapshot.revision): snapshot
        for snapshot in EvidenceSnapshot.objects.filter(application__in=applications)
    }
    found = []
    for application in applications:
        score = scores.get(application.score_pk)
        snapshot = snapshots.get((application.pk, score.snapshot_revision)) if score else None
        found.append(
            explain(score, snapshot=snapshot, criteria=tuple(score.criteria_set.criteria.all())) if score else None
        )
    return found


def _result(explanation: Explanation | None, key: tuple[str, str]) -> CriterionResult | None:
    results = explanation.results if explanation else ()
    return next((each for each in results if (each.criterion.feature, each.criterion.shape) == key), None)


def _cells(values: list[Decimal | None], texts: list[str]) -> list[CompareCell]:
    known = [value for value in values if value is not None]
    best = max(known) if known and len(set(values)) > 1 else None
    return [
        CompareCell(text, value, best is not None and value == best) for value, text in zip(values, texts, strict=True)
    ]
