from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.enums import OrderStatus
from partnerships.models.partnership import Line, Partnership, Share
from portal.enums import Role

if TYPE_CHECKING:
    from portal.models import User

# What counts against the contracted quantities.
COUNTED = tuple(state for state in OrderStatus if state not in (OrderStatus.REFUSED, OrderStatus.WITHDRAWN))
UNDER_WAY = (OrderStatus.PLACED, OrderStatus.CONFIRMED)


class PurchaseOrderQuerySet(models.QuerySet["PurchaseOrder"]):
    def visible_to(self, user: User) -> PurchaseOrderQuerySet:
        """The buyer's own, those to one's own enterprise, and for an authority those under what it signs off."""
        found = self.filter(partnership__in=Partnership.objects.visible_to(user))
        if user.acts_as(Role.OWNER, Role.STAFF):
            # What a buyer orders from the others of a consortium is theirs.
            return found.filter(share__enterprise__organisation=user.organisation_id)
        return found

    def under_way(self) -> PurchaseOrderQuerySet:
        return self.filter(status__in=UNDER_WAY)


class PurchaseOrder(models.Model):
    """What the buyer orders of one enterprise's lines, under a contract in force. Never more than was contracted.

    `reference`: the buyer's own number of it. `rest_asked_by`: the side that asks to end what is not yet delivered; the
    other one agrees or not.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="orders")
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="orders")
    sequence = models.PositiveSmallIntegerField()
    reference = models.CharField(_("your own order number"), max_length=60, blank=True)
    status = models.CharField(max_length=12, choices=OrderStatus, default=OrderStatus.PLACED)
    # Uang muka in rupiah that both sides agree on; capped by the contract's clause, settled by later invoices.
    advance = models.BigIntegerField(_("advance"), default=0)
    deliver_by = models.DateField(_("deliver by"))
    deliver_to = models.CharField(_("place of delivery"), max_length=300)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, max_length=4000)
    rest_asked_by = models.ForeignKey(
        "portal.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rest_asked_at = models.DateTimeField(null=True, blank=True)
    rest_reason = models.TextField(blank=True, max_length=4000)

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [
            models.Index(fields=["partnership", "status"], name="order_by_partnership"),
            models.Index(fields=["reference"], name="order_by_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "sequence"], name="order_number_once"),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="order_status"),
            models.CheckConstraint(condition=Q(advance__gte=0), name="order_advance"),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.PLACED, answered_at=None)
                | Q(status=OrderStatus.WITHDRAWN)
                | (Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="order_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[OrderStatus.REFUSED, OrderStatus.WITHDRAWN]) | ~Q(reason=""),
                name="order_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(rest_asked_by=None, rest_asked_at=None)
                | (Q(rest_asked_by__isnull=False, rest_asked_at__isnull=False) & ~Q(rest_reason="")),
                name="order_rest_asked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.partnership.number}/PO-{self.sequence:02d}"


class OrderLine(models.Model):
    """So much of a line of the contract. `given_up`: what both sides agreed will not come any more.

    amount = quantity × price, rounded half up to the rupiah; the price is the contract's.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="ordered")
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=2)
    price = models.BigIntegerField(_("price per unit"))
    amount = models.BigIntegerField(_("amount"))
    given_up = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        ordering = ["line__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity"),
            models.CheckConstraint(
                condition=Q(given_up__gte=0, given_up__lte=F("quantity")), name="order_line_given_up"
            ),
            models.CheckConstraint(
                condition=Q(amount=Func(F("quantity") * F("price"), function="ROUND", output_field=BigIntegerField())),
                name="order_line_amount_rounded_half_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line.item}: {self.quantity}"

    @property
    def net_amount(self) -> int:
        """Rupiah without what was given up; rounded half up, as the whole was."""
        if not self.given_up:
            return self.amount
        left = (self.quantity - self.given_up) * self.price
        return int(left.quantize(Decimal(1), rounding=ROUND_HALF_UP))
