"""Purchase orders: placed against lines of a contract in force, confirmed or refused by the enterprise, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import OrderStatus, PartnershipStatus
from partnerships.flow import ORDER
from partnerships.models import Line, OrderLine, Partnership, PurchaseOrder, Share
from partnerships.models.order import COUNTED
from partnerships.selectors.invoices import ADVANCE_PERCENT, may_have_advance
from partnerships.selectors.orders import free_to_order, quantity_field
from partnerships.services import telling
from partnerships.services.amounts import amount_of
from partnerships.services.settling import settle_if_done
from partnerships.services.walls import locked, walls
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.models import User
from portal.notifications import day
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka


@transaction.atomic
def place_order(
    partnership: Partnership,
    share: Share,
    quantities: Mapping[Line, Decimal],
    *,
    by: User,
    deliver_by: dt.date,
    deliver_to: str,
    reference: str = "",
    note: str = "",
    advance: int = 0,
) -> PurchaseOrder:
    """Ask one enterprise for so much of its lines. Raises ValidationError by field: `line_7` is the line with key 7."""
    current = locked(partnership)
    permit(by, "partnerships.place_order", current)
    check_in_force(current)
    wanted = {line: quantity for line, quantity in quantities.items() if quantity}
    check_order(current, share, wanted, deliver_by, advance)
    check_own_number(current, reference.strip())
    with walls("place", current):
        last = current.orders.aggregate(last=Max("sequence"))["last"] or 0
        order = PurchaseOrder.objects.create(
            partnership=current,
            share=share,
            sequence=last + 1,
            reference=reference.strip(),
            deliver_by=deliver_by,
            deliver_to=deliver_to.strip(),
            note=note.strip(),
            advance=advance,
            placed_by=by,
        )
        # By key: two orders in the same moment wait for one another in the same order.
        for line in sorted(wanted, key=lambda each: each.pk):
            OrderLine.objects.create(
                order=order,
                line=line,
                quantity=wanted[line],
                price=line.price,
                amount=amount_of(wanted[line], line.price),
            )
    payload = {
        "lines": {line.pk: str(quantity) for line, quantity in wanted.items()},
        "enterprise": share.enterprise_id,
        "deliver_by": deliver_by.isoformat(),
        "advance": advance,
    }
    audit.record(order, "place", by=by, payload=payload)
    # Whoever had said that nothing is open any more is asked again.
    current.completion_consents.all().delete()
    telling.tell_supplier(order, "order.placed", due=day(deliver_by))
    return order


def check_in_force(partnership: Partnership) -> None:
    if partnership.status != PartnershipStatus.ACTIVE:
        raise MoveNotAllowed(
            _("Orders are placed under a partnership in force."),
            move="place",
            status=partnership.status,
            field="partnership",
        )
    if partnership.ends_on < timezone.localdate():
        raise MoveNotAllowed(
            _("The term ended on %(day)s. Orders need a new contract.") % {"day": tanggal(partnership.ends_on)},
            move="place",
            status=partnership.status,
            code="term_over",
            field="partnership",
        )


def check_order(
    partnership: Partnership,
    share: Share,
    wanted: Mapping[Line, Decimal],
    deliver_by: dt.date | None,
    advance: int = 0,
) -> None:
    """What stands against it, by field."""
    against: dict[str, list[str]] = {}
    if share.partnership_id != partnership.pk:
        against["share"] = [_("Choose an enterprise of this contract.")]
    if not wanted:
        against["__all__"] = [_("Enter the quantity of at least one line.")]
    free = free_to_order(partnership)
    for line, quantity in wanted.items():
        left = free.get(line.pk, Decimal(0))
        if line.partnership_id != partnership.pk or line.enterprise_id != share.enterprise_id:
            against[quantity_field(line)] = [_("This line is another enterprise’s.")]
        elif quantity < 0:
            against[quantity_field(line)] = [_("The number cannot be negative")]
        elif quantity > left:
            against[quantity_field(line)] = [
                _("%(left)s %(unit)s of this line can still be ordered.")
                % {"left": angka(left), "unit": line.get_unit_display()}
            ]
    if deliver_by is not None:
        first = max(timezone.localdate(), partnership.starts_on)
        if not first <= deliver_by <= partnership.ends_on:
            against["deliver_by"] = [
                _("Choose a day from %(first)s to %(last)s, within the term.")
                % {"first": tanggal(first), "last": tanggal(partnership.ends_on)}
            ]
    value = sum(amount_of(quantity, line.price) for line, quantity in wanted.items())
    if advance and not may_have_advance(partnership):
        against["advance"] = [_("The contract has no clause on advances.")]
    elif not 0 <= advance * 100 <= value * ADVANCE_PERCENT:
        against["advance"] = [
            _("The contract allows at most %(percent)s%% of the order: %(most)s.")
            % {"percent": ADVANCE_PERCENT, "most": rupiah(value * ADVANCE_PERCENT // 100, exact=True)}
        ]
    if against:
        raise ValidationError(against)


def check_own_number(partnership: Partnership, reference: str) -> None:
    """A buyer's order number stands for one order, whatever contract it is under; refused or taken back, it is free again."""
    same = PurchaseOrder.objects.filter(
        partnership__buyer=partnership.buyer_id, reference=reference, status__in=COUNTED
    ).select_related("partnership")
    if reference and (other := same.first()):
        raise ValidationError(
            {"reference": _("Your organisation used this number for %(number)s already.") % {"number": other.number}}
        )


