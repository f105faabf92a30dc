"""Rules of the country with the dates they hold between: data, so that a change of law is a row."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

if TYPE_CHECKING:
    from portal.models.user import User


class DatedRuleQuerySet(models.QuerySet["DatedRule"]):
    def visible_to(self, user: User) -> DatedRuleQuerySet:
        return self.all()

    def in_force(self, on: datetime.date) -> DatedRuleQuerySet:
        return self.filter(valid_from__lte=on).filter(Q(valid_until=None) | Q(valid_until__gte=on))


class DatedRule(models.Model):
    """One rule (`key`) between two days, both inclusive, with its numbers and the law they come from."""

    key = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    parameters = models.JSONField()
    legal_source = models.CharField(max_length=200)
    # False where the text of the law was not at hand: pages then say so.
    source_checked = models.BooleanField(default=False)

    objects = DatedRuleQuerySet.as_manager()

    class Meta:
        ordering = ["key", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="rule_once_per_day"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="rule_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="rule_one_in_force",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_until"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"
