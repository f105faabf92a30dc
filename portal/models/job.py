from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.enums import JobState


class Job(models.Model):
    """Work to be done once. This row is the truth; the Celery message that wakes a worker is only a hint."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    acting_user_id = models.BigIntegerField(null=True)
    acting_organisation_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A death counts against a job only when it was running alone: see reliability in docs/architecture.md.
    deaths = models.PositiveSmallIntegerField(default=0)
    lone_deaths = models.PositiveSmallIntegerField(default=0)
    alone = models.BooleanField(default=False)
    run_after = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    # The server's process that committed the claim: when it is gone, so is the worker.
    backend = models.CharField(max_length=60, blank=True, default="", db_default="")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~Q(state=JobState.DONE), name="job_once_while_open"
            ),
            models.CheckConstraint(condition=Q(total=0) | Q(progress__lte=F("total")), name="job_progress"),
        ]
        indexes = [
            models.Index(fields=["run_after", "id"], condition=Q(state=JobState.READY), name="job_ready"),
            models.Index(fields=["claimed_at"], condition=Q(state=JobState.RUNNING), name="job_running"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class BeatSlot(models.Model):
    """One row per beat task and time slot, so that two schedulers do the work of one."""

    task = models.CharField(max_length=60)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "slot"], name="beat_slot_once")]
