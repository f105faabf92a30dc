"""An amendment beside the contract it changes: which text it replaces, which line follows which, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.models import Line, OrderLine, Partnership, Revision
from partnerships.models.order import COUNTED
from partnerships.models.partnership import UNDER_WAY
from partnerships.selectors.orders import free_to_order
from portal.models import User
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka


def applied(contract: Partnership) -> QuerySet[Partnership]:
    """Those in force as its text, the first one first."""
    return contract.amendments.filter(status=PartnershipStatus.APPLIED).order_by("amendment")


def amendments_of(contract: Partnership, reader: User) -> QuerySet[Partnership]:
    """What this reader may open, the newest first."""
    return contract.amendments.filter(pk__in=Partnership.objects.visible_to(reader).values("pk")).order_by("-amendment")


def may_amend(contract: Partnership, user: User) -> bool:
    return (
        contract.status == PartnershipStatus.ACTIVE
        and user.has_perm("partnerships.draft_partnership", contract)
        and not contract.amendments.filter(status__in=UNDER_WAY).exists()
    )


def text_in_force(contract: Partnership, *, before: int | None = None) -> Revision | None:
    """What everybody signed last: of the contract itself, or of its newest amendment; `before`: the amendment with that number."""
    found = Revision.objects.filter(
        partnership__amends=contract.pk, partnership__status=PartnershipStatus.APPLIED
    ).select_related("partnership")
    if before is not None:
        found = found.filter(partnership__amendment__lt=before)
    newest = found.order_by("-partnership__amendment", "-number").first()
    return newest or contract.revisions.order_by("-number").first()


def followed_lines(contract: Partnership, amendment: Partnership) -> list[tuple[Line, Line | None]]:
    """Each line of the contract with the one of the amendment that follows it: of the same enterprise, item and unit."""
    later: dict[tuple[int, str, str], list[Line]] = {}
    for line in amendment.lines.all():
        later.setdefault((line.enterprise_id, line.item, line.unit), []).append(line)
    pairs: list[tuple[Line, Line | None]] = []
    for line in contract.lines.all():
        same = later.get((line.enterprise_id, line.item, line.unit), [])
        pairs.append((line, same.pop(0) if same else None))
    return pairs


def against(amendment: Partnership) -> Iterator[str]:
    """What was ordered, invoiced and promised under the contract so far, and the amendment would undo."""
    contract = amendment.amends
    if contract is None:
        return
    ordered = OrderLine.objects.filter(order__partnership=contract)
    with_orders = set(ordered.values_list("line", flat=True))
    free = free_to_order(contract)
    for line, later in followed_lines(contract, amendment):
        least = line.quantity - free.get(line.pk, Decimal(0))
        if later is None and line.pk in with_orders:
            yield _("“%(item)s” was ordered under this contract: keep its line with the same name and unit") % {
                "item": line.item
            }
        elif later is not None and later.quantity < least:
            said = _("“%(item)s”: %(least)s %(unit)s are ordered already, the amendment has less")
            yield said % {"item": line.item, "least": angka(least), "unit": line.get_unit_display()}
    worth = sum(each.net_amount for each in ordered.filter(order__status__in=COUNTED))
    if amendment.value < worth:
        yield _("Orders worth %(worth)s were placed already: the value cannot be below that") % {
            "worth": rupiah(worth, exact=True)
        }
    if amendment.ends_on < timezone.localdate():
        yield _("The term would end in the past, on %(day)s") % {"day": tanggal(amendment.ends_on)}
    last = contract.orders.under_way().aggregate(last=Max("deliver_by"))["last"]
    if last is not None and amendment.ends_on < last:
        yield _("An order is to be delivered by %(day)s: the term cannot end before that") % {"day": tanggal(last)}
