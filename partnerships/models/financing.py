from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import DeclineReason, FinancingKind, FinancingStatus
from partnerships.models.invoice import Invoice
from partnerships.models.order import PurchaseOrder
from partnerships.models.partnership import Partnership
from portal.enums import Role
from portal.models import Consent, Document, Enterprise

if TYPE_CHECKING:
    from portal.models import User

S = FinancingStatus
# Somebody still has to act; nothing more can come of the others.
OPEN = (S.SENT, S.TAKEN_UP, S.ASKED, S.OFFERED, S.ACCEPTED)
# The financier's turn: its stated days run.
WITH_FINANCIER = (S.SENT, S.TAKEN_UP)
OFFERED = (S.OFFERED, S.ACCEPTED, S.DISBURSED)
# What counts against the paper it rests on.
GRANTED = (S.ACCEPTED, S.DISBURSED)
MOST_MONTHS = 120


class FinancingRequestQuerySet(models.QuerySet["FinancingRequest"]):
    def visible_to(self, user: User) -> FinancingRequestQuerySet:
        """The enterprise's own; of a financier those that were sent to it. What was shared with one: `SharedValue`."""
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(enterprise__organisation=user.organisation_id)
        if user.acts_as(Role.FINANCE_OFFICER):
            return self.filter(financier=user.organisation_id)
        return self.none()

    def open(self) -> FinancingRequestQuerySet:
        return self.filter(status__in=OPEN)

    def waiting_for(self, user: User) -> FinancingRequestQuerySet:
        """Where this person's side acts next."""
        at_desk = user.acts_as(Role.FINANCE_OFFICER)
        states = [*WITH_FINANCIER, S.ACCEPTED] if at_desk else [S.ASKED, S.OFFERED]
        return self.visible_to(user).filter(status__in=states)


class FinancingRequest(models.Model):
    """An enterprise asks a financier for money on the strength of a contract in force, an order or an invoice. Rupiah.

    `due_on`: by when the side whose turn it is acts; `lapses_on`: after that day the request is over by itself.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="financing_requests")
    financier = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="financing_requests")
    kind = models.CharField(max_length=20, choices=FinancingKind)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="financing_requests")
    order = models.ForeignKey(
        PurchaseOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="financing_requests"
    )
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="financing_requests"
    )
    amount = models.BigIntegerField(_("amount"))
    months = models.PositiveSmallIntegerField(_("term in months"))
    purpose = models.TextField(_("purpose"), max_length=2000)
    status = models.CharField(max_length=12, choices=FinancingStatus, default=FinancingStatus.SENT)
    # What was ticked; replaced when more is shared, ended when the request is over or the enterprise says so.
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    lapses_on = models.DateField(null=True, blank=True)
    # Of which `due_on` was reminded, and told that it has passed.
    reminded_for = models.DateField(null=True, blank=True)
    late_told_for = models.DateField(null=True, blank=True)
    # Who of the financier made its newest step.
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    question = models.TextField(_("what is asked"), blank=True, max_length=2000)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    offered_amount = models.BigIntegerField(_("amount offered"), null=True, blank=True)
    # Per cent a year; or in words where it is no such rate (a profit share, a fee).
    rate = models.DecimalField(_("rate in per cent a year"), max_digits=5, decimal_places=2, null=True, blank=True)
    rate_text = models.CharField(_("rate in words"), max_length=200, blank=True)
    offered_months = models.PositiveSmallIntegerField(_("term offered in months"), null=True, blank=True)
    conditions = models.TextField(_("conditions"), blank=True, max_length=4000)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    disbursed_amount = models.BigIntegerField(_("amount paid out"), null=True, blank=True)
    disbursed_on = models.DateField(_("paid out on"), null=True, blank=True)
    reference = models.CharField(_("reference of the transfer"), max_length=60, blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=4000)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FinancingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(fields=["financier", "status", "due_on"], name="financing_queue"),
            models.Index(fields=["due_on"], name="financing_due", condition=Q(due_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "financier", "partnership", "order", "invoice"],
                condition=Q(status__in=OPEN),
                nulls_distinct=False,
                name="financing_asked_once",
            ),
            models.CheckConstraint(condition=Q(status__in=S.values), name="financing_status"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lt=10**15), name="financing_amount"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=MOST_MONTHS), name="financing_months"),
            models.CheckConstraint(
                condition=Q(kind=FinancingKind.WORKING_CAPITAL, order=None, invoice=None)
                | Q(kind=FinancingKind.PURCHASE_ORDER, order__isnull=False, invoice=None)
                | Q(kind=FinancingKind.INVOICE, order=None, invoice__isnull=False),
                name="financing_rests_on_one",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=OFFERED)
                | (
                    Q(
                        offered_amount__isnull=False,
                        offered_amount__gt=0,
                        offered_amount__lte=F("amount"),
                        offered_months__isnull=False,
                        offered_months__gte=1,
                        offered_months__lte=MOST_MONTHS,
                    )
                    & (Q(rate__isnull=False, rate__gte=0, rate__lte=100) | (Q(rate=None) & ~Q(rate_text="")))
                ),
                name="financing_offer",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=GRANTED) | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="financing_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.DISBURSED)
                | (
                    Q(
                        disbursed_amount__isnull=False,
                        disbursed_amount__gt=0,
                        disbursed_amount__lte=F("offered_amount"),
                        disbursed_on__isnull=False,
                    )
                    & ~Q(reference="")
                ),
                name="financing_disbursed_within_offer",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.DECLINED) | (~Q(decline_reason="") & ~Q(reason="")),
                name="financing_declined_with_reason",
            ),
            models.CheckConstraint(condition=~Q(status=S.ASKED) | ~Q(question=""), name="financing_asks_something"),
            # Whose turn it is knows by when; nothing else has a day.
            models.CheckConstraint(
                condition=Q(
                    status__in=[*WITH_FINANCIER, S.ASKED, S.OFFERED],
                    due_on__isnull=False,
                    lapses_on__isnull=False,
                    lapses_on__gte=F("due_on"),
                )
                | Q(
                    status__in=[S.ACCEPTED, S.DISBURSED, S.DECLINED, S.LAPSED, S.WITHDRAWN], due_on=None, lapses_on=None
                ),
                name="financing_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"FIN-{timezone.localtime(self.sent_at).year}-{self.pk:04d}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class SharedValueQuerySet(models.QuerySet["SharedValue"]):
    def visible_to(self, user: User) -> SharedValueQuerySet:
        """The enterprise sees what it shared; the financier only as long as the consent lasts."""
        own = self.filter(request__in=FinancingRequest.objects.visible_to(user))
        if user.acts_as(Role.FINANCE_OFFICER):
            consents = Consent.objects.in_force().filter(pk=OuterRef("request__consent"))
            return own.filter(Exists(consents.filter(scopes__contains=[OuterRef("field")])))
        return own


class SharedValue(models.Model):
    """One thing that was ticked, as it was when it was sent. What was not ticked is in no row: nothing can show it.

    `field`: a name of `partnerships.selectors.sharing`. `value` null: looked up when it is read (a contract's state).
    """

    request = models.ForeignKey(FinancingRequest, on_delete=models.PROTECT, related_name="shared")
    field = models.CharField(max_length=30)
    value = models.JSONField(null=True, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)

    objects = SharedValueQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["request", "field"], name="shared_once")]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.field}"
