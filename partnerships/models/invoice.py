from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import InvoiceKind, InvoiceLineKind, InvoiceStatus, PaymentStatus
from partnerships.models.delivery import DeliveryLine
from partnerships.models.order import PurchaseOrder
from partnerships.models.partnership import Partnership
from portal.files import random_name

if TYPE_CHECKING:
    from portal.models import User

# What counts: neither returned nor taken back.
LIVE = (InvoiceStatus.SENT, InvoiceStatus.PAID)
TAXES = (InvoiceLineKind.PPN, InvoiceLineKind.PPN_COLLECTED, InvoiceLineKind.PPH)
ADDED = (InvoiceLineKind.GOODS, InvoiceLineKind.ADVANCE, InvoiceLineKind.PPN)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: User) -> InvoiceQuerySet:
        return self.filter(order__in=PurchaseOrder.objects.visible_to(user))

    def live(self) -> InvoiceQuerySet:
        return self.filter(status__in=LIVE)


class Invoice(models.Model):
    """What the enterprise asks to be paid: for accepted deliveries, or the advance that the order agrees on. Rupiah.

    `before_tax`: goods and advance less what of an advance is settled; `total`: with taxes and penalties, what is to be paid.
    `due_on`: the last day in time. `reference`: the enterprise's own number.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="invoices")
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=InvoiceKind)
    reference = models.CharField(_("number of your invoice"), max_length=60)
    tax_invoice = models.CharField(_("number of the tax invoice (faktur pajak)"), max_length=30, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    status = models.CharField(max_length=10, choices=InvoiceStatus, default=InvoiceStatus.SENT)
    before_tax = models.BigIntegerField()
    total = models.BigIntegerField()
    due_on = models.DateField()
    file = models.FileField(_("file"), upload_to=random_name, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, max_length=4000)
    # When both sides were told that its day has passed.
    late_told_at = models.DateTimeField(null=True, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        indexes = [models.Index(fields=["due_on"], name="invoice_due", condition=Q(status=InvoiceStatus.SENT))]
        constraints = [
            models.UniqueConstraint(fields=["order", "sequence"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["order", "reference"], condition=Q(status__in=LIVE), name="invoice_reference_once"
            ),
            models.CheckConstraint(condition=Q(status__in=InvoiceStatus.values), name="invoice_status"),
            models.CheckConstraint(condition=Q(before_tax__gte=0, total__gte=0), name="invoice_amounts"),
            models.CheckConstraint(
                condition=~Q(status=InvoiceStatus.RETURNED)
                | (Q(returned_by__isnull=False, returned_at__isnull=False) & ~Q(reason="")),
                name="invoice_returned_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.order.number}/INV-{self.sequence:02d}"

    @property
    def partnership(self) -> Partnership:
        return self.order.partnership


class InvoiceLine(models.Model):
    """One amount of an invoice: what is deducted is below zero. Taxes name their rate and what they are of.

    A line of goods is one line of a delivery, all that was accepted of it: so nothing is invoiced twice, or in advance.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=InvoiceLineKind)
    delivery_line = models.ForeignKey(
        DeliveryLine, null=True, blank=True, on_delete=models.PROTECT, related_name="invoiced"
    )
    rate = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    base = models.BigIntegerField(null=True, blank=True)
    amount = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_position_once"),
            models.UniqueConstraint(fields=["invoice", "delivery_line"], name="invoice_delivery_line_once"),
            models.UniqueConstraint(
                fields=["invoice", "kind"],
                condition=~Q(kind=InvoiceLineKind.GOODS),
                name="invoice_kind_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=InvoiceLineKind.GOODS, delivery_line__isnull=False)
                | (~Q(kind=InvoiceLineKind.GOODS) & Q(delivery_line=None)),
                name="invoice_goods_of_a_delivery",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ADDED, amount__gte=0) | (~Q(kind__in=ADDED) & Q(amount__lte=0)),
                name="invoice_line_sign",
            ),
            # numeric ROUND goes half away from zero: half up for what is added and what is deducted.
            models.CheckConstraint(
                condition=(~Q(kind__in=TAXES) & Q(rate=None, base=None))
                | Q(
                    kind=InvoiceLineKind.PPN,
                    amount=Func(F("base") * F("rate") / 100, function="ROUND", output_field=BigIntegerField()),
                )
                | Q(
                    kind__in=[InvoiceLineKind.PPN_COLLECTED, InvoiceLineKind.PPH],
                    amount=Func(F("base") * F("rate") / -100, function="ROUND", output_field=BigIntegerField()),
                ),
                name="invoice_tax_of_its_base",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        return self.filter(invoice__in=Invoice.objects.visible_to(user))


class Payment(models.Model):
    """What the buyer says it paid of an invoice; the enterprise confirms that it came, or disputes it. Rupiah."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    amount = models.BigIntegerField(_("amount"))
    paid_on = models.DateField(_("paid on"))
    reference = models.CharField(_("reference of the transfer"), max_length=60)
    status = models.CharField(max_length=10, choices=PaymentStatus, default=PaymentStatus.RECORDED)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, max_length=4000)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["paid_on", "pk"]
        indexes = [models.Index(fields=["reference"], name="payment_by_reference")]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "reference"],
                condition=~Q(status=PaymentStatus.WITHDRAWN),
                name="payment_reference_once",
            ),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=~Q(status__in=[PaymentStatus.CONFIRMED, PaymentStatus.DISPUTED])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="payment_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[PaymentStatus.DISPUTED, PaymentStatus.WITHDRAWN]) | ~Q(reason=""),
                name="payment_disputed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def order(self) -> PurchaseOrder:
        return self.invoice.order

    @property
    def partnership(self) -> Partnership:
        return self.invoice.order.partnership
