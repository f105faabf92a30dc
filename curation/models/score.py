from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from curation.enums import RunKind, RunState
from curation.models.application import Application
from curation.models.programme import CriteriaSet, Programme


class ScoringRun(models.Model):
    """One pass of the scoring job over a programme: handed out in id ranges, then marked at once."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="runs")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=12, choices=RunKind)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    as_of = models.DateField()
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

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(kind=RunKind.OFFICIAL) & ~Q(state__in=[RunState.DONE, RunState.FAILED]),
                name="run_one_official_at_a_time",
            )
        ]


class Score(models.Model):
    """Points of one application under one criteria version, in one run. `points[i]` belongs to criterion i by position;
    NULL there means no evidence. `gates_held[i]` likewise over the gates."""

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

    class Meta:
        ordering = ["-scored_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="score_once_per_run"),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=100), name="score_total"),
            models.CheckConstraint(condition=Q(coverage__gte=0, coverage__lte=100), name="score_coverage"),
        ]
