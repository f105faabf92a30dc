from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import KitStatus, Role
from portal.models.encrypted import EncryptedField
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User

OPEN = (KitStatus.HANDED_OUT, KitStatus.BROUGHT_BACK)


class VisitKitQuerySet(models.QuerySet["VisitKit"]):
    def open(self) -> VisitKitQuerySet:
        return self.filter(status__in=OPEN)

    def visible_to(self, user: User) -> VisitKitQuerySet:
        """Of the enterprises one looks after now, whoever took the kit along; the centre's, for its manager."""
        if user.acts_as(Role.COMPANION, Role.PLUT_MANAGER):
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.none()

    def originals(self) -> VisitKitQuerySet:
        """As they were handed out, without second copies of them."""
        return self.filter(copy_of=None)

    def family_of(self, kit: VisitKit) -> VisitKitQuerySet:
        """The kit that was handed out and its copies, in the order in which they came."""
        original = kit.copy_of_id or kit.pk
        return self.filter(Q(pk=original) | Q(copy_of=original)).order_by("pk")

    def taken_by(self, user: User) -> VisitKitQuerySet:
        """Also of enterprises that somebody else looks after by now: to be told so, and to be called back."""
        return self.filter(handed_to=user.pk, plut=user.organisation_id)


class VisitKit(models.Model):
    """What a companion takes along to a visit without signal: a workbook and a paper form, filled with what is known.

    `known` is what it was filled from and never changes: later both sides are compared with it. `answers` are the cells as
    they came back, with a NIK or NPWP perhaps among them; they stay, so that nothing typed at a visit is lost.
    """

    number = models.CharField(_("kit number"), max_length=20, unique=True)
    # The same workbook, filled in a second time: what it holds waits beside what the first one holds.
    copy_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="copies")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="kits")
    plut = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    handed_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # In force when it was handed out, if there was one: at a first visit it may still have to be signed.
    consent = models.ForeignKey("portal.Consent", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    status = models.CharField(max_length=20, choices=KitStatus, default=KitStatus.HANDED_OUT)
    handed_out_at = models.DateTimeField(default=timezone.now)
    until = models.DateField(_("bring it back by"))
    known = models.JSONField()
    # The keys of what was asked: a question that came later is not missing.
    asked = models.JSONField(default=list)
    # A digest of `known`: the version of the dossier on paper and in the workbook.
    state = models.CharField(max_length=32)
    answers = EncryptedField(default="", blank=True)
    answers_digest = models.CharField(max_length=64, blank=True)
    # Of the answers as the file held them: it is known again after cells were corrected on the page.
    file_digest = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    brought_at = models.DateTimeField(null=True, blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Paths of the answers: taken, left as they were, and left out because they could not be read.
    outcome = models.JSONField(default=dict, blank=True)
    # Of the visit noted in it, so that it is noted once.
    visit_key = models.UUIDField(default=uuid.uuid4, unique=True)

    objects = VisitKitQuerySet.as_manager()

    class Meta:
        ordering = ["-handed_out_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "handed_to"], condition=Q(status__in=OPEN, copy_of=None), name="kit_one_open"
            ),
            models.CheckConstraint(condition=Q(status__in=KitStatus.values), name="kit_status"),
            models.CheckConstraint(
                condition=Q(status=KitStatus.MERGED, merged_at__isnull=False, merged_by__isnull=False)
                | (~Q(status=KitStatus.MERGED) & Q(merged_at=None, merged_by=None)),
                name="kit_merged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(brought_at=None, brought_by=None, answers_digest="")
                | (Q(brought_at__isnull=False, brought_by__isnull=False) & ~Q(answers_digest="")),
                name="kit_brought_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[KitStatus.BROUGHT_BACK, KitStatus.MERGED]) | Q(brought_at__isnull=False),
                name="kit_brought_before_merged",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_late(self) -> bool:
        return self.status == KitStatus.HANDED_OUT and self.until < timezone.localdate()
