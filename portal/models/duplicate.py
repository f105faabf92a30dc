from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.enums import DuplicateStatus, EnterpriseStatus, Role
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User

OVER = (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED)


class IdentityKeys(models.Model):
    """What a business is known again by, made comparable: derived by a job, so that whoever looks for its like asks indexes.

    `tax`: keyed hash of its tax number; `person`: of a sole proprietor's NIK where that is another – a person's tax number is
    their NIK. Two columns and no array: of equality the planner knows how many rows share a value. `name`: folded, without
    the words of a legal form.
    """

    enterprise = models.OneToOneField(Enterprise, on_delete=models.CASCADE, primary_key=True, related_name="keys")
    tax = models.CharField(max_length=64, blank=True)
    person = models.CharField(max_length=64, blank=True)
    # Its own, so that NIBs which differ by one mistake are found by equality, too: each way to mistype one is looked up.
    nib = models.CharField(max_length=13, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    village = models.CharField(max_length=13, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tax"], condition=~Q(tax=""), name="identity_tax"),
            models.Index(fields=["person"], condition=~Q(person=""), name="identity_person"),
            models.Index(fields=["nib"], condition=~Q(nib=""), name="identity_nib"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="identity_phone"),
            # A village has few; where it has many, the trigrams find names that are spelt nearly the same.
            models.Index(fields=["village"], name="identity_village"),
            GinIndex(F("village"), OpClass(F("name"), name="gin_trgm_ops"), name="identity_name_in_village"),
        ]


class SuspectedDuplicateQuerySet(models.QuerySet["SuspectedDuplicate"]):
    def waiting(self) -> SuspectedDuplicateQuerySet:
        """Not decided, and both still there. The strongest suspicion first."""
        over = Q(first__status__in=OVER) | Q(second__status__in=OVER)
        return self.filter(status=DuplicateStatus.OPEN).exclude(over).order_by("-strength", "pk")

    def visible_to(self, user: User) -> SuspectedDuplicateQuerySet:
        """A ministry's. Neither business learns of the other before a person has looked."""
        return self if user.acts_as(Role.MINISTRY_ADMIN) else self.none()


class SuspectedDuplicate(models.Model):
    """Two enterprises that may be one, and what a person found. `matches`: what equals, by name.

    "Not the same" is remembered with its reason; the pair comes up again only when something else equals, too.
    """

    first = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=DuplicateStatus, default=DuplicateStatus.OPEN)
    matches = models.JSONField(default=list)
    # Of the names, as pg_trgm counts it: 0 to 1.
    likeness = models.FloatField(null=True)
    strength = models.PositiveSmallIntegerField(default=0)
    found_at = models.DateTimeField(default=timezone.now)
    # The owner of the second registration said so, with a NIB that is taken.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claim = models.TextField(blank=True, max_length=1000)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True, max_length=1000)

    objects = SuspectedDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-strength", "pk"]
        indexes = [models.Index(fields=["status", "-strength"], name="duplicate_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(status__in=DuplicateStatus.values), name="duplicate_status"),
            models.CheckConstraint(
                condition=Q(status=DuplicateStatus.OPEN) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="duplicate_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    @property
    def both(self) -> tuple[Enterprise, Enterprise]:
        return self.first, self.second