@transaction.atomic
def confirm_order(order: PurchaseOrder, *, by: User) -> None:
    """The enterprise takes it: from now on it delivers."""
    current = locked_order(order)
    with walls("confirm", current):
        ORDER.make("confirm", order, by=by, answered_at=timezone.now(), answered_by=by)
    telling.tell_buyer(current, "order.confirmed", due=day(current.deliver_by))


@transaction.atomic
def refuse_order(order: PurchaseOrder, *, reason: str, by: User) -> None:
    """The enterprise cannot; the quantity is free to be ordered again."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    current = locked_order(order)
    with walls("refuse", current):
        ORDER.make(
            "refuse",
            order,
            by=by,
            personal={"reason": reason},
            answered_at=timezone.now(),
            answered_by=by,
            reason=reason.strip(),
        )
    telling.tell_buyer(current, "order.refused")


@transaction.atomic
def withdraw_order(order: PurchaseOrder, *, reason: str, by: User) -> None:
    """The buyer takes it back while the enterprise has not answered."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    current = locked_order(order)
    ORDER.make("withdraw", order, by=by, personal={"reason": reason}, reason=reason.strip())
    telling.tell_supplier(current, "order.withdrawn")


def withdraw_unanswered(partnership: Partnership) -> None:
    """With the contract: what nobody has confirmed needs no answer any more. The rest is still supplied and paid."""
    for order in partnership.orders.filter(status=OrderStatus.PLACED):
        current = locked_order(order)
        ORDER.make("withdraw", order, by=None, reason=_("The partnership was terminated."))
        telling.tell_supplier(current, "order.withdrawn")


@transaction.atomic
def ask_to_end_rest(order: PurchaseOrder, *, reason: str, by: User) -> None:
    """One side asks that what has not been delivered shall not come any more. The other one decides."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    current = locked_order(order)
    permit(by, "partnerships.end_rest", current)
    _require_confirmed(current, "ask_to_end_rest")
    if current.rest_asked_by_id is not None:
        raise MoveNotAllowed(
            _("This was asked already and waits for the other side."), move="ask_to_end_rest", status=current.status
        )
    _set_rest(current, by.organisation_id, reason.strip())
    audit.record(current, "ask_to_end_rest", by=by, personal={"reason": reason})
    _tell_other(current, "order.rest_asked", by)
    order.refresh_from_db()


@transaction.atomic
def agree_to_end_rest(order: PurchaseOrder, *, by: User) -> None:
    """What was not accepted is given up; it can be ordered again under the contract."""
    current = locked_order(order)
    _require_asked(current, by, "agree_to_end_rest")
    if current.deliveries.filter(status="delivered").exists():
        raise MoveNotAllowed(
            _("A delivery of this order is still being checked. Wait for its answer."),
            move="agree_to_end_rest",
            status=current.status,
            code="delivery_open",
        )
    with walls("agree_to_end_rest", current):
        given_up = _give_up(current)
        _set_rest(current, None, "")
    audit.record(current, "agree_to_end_rest", by=by, payload={"given_up": given_up})
    _tell_other(current, "order.rest_ended", by)
    settle_if_done(current)
    order.refresh_from_db()


@transaction.atomic
def keep_rest(order: PurchaseOrder, *, by: User) -> None:
    """The other side wants it all the same, or who asked takes the question back."""
    current = locked_order(order)
    if current.rest_asked_by_id != by.organisation_id:
        _require_asked(current, by, "keep_rest")
    else:
        permit(by, "partnerships.end_rest", current)
    _set_rest(current, None, "")
    audit.record(current, "keep_rest", by=by)
    _tell_other(current, "order.rest_kept", by)
    order.refresh_from_db()


def locked_order(order: PurchaseOrder) -> PurchaseOrder:
    """Held until the transaction ends: every step under an order begins here, so steps never cross."""
    return (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .select_related("partnership__buyer", "share__enterprise__organisation", "share__party")
        .get(pk=order.pk)
    )


def _give_up(order: PurchaseOrder) -> dict[str, str]:
    given_up = {}
    for each in order.lines.prefetch_related("deliveries"):
        accepted = sum((row.accepted or Decimal(0) for row in each.deliveries.all()), Decimal(0))
        if each.quantity - each.given_up > accepted:
            each.given_up = each.quantity - accepted
            each.save(update_fields=["given_up"])
            given_up[str(each.pk)] = str(each.given_up)
    return given_up


def _set_rest(order: PurchaseOrder, organisation: int | None, reason: str) -> None:
    order.rest_asked_by_id = organisation
    order.rest_asked_at = timezone.now() if organisation is not None else None
    order.rest_reason = reason
    order.save(update_fields=["rest_asked_by", "rest_asked_at", "rest_reason"])


def _require_confirmed(order: PurchaseOrder, move: str) -> None:
    if order.status != OrderStatus.CONFIRMED:
        raise MoveNotAllowed(
            _("Only an order that is being supplied has a rest to end."), move=move, status=order.status
        )


def _require_asked(order: PurchaseOrder, by: User, move: str) -> None:
    """It was asked, and by the other side."""
    permit(by, "partnerships.end_rest", order)
    _require_confirmed(order, move)
    if order.rest_asked_by_id is None or order.rest_asked_by_id == by.organisation_id:
        raise MoveNotAllowed(_("The other side has not asked to end this order."), move=move, status=order.status)


def _tell_other(order: PurchaseOrder, kind: str, by: User) -> None:
    tell = telling.tell_supplier if by.organisation_id == order.partnership.buyer_id else telling.tell_buyer
    tell(order, kind, side=by.organisation.label)
