"""The buyer's answer to a delivery, line by line; and what counts as accepted when none comes in the agreed time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import DeliveryStatus
from partnerships.flow import DELIVERY
from partnerships.models import Delivery, DeliveryLine, PurchaseOrder
from partnerships.selectors.orders import acceptable, accepted_field, reason_field
from partnerships.services import telling
from partnerships.services.amounts import amount_of
from partnerships.services.ordering import locked_order
from partnerships.services.settling import settle_if_done
from partnerships.services.track_record import measure_track_record
from partnerships.services.walls import walls
from portal.flow import MoveNotAllowed, permit, status_label
from portal.jobs import enqueue
from portal.models import User
from portal.presentation.numbers import angka

DEEM_JOB = "partnerships.deem_accepted"


@dataclass(frozen=True)
class Receipt:
    """Of one line: how much is taken, and why the rest is not."""

    accepted: Decimal
    reason: str = ""


@transaction.atomic
def answer_delivery(
    delivery: Delivery, receipts: Mapping[DeliveryLine, Receipt], *, by: User, reference: str = ""
) -> None:
    """Accept each line in whole, in part or not at all. Raises ValidationError by field: `accepted_7`, `reason_7`.

    What was delivered beyond the order can't be accepted and needs no reason: it is over.
    """
    order = locked_order(delivery.order)
    permit(by, "partnerships.buy", delivery)
    current = _open(delivery, "accept")
    lines = list(current.lines.select_related("order_line__line").order_by("order_line"))
    limits = {line: acceptable(line) for line in lines}
    check_receipts(limits, receipts)
    check_receipt_number(order, reference.strip())
    with walls("accept", current):
        for line in lines:
            receipt = receipts[line]
            line.accepted = receipt.accepted
            line.rejected = limits[line] - receipt.accepted
            line.reason = receipt.reason.strip() if line.rejected else ""
            _write(line)
        move = _move(lines)
        said = {str(line.pk): line.reason for line in lines if line.reason}
        DELIVERY.make(
            move,
            delivery,
            by=by,
            payload={"lines": _told(lines)},
            personal=said or None,
            receipt_reference=reference.strip(),
            answered_at=timezone.now(),
            answered_by=by,
        )
    telling.tell_supplier(order, f"delivery.{move}", path_of=delivery, bast=delivery.bast_number)
    measure_track_record(order.share.enterprise)
    settle_if_done(order)


def check_receipts(limits: Mapping[DeliveryLine, Decimal], receipts: Mapping[DeliveryLine, Receipt]) -> None:
    against: dict[str, list[str]] = {}
    for line, limit in limits.items():
        receipt = receipts.get(line)
        unit = line.order_line.line.get_unit_display()
        if receipt is None:
            against[accepted_field(line)] = [_("Say how much of this line you accept; 0 if nothing.")]
        elif receipt.accepted < 0:
            against[accepted_field(line)] = [_("The number cannot be negative")]
        elif receipt.accepted > line.quantity:
            against[accepted_field(line)] = [
                _("Only %(quantity)s %(unit)s were delivered.") % {"quantity": angka(line.quantity), "unit": unit}
            ]
        elif receipt.accepted > limit:
            against[accepted_field(line)] = [
                _("Only %(limit)s %(unit)s are open in the order; what is over stays the enterprise’s.")
                % {"limit": angka(limit), "unit": unit}
            ]
        elif receipt.accepted < limit and not receipt.reason.strip():
            against[reason_field(line)] = [_("Say why the rest is not accepted: the enterprise acts on it.")]
    if set(receipts) - set(limits):
        against["__all__"] = [_("A line is not of this delivery.")]
    if against:
        raise ValidationError(against)


def check_receipt_number(order: PurchaseOrder, reference: str) -> None:
    """One number, one receipt, in all that a buyer receives."""
    same = Delivery.objects.filter(
        order__partnership__buyer=order.partnership.buyer_id, receipt_reference=reference
    ).select_related("order__partnership")
    if reference and (other := same.first()):
        said = _("Your organisation used this number for %(number)s already.")
        raise ValidationError({"receipt_reference": said % {"number": f"{other.order.number} / {other.bast_number}"}})


def queue_due() -> None:
    """A job for each delivery whose time to be answered is over. Safe to run twice."""
    due = Delivery.objects.filter(status=DeliveryStatus.DELIVERED, answer_by__lt=timezone.localdate())
    for pk in due.order_by("pk").values_list("pk", flat=True):
        enqueue(DEEM_JOB, str(pk), payload={"delivery": pk})


@transaction.atomic
def deem_accepted(delivery: Delivery) -> bool:
    """The buyer said nothing: everything within the order counts as accepted, and both sides are told."""
    order: PurchaseOrder = locked_order(delivery.order)
    current = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if current.status != DeliveryStatus.DELIVERED or current.answer_by >= timezone.localdate():
        return False
    lines = list(current.lines.select_related("order_line__line").order_by("order_line"))
    for line in lines:
        line.accepted, line.rejected = acceptable(line), Decimal(0)
        _write(line)
    DELIVERY.make(
        "deem",
        delivery,
        by=None,
        payload={"lines": _told(lines), "answer_by": current.answer_by.isoformat()},
        answered_at=timezone.now(),
    )
    for tell in (telling.tell_supplier, telling.tell_buyer):
        tell(
            order,
            "delivery.deemed",
            path_of=delivery,
            bast=delivery.bast_number,
            days=order.partnership.acceptance_days,
        )
    measure_track_record(order.share.enterprise)
    settle_if_done(order)
    return True


def _open(delivery: Delivery, move: str) -> Delivery:
    current = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if current.status != DeliveryStatus.DELIVERED:
        raise MoveNotAllowed(
            _("This was already changed: it is now “%(status)s”.") % {"status": status_label(current)},
            move=move,
            status=current.status,
        )
    return current


def _write(line: DeliveryLine) -> None:
    line.amount = amount_of(line.accepted or Decimal(0), line.order_line.price)
    line.save(update_fields=["accepted", "rejected", "amount", "reason"])


def _move(lines: list[DeliveryLine]) -> str:
    if not any(line.accepted for line in lines):
        return "not_accept"
    return "accept_part" if any(line.rejected for line in lines) else "accept"


def _told(lines: list[DeliveryLine]) -> dict[str, list[str]]:
    return {str(line.order_line_id): [str(line.quantity), str(line.accepted), str(line.rejected)] for line in lines}
