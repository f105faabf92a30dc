from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from portal.document_kinds import KINDS, KindOfDocument
from portal.enums import CheckedHow, DocumentKind, DocumentState
from portal.files import random_name
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def valid_on(self, day: dt.date) -> DocumentQuerySet:
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gte=day))

    def counting_on(self, day: dt.date) -> DocumentQuerySet:
        """Valid that day, and not refused by whoever checked it."""
        return self.valid_on(day).filter(refused_at=None)

    def renewals(self) -> DocumentQuerySet:
        """Not refused, and in the place of a verified one (`renews`, its key; `renewed_until`), over those between that were
        refused or never checked."""
        renewed = Document.objects.filter(pk=OuterRef("renews"))
        return (
            self.filter(refused_at=None, replaces__isnull=False)
            .annotate(renews=Func(F("replaces"), function="document_renewed", output_field=models.BigIntegerField()))
            .filter(renews__isnull=False)
            .annotate(renewed_until=Subquery(renewed.values("valid_until")))
        )

    def unchecked(self) -> DocumentQuerySet:
        """Nobody has verified or refused it, and no newer one has taken its place."""
        return self.filter(verified_at=None, refused_at=None, replaced_by=None)

    def renewals_to_check(self, day: dt.date) -> DocumentQuerySet:
        """Not over by then: until somebody checks them, nothing of the kind is verified once the renewed one has ended."""
        return self.renewals().unchecked().filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def best_first(self) -> DocumentQuerySet:
        """Of those that count: what somebody verified before what is only declared, then the one that is valid longest."""
        return self.order_by(IsNull(F("verified_at"), True), F("valid_until").desc(nulls_first=True), "pk")

    def visible_to(self, user: User) -> DocumentQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Document(models.Model):
    """A paper or certificate of an enterprise, or of one of its products. Self-declared until somebody verified it."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="documents")
    product = models.ForeignKey(
        "portal.Product", null=True, blank=True, on_delete=models.CASCADE, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    number = models.CharField(_("number"), max_length=100, blank=True)
    issuer = models.CharField(_("issuer"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=random_name, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_how = models.CharField(max_length=12, choices=CheckedHow, blank=True)
    # For whom the checker acted: a ministry or a PLUT centre.
    verified_for = models.ForeignKey(
        "portal.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_reason = models.TextField(blank=True, max_length=1000)
    # The one it takes the place of: renewed, or put right. That one stays as it was.
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-valid_until"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="document_dates"
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="document_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None) | ~Q(verified_how=""), name="document_verified_somehow"
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refused_by=None, refused_reason="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False, verified_at=None) & ~Q(refused_reason="")),
                name="document_refused_with_reason",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("pk")), name="document_not_its_own_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @property
    def spec(self) -> KindOfDocument:
        return KINDS[self.kind]

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def state_on(self, day: dt.date) -> DocumentState:
        """What it is worth: an expired one counts no more, and one of a later day not yet, whoever verified it."""
        if self.refused_at is not None:
            return DocumentState.REFUSED
        if self.valid_until is not None and self.valid_until < day:
            return DocumentState.EXPIRED
        if self.valid_from is not None and self.valid_from > day:
            return DocumentState.UPCOMING
        return DocumentState.VERIFIED if self.is_verified else DocumentState.DECLARED


class DocumentReminder(models.Model):
    """Its owner was told: `days` before it expires, 0 once it has. One row, one notice."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-days"]
        constraints = [models.UniqueConstraint(fields=["document", "days"], name="document_reminded_once")]
