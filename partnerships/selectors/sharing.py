"""What an enterprise can tick for whoever answers its request: each thing by itself, with its value as it is now.

A field reads its value once, when it is shared, and shows what was kept. None of them names another one's value: an order is
called by the buyer's own number, since the portal's would give the contract's away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import TrackRecord
from partnerships.models import FinancingRequest, Invoice, Partnership, PurchaseOrder, SharedValue
from partnerships.selectors.invoices import open_of
from portal import consents
from portal.enums import BusinessClass, DocumentKind, LegalForm, Unit
from portal.models import Document, Enterprise, User
from portal.presentation.dates import rentang, tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka, percent
from portal.statuses import status_of


@dataclass(frozen=True)
class Paper:
    """What a request rests on: a contract, and an order or an invoice under it."""

    enterprise: Enterprise
    partnership: Partnership
    order: PurchaseOrder | None = None
    invoice: Invoice | None = None

    @property
    def worth(self) -> int:
        """The most that can be asked for on its strength, in rupiah: the enterprise's own part."""
        if self.invoice is not None:
            return open_of(self.invoice)
        if self.order is not None:
            return sum(line.net_amount for line in self.order.lines.all())
        return own_value(self.partnership, self.enterprise)


@dataclass(frozen=True)
class Field:
    """`read`: what is kept, as JSON; None where there is nothing to share. `show`: as lines of text."""

    name: str
    group: Any
    label: Any
    read: Callable[[Paper], Any]
    show: Callable[[Any], list[str]] = lambda value: [str(value)]
    live: bool = False


@dataclass(frozen=True)
class Shown:
    """One shared thing as a reader gets it. `live`: looked up when it is read, and kept in no row."""

    name: str
    group: str
    label: str
    lines: list[str]
    value: Any
    row: SharedValue | None = None
    live: bool = False


def own_value(partnership: Partnership, enterprise: Enterprise) -> int:
    return partnership.lines.filter(enterprise=enterprise).aggregate(sum=Sum("amount"))["sum"] or 0


def _money(value: int) -> list[str]:
    return [rupiah(value, exact=True)]


def _day(text: str) -> str:
    return tanggal(dt.date.fromisoformat(text))


def _of(name: str) -> Callable[[Paper], Any]:
    return lambda paper: getattr(paper.enterprise, name) or None


def _date_of(name: str) -> Callable[[Paper], str | None]:
    def read(paper: Paper) -> str | None:
        value = getattr(paper.enterprise, name)
        return value.isoformat() if value else None

    return read


def _address(paper: Paper) -> str | None:
    one = paper.enterprise
    parts = [one.address, one.village.full_name if one.village else "", one.postal_code]
    return ", ".join(part for part in parts if part) or None


def _contact(paper: Paper) -> list[str] | None:
    one = paper.enterprise
    return [each for each in (one.phone, one.email, one.website) if each] or None


def _sales(paper: Paper) -> list[list[int]] | None:
    return [[row.year, row.amount] for row in paper.enterprise.sales.all()] or None


def _capacity(paper: Paper) -> list[str] | None:
    one = paper.enterprise
    return [str(one.monthly_capacity), one.capacity_unit] if one.monthly_capacity is not None else None


def _marks(paper: Paper) -> list[list[str]] | None:
    found = paper.enterprise.curations.valid().select_related("programme__buyer")
    return [[c.programme.name, c.programme.buyer.label, c.valid_until.isoformat()] for c in found] or None


def _record(paper: Paper) -> dict[str, int] | None:
    found = TrackRecord.objects.filter(enterprise=paper.enterprise, deliveries__gt=0).first()
    if found is None:
        return None
    names = ("deliveries", "on_time", "answered_value", "accepted_value")
    return {name: getattr(found, name) for name in names}


def _show_record(value: dict[str, int]) -> list[str]:
    lines = [
        _("%(on_time)s of %(all)s deliveries on time")
        % {"on_time": angka(value["on_time"]), "all": angka(value["deliveries"])}
    ]
    if value["answered_value"]:
        share = percent(Decimal(value["accepted_value"] * 100) / value["answered_value"], 0)
        lines.append(_("%(share)s of their value accepted") % {"share": share})
    return lines


