from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import DeliveryStatus
from partnerships.models.order import OrderLine, PurchaseOrder
from partnerships.models.partnership import Partnership
from portal.files import random_name

if TYPE_CHECKING:
    from portal.models import User

# The buyer, or time, has answered.
ANSWERED = (
    DeliveryStatus.ACCEPTED,
    DeliveryStatus.PARTLY_ACCEPTED,
    DeliveryStatus.NOT_ACCEPTED,
    DeliveryStatus.DEEMED_ACCEPTED,
)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        return self.filter(order__in=PurchaseOrder.objects.visible_to(user))


class Delivery(models.Model):
    """A handover, of a part of an order or of the rest: its record (BAST), and what the buyer made of it.

    `answer_by`: the last day for the buyer's answer; the day after, everything within the order counts as accepted.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="deliveries")
    bast_number = models.CharField(_("number of the handover record (BAST)"), max_length=60)
    delivered_on = models.DateField(_("handed over on"))
    note = models.TextField(_("note"), blank=True, max_length=2000)
    status = models.CharField(max_length=16, choices=DeliveryStatus, default=DeliveryStatus.DELIVERED)
    answer_by = models.DateField()
    # The number of the receipt in the buyer's own books.
    receipt_reference = models.CharField(
        _("your own receipt number"), max_length=60, blank=True, default="", db_default=""
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["delivered_on", "pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["answer_by"], name="delivery_awaiting", condition=Q(status=DeliveryStatus.DELIVERED)),
            models.Index(fields=["receipt_reference"], name="delivery_by_receipt", condition=~Q(receipt_reference="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "bast_number"],
                condition=~Q(status=DeliveryStatus.WITHDRAWN),
                name="delivery_bast_once",
            ),
            models.CheckConstraint(condition=Q(status__in=DeliveryStatus.values), name="delivery_status"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[DeliveryStatus.DELIVERED, DeliveryStatus.WITHDRAWN], answered_by=None, answered_at=None
                )
                | Q(status=DeliveryStatus.DEEMED_ACCEPTED, answered_by=None, answered_at__isnull=False)
                | (
                    Q(
                        status__in=[
                            DeliveryStatus.ACCEPTED,
                            DeliveryStatus.PARTLY_ACCEPTED,
                            DeliveryStatus.NOT_ACCEPTED,
                        ]
                    )
                    & Q(answered_by__isnull=False, answered_at__isnull=False)
                ),
                name="delivery_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.bast_number

    @property
    def partnership(self) -> Partnership:
        return self.order.partnership


class DeliveryLine(models.Model):
    """What was handed over of one line. Answered: accepted + not accepted + what was over = quantity.

    What was over the order is recorded and stays the enterprise's: it is neither accepted nor rejected.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="deliveries")
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=2)
    accepted = models.DecimalField(_("accepted"), max_digits=16, decimal_places=2, null=True, blank=True)
    rejected = models.DecimalField(_("not accepted"), max_digits=16, decimal_places=2, null=True, blank=True)
    # accepted × price, rounded half up: what can be invoiced of it.
    amount = models.BigIntegerField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)

    class Meta:
        ordering = ["order_line__line__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "order_line"], name="delivery_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="delivery_line_quantity"),
            models.CheckConstraint(
                condition=Q(accepted=None, rejected=None, amount=None)
                | Q(
                    accepted__gte=0,
                    rejected__gte=0,
                    amount__gte=0,
                    accepted__lte=F("quantity") - F("rejected"),
                ),
                name="receipt_within_delivery",
            ),
            models.CheckConstraint(
                condition=Q(rejected=None) | Q(rejected=0) | ~Q(reason=""), name="rejected_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line.line.item}: {self.quantity}"

    @property
    def over(self) -> Decimal:
        """Handed over beyond the order. Known once the delivery was answered."""
        if self.accepted is None or self.rejected is None:
            return Decimal(0)
        return self.quantity - self.accepted - self.rejected


class DeliveryPaperQuerySet(models.QuerySet["DeliveryPaper"]):
    def visible_to(self, user: User) -> DeliveryPaperQuerySet:
        return self.filter(delivery__in=Delivery.objects.visible_to(user))


class DeliveryPaper(models.Model):
    """The signed handover record, a delivery note, a photo: of either side. Photos are re-encoded, as everywhere."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="papers")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.FileField(_("file"), upload_to=random_name)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = DeliveryPaperQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["delivery", "sha256"], name="delivery_paper_once")]

    def __str__(self) -> str:
        return self.file_name
