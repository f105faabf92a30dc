from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import IncidentKind, IncidentStatus, Party, Stance
from partnerships.models.delivery import Delivery
from partnerships.models.invoice import Invoice, Payment
from partnerships.models.order import PurchaseOrder
from partnerships.models.partnership import Partnership, Share
from portal.enums import Role
from portal.files import random_name

if TYPE_CHECKING:
    from portal.models import Organisation, User

S = IncidentStatus
RUNNING = (S.CONFIDENTIAL, S.OPEN, S.ANSWERED, S.ESCALATED)
AT_THE_AUTHORITY = (S.CONFIDENTIAL, S.ESCALATED)
FOUND = (S.UPHELD, S.NOT_UPHELD, S.CLOSED)
SUBJECTS = ("order", "delivery", "invoice", "payment")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> IncidentQuerySet:
        """Of the enterprise: its own. Of the buyer: all but what still is in confidence. Of the authority: what has come to it."""
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(share__enterprise__organisation=user.organisation_id)
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(partnership__buyer=user.organisation_id, released_at__isnull=False)
        if user.acts_as(Role.MINISTRY_ADMIN):
            return self.filter(authority=user.organisation_id, came_at__isnull=False)
        return self.none()

    def running(self) -> IncidentQuerySet:
        return self.filter(status__in=RUNNING)

    def proven(self) -> IncidentQuerySet:
        """The authority found it true, or who was blamed took responsibility and the other side agreed."""
        return self.filter(Q(status=S.UPHELD) | Q(status=S.SETTLED, stance=Stance.CONCEDES))

    def for_page(self) -> IncidentQuerySet:
        return self.select_related(
            "partnership__buyer",
            "share__enterprise__organisation",
            "share__party",
            "authority",
            "order__partnership",
            "delivery__order__partnership",
            "invoice__order__partnership",
            "payment__invoice__order__partnership",
            "opened_by",
        )


class Incident(models.Model):
    """A problem that one side of a partnership reports: of the contract, or of one order, delivery, invoice or payment of it.

    `share`: the enterprise that reports it, or that it is reported of. `released_at`: since when the buyer reads it, empty
    while it is in confidence. `answer_by`: the last day in time of whoever is awaited, the other side or, once it has
    answered, the side that opened it. `came_at`: since when it lies with the authority.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="incidents")
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="incidents")
    order = models.ForeignKey(PurchaseOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    invoice = models.ForeignKey(Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    side = models.CharField(max_length=12, choices=Party)
    kind = models.CharField(_("kind"), max_length=24, choices=IncidentKind)
    what = models.TextField(_("what happened"), max_length=4000)
    wanted = models.TextField(_("what you ask for"), max_length=2000)
    status = models.CharField(max_length=14, choices=IncidentStatus, default=IncidentStatus.OPEN)
    in_confidence = models.BooleanField(default=False)
    authority = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="incidents")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    # When whoever is awaited was reminded of `answer_by`.
    reminded_at = models.DateTimeField(null=True, blank=True)
    stance = models.CharField(max_length=10, choices=Stance, blank=True)
    answer = models.TextField(_("answer"), blank=True, max_length=4000)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    came_at = models.DateTimeField(null=True, blank=True)
    # Why the opener isn't satisfied, or why it is taken back.
    reason = models.TextField(blank=True, max_length=4000)
    finding = models.TextField(_("finding"), blank=True, max_length=4000)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["authority", "status", "came_at"], name="incident_at_authority"),
            models.Index(fields=["answer_by"], name="incident_due", condition=Q(status__in=[S.OPEN, S.ANSWERED])),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=IncidentStatus.values), name="incident_status"),
            models.CheckConstraint(condition=Q(kind__in=IncidentKind.values), name="incident_kind"),
            models.CheckConstraint(condition=~Q(what="") & ~Q(wanted=""), name="incident_says_what"),
            models.CheckConstraint(
                condition=Q(order=None, delivery=None, invoice=None)
                | Q(order=None, delivery=None, payment=None)
                | Q(order=None, invoice=None, payment=None)
                | Q(delivery=None, invoice=None, payment=None),
                name="incident_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(side=Party.ENTERPRISE) | Q(side=Party.BUYER, in_confidence=False), name="incident_side"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=False, answer_by__isnull=False)
                | Q(released_at=None, answer_by=None, in_confidence=True, came_at__isnull=False)
                & Q(status__in=[S.CONFIDENTIAL, S.WITHDRAWN, S.CLOSED]),
                name="incident_in_confidence",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.CONFIDENTIAL) | Q(released_at=None), name="incident_confidential_unreleased"
            ),
            models.CheckConstraint(
                condition=Q(stance="", answer="", answered_by=None, answered_at=None)
                | Q(stance__in=Stance.values, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer="")
                & Q(released_at__isnull=False),
                name="incident_answer_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[S.ANSWERED, S.SETTLED]) | ~Q(stance=""), name="incident_settled_on_an_answer"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[S.ESCALATED, S.UPHELD, S.NOT_UPHELD]) | Q(came_at__isnull=False),
                name="incident_came_to_authority",
            ),
            models.CheckConstraint(
                condition=Q(status__in=FOUND, found_by__isnull=False) & ~Q(finding="")
                | ~Q(status__in=FOUND) & Q(found_by=None, finding=""),
                name="incident_found_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, ended_at=None) | ~Q(status__in=RUNNING) & Q(ended_at__isnull=False),
                name="incident_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Counted over the whole portal: a gap tells no buyer that one of its suppliers reported something in confidence."""
        return f"LAP-{timezone.localtime(self.opened_at).year}-{self.pk:04d}"

    @property
    def opener(self) -> Organisation:
        return self.partnership.buyer if self.side == Party.BUYER else self.share.enterprise.organisation

    @property
    def other_side(self) -> Organisation:
        return self.share.enterprise.organisation if self.side == Party.BUYER else self.partnership.buyer

    @property
    def subject(self) -> PurchaseOrder | Delivery | Invoice | Payment | Partnership:
        return self.payment or self.invoice or self.delivery or self.order or self.partnership


class IncidentPaperQuerySet(models.QuerySet["IncidentPaper"]):
    def visible_to(self, user: User) -> IncidentPaperQuerySet:
        return self.filter(incident__in=Incident.objects.visible_to(user))


class IncidentPaper(models.Model):
    """What a side shows for what it says. Photos are re-encoded, as everywhere."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="papers")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.FileField(_("file"), upload_to=random_name)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = IncidentPaperQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "sha256"], name="incident_paper_once")]

    def __str__(self) -> str:
        return self.file_name