def _contract(paper: Paper) -> dict[str, str]:
    one = paper.partnership
    return {
        "number": one.number,
        "title": one.title,
        "buyer": one.buyer.name,
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat(),
    }


def _show_contract(value: dict[str, str]) -> list[str]:
    term = rentang(dt.date.fromisoformat(value["starts_on"]), dt.date.fromisoformat(value["ends_on"]))
    return [f"{value['number']} {value['title']}", value["buyer"], term]


def _order(paper: Paper) -> dict[str, Any] | None:
    order = _order_of(paper)
    if order is None:
        return None
    lines = [[line.line.item, str(line.quantity - line.given_up), line.line.unit] for line in _lines(order)]
    return {"reference": order.reference, "deliver_by": order.deliver_by.isoformat(), "lines": lines}


def _show_order(value: dict[str, Any]) -> list[str]:
    first = [value["reference"]] if value["reference"] else []
    first.append(_("Deliver by %(day)s") % {"day": _day(value["deliver_by"])})
    return [*first, *(f"{item}: {angka(Decimal(n))} {_unit(unit)}" for item, n, unit in value["lines"])]


def _order_value(paper: Paper) -> int | None:
    order = _order_of(paper)
    return sum(line.net_amount for line in order.lines.all()) if order is not None else None


def _invoice(paper: Paper) -> dict[str, str] | None:
    one = paper.invoice
    if one is None:
        return None
    return {
        "reference": one.reference,
        "sent_on": one.sent_at.date().isoformat(),
        "due_on": one.due_on.isoformat(),
    }


def _show_invoice(value: dict[str, str]) -> list[str]:
    due = _("To be paid by %(day)s") % {"day": _day(value["due_on"])}
    return [value["reference"], _("Sent on %(day)s") % {"day": _day(value["sent_on"])}, due]


def _invoice_amounts(paper: Paper) -> list[int] | None:
    return [paper.invoice.total, open_of(paper.invoice)] if paper.invoice is not None else None


def _show_invoice_amounts(value: list[int]) -> list[str]:
    total, left = (rupiah(amount, exact=True) for amount in value)
    return [_("Total %(total)s, not paid yet %(left)s") % {"total": total, "left": left}]


def _order_of(paper: Paper) -> PurchaseOrder | None:
    return paper.order or (paper.invoice.order if paper.invoice is not None else None)


def _lines(order: PurchaseOrder) -> Iterable[Any]:
    return order.lines.select_related("line")


def _unit(code: str) -> str:
    return str(dict(Unit.choices).get(code, code))


BUSINESS, TRACK, PAPER, DOCUMENTS = (
    gettext_lazy("Business"),
    gettext_lazy("Marks and track record"),
    gettext_lazy("What the request rests on"),
    gettext_lazy("Papers and certificates"),
)
FIELDS = (
    Field("legal_form", BUSINESS, gettext_lazy("Legal form"), _of("legal_form"), lambda v: [str(LegalForm(v).label)]),
    Field("nib", BUSINESS, gettext_lazy("NIB"), _of("nib")),
    Field("npwp", BUSINESS, gettext_lazy("NPWP"), _of("npwp")),
    Field("established_on", BUSINESS, gettext_lazy("Established on"), _date_of("established_on"), lambda v: [_day(v)]),
    Field("address", BUSINESS, gettext_lazy("Address"), _address),
    Field("contact", BUSINESS, gettext_lazy("Phone, e-mail and website"), _contact, list),
    Field("workforce", BUSINESS, gettext_lazy("People working"), _of("workforce"), lambda v: [angka(v)]),
    Field(
        "business_class",
        BUSINESS,
        gettext_lazy("Business class"),
        _of("business_class"),
        lambda v: [str(BusinessClass(v).label)],
    ),
    Field(
        "annual_sales",
        BUSINESS,
        gettext_lazy("Sales of each year"),
        _sales,
        lambda v: [f"{year}: {rupiah(amount, exact=True)}" for year, amount in v],
    ),
    Field("capital", BUSINESS, gettext_lazy("Capital without land and buildings"), _of("capital"), _money),
    Field("investment", BUSINESS, gettext_lazy("Investment value"), _of("investment"), _money),
    Field(
        "capacity",
        BUSINESS,
        gettext_lazy("Capacity per month"),
        _capacity,
        lambda v: [f"{angka(Decimal(v[0]))} {_unit(v[1])}"],
    ),
    Field("business_plan", BUSINESS, gettext_lazy("Business plan"), _of("business_plan")),
    Field(
        "marks",
        TRACK,
        gettext_lazy("Curation marks"),
        _marks,
        lambda v: [f"{name}, {buyer}: {_day(until)}" for name, buyer, until in v],
    ),
    Field("track_record", TRACK, gettext_lazy("Track record of deliveries"), _record, _show_record),
    Field("contract", PAPER, gettext_lazy("The contract: number, buyer, term"), _contract, _show_contract),
    Field(
        "contract_value",
        PAPER,
        gettext_lazy("Its part of the contract’s value"),
        lambda paper: own_value(paper.partnership, paper.enterprise),
        _money,
    ),
    Field(
        "contract_status",
        PAPER,
        gettext_lazy("The contract’s state, always the newest"),
        lambda paper: paper.partnership.status,
        live=True,
    ),
    Field("order", PAPER, gettext_lazy("The order: items and day"), _order, _show_order),
    Field("order_value", PAPER, gettext_lazy("The order’s value"), _order_value, _money),
    Field("invoice", PAPER, gettext_lazy("The invoice: number and days"), _invoice, _show_invoice),
    Field("invoice_amounts", PAPER, gettext_lazy("The invoice’s amounts"), _invoice_amounts, _show_invoice_amounts),
)
BY_NAME = {field.name: field for field in FIELDS}
consents.SHAREABLE.update({field.name: field.label for field in FIELDS})


