"""The pool: every verified enterprise as a programme's criteria see it, and what it would score.

Evidence and scores are kept apart by programme and by run in partitions of their own, which the owner's functions make and
drop (migration 0010): a run never waits for another, and forgetting one is dropping a table. No foreign keys lead out of
them: a check per row would cost more than the score. Whoever reads them joins what still exists.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from curation.enums import RunState
from curation.models.programme import CriteriaSet, Programme
from curation.models.score import ENDED
from portal.enums import Role
from portal.models import Enterprise

if TYPE_CHECKING:
    from portal.models import User


class PoolRunQuerySet(models.QuerySet["PoolRun"]):
    def open(self) -> PoolRunQuerySet:
        return self.exclude(state__in=ENDED)

    def standing(self) -> PoolRunQuerySet:
        """Done, and its scores are still there."""
        return self.filter(state=RunState.DONE, dropped_at=None)

    def visible_to(self, user: User) -> PoolRunQuerySet:
        """The buyer's own people: others learn nothing of who would pass."""
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(programme__buyer=user.organisation_id)
        return self.none()


class Pool(models.Model):
    """The evidence of all verified enterprises against the needs of one programme, read as of a day and kept fresh."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="pool")
    # What it was read against: other needs make other evidence.
    needs_digest = models.CharField(max_length=64)
    built_at = models.DateTimeField(null=True)
    enterprises = models.PositiveIntegerField(default=0)
    # Of each feature how many enterprises have evidence, counted after the last run.
    with_evidence = models.JSONField(default=dict)
    # More changed than is worth rescoring row by row: the next run is a new one.
    scores_stale = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.programme)


class PoolRun(models.Model):
    """Every verified enterprise against one state of the criteria: "who would pass?". Marks nothing.

    `criteria` are the lines as they stood, because those of a draft go on changing.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="pool_runs")
    criteria_set = models.ForeignKey(CriteriaSet, null=True, on_delete=models.SET_NULL, related_name="+")
    criteria = models.JSONField()
    threshold = models.DecimalField(max_digits=5, decimal_places=2)
    review_floor = models.DecimalField(max_digits=5, decimal_places=2)
    minimum_coverage = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    # What ratios compare with: the quantities of the programme's needs.
    need_quantities = ArrayField(models.DecimalField(max_digits=18, decimal_places=4), default=list)
    as_of = models.DateField()
    # Queued while changes of evidence are still being read, then scoring.
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    reads_evidence = models.BooleanField(default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    ranges_total = models.PositiveIntegerField(default=0)
    ranges_done = models.PositiveIntegerField(default=0)
    enterprises = models.PositiveIntegerField(default=0)
    passing = models.PositiveIntegerField(null=True)

    objects = PoolRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=~Q(state__in=[RunState.DONE, RunState.FAILED]),
                name="pool_run_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(ranges_done__lte=F("ranges_total")), name="pool_run_ranges"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.as_of}"

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def progress(self) -> int:
        """Percent of the ranges that are scored."""
        return 100 * self.ranges_done // self.ranges_total if self.ranges_total else 0


class PoolRange(models.Model):
    """Enterprises `first` to `last` (ids, inclusive): the unit a worker reads, scores and commits."""

    run = models.ForeignKey(PoolRun, on_delete=models.CASCADE, related_name="ranges")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    scores = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="pool_range_once")]


class EvidenceChange(models.Model):
    """An enterprise whose evidence may read differently now, written by triggers on all that evidence is read from.

    One row per enterprise and transaction: two transactions never wait for each other here, and none hides behind another's
    row that was read before it committed.
    """

    pk = models.CompositePrimaryKey("enterprise_id", "transaction")
    enterprise_id = models.BigIntegerField()
    transaction = models.BigIntegerField()


def yes_or_no() -> models.BooleanField:
    return models.BooleanField(null=True)


def whole_number() -> models.BigIntegerField:
    return models.BigIntegerField(null=True)


# Decimals as whole ten-thousandths: 64-bit arithmetic instead of `numeric`, and nothing lost (curation.scoring.quantities).
decimal_number = whole_number


def valid_until() -> models.DateField:
    return models.DateField(null=True)


def choice() -> models.CharField:
    return models.CharField(max_length=20, null=True)


class PoolEvidence(models.Model):
    """What an enterprise could show in this programme: the columns of a snapshot, typed for speed."""

    pk = models.CompositePrimaryKey("programme_id", "enterprise_id")
    programme = models.ForeignKey(
        Programme, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # The first day on which it reads differently although nothing was changed: an age, a paper that begins or ends.
    stale_on = models.DateField(null=True)
    # For breakdowns: numbers of `curation.scoring.pool.GROUPS`.
    province = models.SmallIntegerField(null=True)
    class_code = models.SmallIntegerField(null=True)
    form_code = models.SmallIntegerField(null=True)
    need_quantity = decimal_number()
    verified_until = ArrayField(models.DateField(), null=True)

    nib = yes_or_no()
    npwp = yes_or_no()
    deed = yes_or_no()
    legal_form = choice()
    business_class = choice()
    ikm = yes_or_no()
    kbli_fit = whole_number()
    activities = ArrayField(models.TextField(), null=True)
    product_fit = whole_number()
    hs_fit = whole_number()
    products = whole_number()
    monthly_capacity = decimal_number()
    price_share = decimal_number()
    lead_time = whole_number()
    minimum_order_share = decimal_number()
    tkdn = decimal_number()
    photos = whole_number()
    distance = whole_number()
    sni = valid_until()
    halal = valid_until()
    bpom = valid_until()
    pirt = valid_until()
    iso_9001 = valid_until()
    tkdn_certificate = valid_until()
    lab_test = valid_until()
    required_certificates = valid_until()
    verified_documents = whole_number()
    years_in_business = decimal_number()
    workforce = whole_number()
    trained_share = decimal_number()
    annual_sales = whole_number()
    investment = whole_number()
    technology_level = choice()
    digital_readiness = whole_number()
    quality_practices = whole_number()
    business_plan = yes_or_no()
    plan_parts = whole_number()
    exports = yes_or_no()
    export_countries = whole_number()
    flagship_product = yes_or_no()
    innovations = whole_number()
    cooperative_members = whole_number()
    curations = whole_number()
    deliveries = whole_number()
    on_time_share = decimal_number()
    accepted_share = decimal_number()
    disputes = whole_number()


class PoolScoreQuerySet(models.QuerySet["PoolScore"]):
    def visible_to(self, user: User) -> PoolScoreQuerySet:
        return self.filter(run__in=PoolRun.objects.visible_to(user))


class PoolScore(models.Model):
    """What an enterprise would score: hundredths of points and percent, and a bit per gate that is not held.

    Beside these the table has q1 … q24: per weighted criterion, in order, the quantity that gives its points under any
    weight (curation.scoring.quantities). Statements alone read those.
    """

    pk = models.CompositePrimaryKey("run_id", "enterprise_id")
    run = models.ForeignKey(PoolRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    missed = models.IntegerField()
    unknown = models.IntegerField()
    total = models.SmallIntegerField()
    coverage = models.SmallIntegerField()
    province = models.SmallIntegerField(null=True)
    class_code = models.SmallIntegerField(null=True)
    form_code = models.SmallIntegerField(null=True)

    objects = PoolScoreQuerySet.as_manager()
