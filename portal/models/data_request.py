from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import DataRequestKind, DataRequestStatus, Role
from portal.files import random_name
from portal.models.encrypted import EncryptedField
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def open(self) -> DataRequestQuerySet:
        return self.filter(status=DataRequestStatus.RECEIVED)

    def visible_to(self, user: User) -> DataRequestQuerySet:
        """One's own alone."""
        return self.filter(person=user.pk)

    def managed_by(self, user: User) -> DataRequestQuerySet:
        """Who answers them, and who sees to it that the terms are kept."""
        return self if user.acts_as(Role.MINISTRY_ADMIN, Role.OPERATOR) else self.none()


class DataRequest(models.Model):
    """What somebody asked for about their own data: a copy, a correction, erasure. `due_on`: the term the law sets.

    `enterprise`: also about the business they own. What was kept of an erasure stands in `kept`, with its grounds.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_requests")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests"
    )
    kind = models.CharField(max_length=10, choices=DataRequestKind)
    status = models.CharField(max_length=10, choices=DataRequestStatus, default=DataRequestStatus.RECEIVED)
    received_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    # Of a correction. Encrypted, because an identity number may stand in them.
    about = models.CharField(_("what is wrong"), max_length=30, blank=True)
    wanted = EncryptedField(_("what is right"), blank=True, default="")
    explanation = EncryptedField(_("explanation"), blank=True, default="")
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Of a copy: fetched by its person alone, until it ends.
    file = models.FileField(upload_to=random_name, blank=True)
    file_size = models.PositiveBigIntegerField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    kept = models.JSONField(default=list, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["status", "due_on"], name="data_request_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DataRequestStatus.values), name="data_request_status"),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(status=DataRequestStatus.RECEIVED)
                & Q(kind__in=[DataRequestKind.EXPORT, DataRequestKind.ERASE]),
                name="data_request_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(status=DataRequestStatus.DECLINED) | ~Q(answer=""), name="data_request_declined_says_why"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("person")), name="data_request_answered_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(status=DataRequestStatus.READY) | (~Q(file="") & Q(ends_at__isnull=False)),
                name="data_request_ready_has_file",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"PD-{timezone.localtime(self.received_at).year}-{self.pk:05d}"

    @property
    def is_open(self) -> bool:
        return self.status == DataRequestStatus.RECEIVED

    @property
    def can_be_fetched(self) -> bool:
        return self.status == DataRequestStatus.READY and self.ends_at is not None and self.ends_at > timezone.now()
