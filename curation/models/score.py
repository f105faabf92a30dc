from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from curation.enums import RunKind, RunState
from curation.models.application import Application
from curation.models.programme import CriteriaSet, Programme
from portal.enums import Role

if TYPE_CHECKING:
    from portal.models import User

ENDED = (RunState.DONE, RunState.FAILED)


class ScoringRunQuerySet(models.QuerySet["ScoringRun"]):
    def official(self) -> ScoringRunQuerySet:
        return self.filter(kind=RunKind.OFFICIAL)

    def open(self) -> ScoringRunQuerySet:
        return self.exclude(state__in=ENDED)

    def visible_to(self, user: User) -> ScoringRunQuerySet:
        """The buyer's own people, and the ministries."""
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(programme__buyer=user.organisation_id)
        return self if user.acts_as(Role.MINISTRY_ADMIN) else self.none()


class ScoringRun(models.Model):
    """One pass of the scoring job over a programme: handed out in id ranges, then marked at once."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="runs")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=12, choices=RunKind)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    # Papers count by this day; applications that were sent before this moment are in.
    as_of = models.DateField()
    cut_off = models.DateTimeField(null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ranges_total = models.PositiveIntegerField(default=0)
    ranges_done = models.PositiveIntegerField(default=0)
    applications = models.PositiveIntegerField(default=0)
    curated = models.PositiveIntegerField(default=0)
    waitlisted = models.PositiveIntegerField(default=0)
    in_review = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)

    objects = ScoringRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(kind=RunKind.OFFICIAL) & ~Q(state__in=[RunState.DONE, RunState.FAILED]),
                name="run_one_official_at_a_time",
            ),
            models.CheckConstraint(condition=Q(ranges_done__lte=F("ranges_total")), name="run_ranges"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.kind} {self.as_of}"

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def progress(self) -> int:
        """Percent of the ranges that are scored."""
        return 100 * self.ranges_done // self.ranges_total if self.ranges_total else 0


class ScoringRange(models.Model):
    """Applications `first` to `last` (ids, inclusive) of a run: the unit a worker scores and commits."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="ranges")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    scores = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="range_once")]


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: User) -> ScoreQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))


class Score(models.Model):
    """Points of one application under one criteria version. `points[i]` belongs to the i-th weighted criterion in order;
    NULL there means no evidence. `gates_held[i]` likewise over the gates. Never changed but for its rank."""

    run = models.ForeignKey(ScoringRun, null=True, on_delete=models.CASCADE, related_name="scores")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="scores")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="scores")
    snapshot_revision = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=RunKind)
    as_of = models.DateField()
    total = models.DecimalField(max_digits=5, decimal_places=2)
    coverage = models.DecimalField(max_digits=5, decimal_places=2)
    points = ArrayField(models.DecimalField(max_digits=5, decimal_places=2, null=True))
    gates_held = ArrayField(models.BooleanField(null=True), default=list)
    rank = models.PositiveIntegerField(null=True, blank=True)
    scored_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["-scored_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="score_once_per_run"),
            models.UniqueConstraint(
                fields=["application", "snapshot_revision", "criteria_set", "as_of"],
                condition=Q(run=None),
                name="score_provisional_once_a_day",
            ),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=100), name="score_total"),
            models.CheckConstraint(condition=Q(coverage__gte=0, coverage__lte=100), name="score_coverage"),
            models.CheckConstraint(
                condition=Q(kind=RunKind.PROVISIONAL, run=None) | Q(kind=RunKind.OFFICIAL, run__isnull=False),
                name="score_official_from_a_run",
            ),
        ]
