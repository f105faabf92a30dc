"""What happened to a product, newest first: its own chain, and the entry of the list that brought it in the list's chain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.audit import first_break
from portal.enums import Unit
from portal.models import AuditEntry, Product, ProductImport
from portal.models.audit import stream_of
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.pricing import tiers_of, units_of

MOST_EVENTS = 100
ACTIONS = {
    "add_product": gettext_lazy("Added"),
    "change_product": gettext_lazy("Changed"),
    "withdraw_product": gettext_lazy("Taken off sale"),
    "restore_product": gettext_lazy("Put on sale again"),
    "add_photo": gettext_lazy("Photo added"),
    "remove_photo": gettext_lazy("Photo removed"),
    "put_photo_first": gettext_lazy("Order of the photos changed"),
    "move_photo": gettext_lazy("Order of the photos changed"),
    "caption_photo": gettext_lazy("Words beside a photo changed"),
}


@dataclass(frozen=True)
class Event:
    """`list_name`, `row`: the uploaded list that did it, and where in it."""

    at: dt.datetime
    actor: str
    what: str
    changes: tuple[tuple[str, str, str], ...] = ()
    list_name: str = ""
    row: int | None = None


def trail_of(product: Product) -> dict[str, Any]:
    """The events, and whether the chain still verifies."""
    entries = list(AuditEntry.objects.of(product).select_related("actor").order_by("-seq")[:MOST_EVENTS])
    lists = _lists(product, entries)
    events = [_event(entry, lists) for entry in entries]
    if brought := lists.get(product.added_by_import_id or 0):
        told = added_by(brought, product)
        events.append(
            Event(
                told.at if told and told.at else product.created_at,
                str(brought.uploaded_by),
                _what("add_product", told),
                list_name=brought.file_name,
                row=product.added_in_row,
            )
        )
    streams = [*([stream_of(product)] if entries else []), *([stream_of(brought)] if brought else [])]
    return {"events": events, "intact": not any(map(first_break, streams))}


def added_by(brought: ProductImport, product: Product) -> AuditEntry | None:
    """The entry that tells that the list added this product, among up to 500 others. None of lists before there were any."""
    told = AuditEntry.objects.of(brought).filter(action="add_products", payload__first__lte=product.pk)
    return told.order_by("-payload__first").first()


def _lists(product: Product, entries: list[AuditEntry]) -> dict[int, ProductImport]:
    wanted = {product.added_by_import_id, *(entry.payload.get("import") for entry in entries)} - {None}
    return ProductImport.objects.filter(enterprise=product.enterprise_id).select_related("uploaded_by").in_bulk(wanted)


def _event(entry: AuditEntry, lists: dict[int, ProductImport]) -> Event:
    known = lists.get(entry.payload.get("import", 0))
    before, after = entry.payload.get("before", {}), entry.payload.get("after", {})
    return Event(
        entry.at,
        str(entry.actor) if entry.actor else _("System"),
        _what(entry.action, entry),
        tuple((_label(name), _text(name, before[name]), _text(name, after.get(name))) for name in before),
        known.file_name if known else "",
        entry.payload.get("row"),
    )


def _what(action: str, entry: AuditEntry | None) -> str:
    event = str(ACTIONS.get(action, action))
    return (
        _("%(event)s, on behalf of the business") % {"event": event}
        if entry and "on_behalf" in entry.payload
        else event
    )


def _label(name: str) -> str:
    return _("on sale") if name == "on_sale" else str(Product._meta.get_field(name).verbose_name)


def _text(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("none")
    if name == "price":
        return rupiah(value, exact=True)
    if name == "tiers":
        return "; ".join(f"{angka(tier.from_quantity)}: {rupiah(tier.price, exact=True)}" for tier in tiers_of(value))
    if name == "units":
        return "; ".join(
            f"{each.label} {angka(each.holds)}: {rupiah(each.price, exact=True)}" for each in units_of(value)
        )
    if name == "unit":
        return str(Unit(value).label)
    if name == "on_sale":
        return _("yes") if value else _("no")
    if name in ("monthly_capacity", "minimum_order", "tkdn", "bmp", "lead_time_days"):
        return angka(Decimal(str(value)))
    return str(value)