def paper_of(request: FinancingRequest) -> Paper:
    return Paper(request.enterprise, request.partnership, request.order, request.invoice)


def shareable(paper: Paper, but: Iterable[str] = ()) -> list[Shown]:
    """All there is to tick, each with what would be shared. `but`: what was shared already."""
    left = set(but)
    found = [
        _shown(field, value, paper)
        for field in FIELDS
        if field.name not in left and (value := field.read(paper)) is not None
    ]
    documents = Document.objects.filter(enterprise=paper.enterprise, refused_at=None, replaced_by=None)
    for document in documents.order_by("kind", "pk"):
        name = f"{consents.SHARED_PAPER}{document.pk}"
        if name not in left:
            found.append(_shown_paper(name, document_value(document)))
    return found


def document_value(document: Document) -> dict[str, Any]:
    """Without the file, which is fetched by itself as long as it is the same."""
    return {
        "kind": document.kind,
        "number": document.number,
        "issuer": document.issuer,
        "valid_until": document.valid_until.isoformat() if document.valid_until else None,
        "verified": document.is_verified,
        "sha256": document.sha256,
    }


def shared_with(request: FinancingRequest, reader: User) -> list[Shown]:
    """What this reader sees of it now: for a financier nothing any more once the consent has ended."""
    rows = SharedValue.objects.visible_to(reader).filter(request=request).select_related("document")
    paper = paper_of(request)
    found = [_kept(row, paper) for row in rows]
    order = [*BY_NAME]
    return sorted(found, key=lambda each: order.index(each.name) if each.name in BY_NAME else len(order))


def _kept(row: SharedValue, paper: Paper) -> Shown:
    field = BY_NAME.get(row.field)
    shown = _shown_paper(row.field, row.value) if field is None else _shown(field, row.value, paper)
    return replace(shown, row=row)


def _shown(field: Field, value: Any, paper: Paper) -> Shown:
    if field.live:
        state = paper.partnership
        return Shown(
            field.name, str(field.group), str(field.label), [str(status_of(state).label)], state.status, live=True
        )
    return Shown(field.name, str(field.group), str(field.label), field.show(value), value)


def _shown_paper(name: str, value: dict[str, Any]) -> Shown:
    lines = [part for part in (value["number"], value["issuer"]) if part]
    if value["valid_until"]:
        lines.append(_("Valid until %(day)s") % {"day": _day(value["valid_until"])})
    if value["verified"]:
        lines.append(_("Verified"))
    label = str(DocumentKind(value["kind"]).label)
    return Shown(name, str(DOCUMENTS), label, lines, value)
