"""Handing over: the enterprise records each delivery with its handover record (BAST), papers and photos."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import DeliveryStatus, OrderStatus
from partnerships.flow import DELIVERY
from partnerships.models import Delivery, DeliveryLine, DeliveryPaper, OrderLine, PurchaseOrder
from partnerships.selectors.orders import quantity_field
from partnerships.services import telling
from partnerships.services.ordering import locked_order
from partnerships.services.walls import walls
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.models import User
from portal.notifications import day
from portal.presentation.dates import tanggal
from portal.uploads.images import read_photo
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused
from portal.uploads.signatures import FileKind, kind_of
from portal.working_days import WorkingDays

MOST_PAPERS = 12
HEAD = 16


@transaction.atomic
def record_delivery(
    order: PurchaseOrder,
    quantities: Mapping[OrderLine, Decimal],
    *,
    by: User,
    bast_number: str,
    delivered_on: dt.date,
    note: str = "",
    files: Iterable[UploadedFile] = (),
) -> Delivery:
    """A part or the rest of an order. More than was ordered is recorded as it came; the order's quantity is what can be
    accepted. Raises ValidationError by field: `line_7` is the order's line with key 7."""
    current = locked_order(order)
    permit(by, "partnerships.supply", current)
    if current.status != OrderStatus.CONFIRMED:
        raise MoveNotAllowed(
            _("Goods are handed over under an order that you have confirmed."), move="deliver", status=current.status
        )
    handed = {line: quantity for line, quantity in quantities.items() if quantity}
    check_delivery(current, handed, bast_number, delivered_on)
    today = timezone.localdate()
    # The buyer has the agreed days from when it learns of it, however late that was entered.
    answer_by = WorkingDays().after(max(delivered_on, today), current.partnership.acceptance_days)
    with walls("deliver", current):
        delivery = Delivery.objects.create(
            order=current,
            bast_number=bast_number.strip(),
            delivered_on=delivered_on,
            note=note.strip(),
            answer_by=answer_by,
            recorded_by=by,
        )
        for line in sorted(handed, key=lambda each: each.pk):
            DeliveryLine.objects.create(delivery=delivery, order_line=line, quantity=handed[line])
    payload = {
        "order": current.pk,
        "lines": {line.pk: str(quantity) for line, quantity in handed.items()},
        "delivered_on": delivered_on.isoformat(),
        "answer_by": answer_by.isoformat(),
    }
    audit.record(delivery, "deliver", by=by, payload=payload)
    for file in files:
        _attach(delivery, file, by)
    telling.tell_buyer(current, "delivery.recorded", bast=delivery.bast_number, due=day(answer_by))
    return delivery


def check_delivery(
    order: PurchaseOrder, handed: Mapping[OrderLine, Decimal], bast_number: str, delivered_on: dt.date
) -> None:
    """What stands against it, by field."""
    against: dict[str, list[str]] = {}
    if not handed:
        against["__all__"] = [_("Enter the quantity of at least one line.")]
    for line, quantity in handed.items():
        if line.order_id != order.pk:
            against[quantity_field(line)] = [_("This line is of another order.")]
        elif quantity < 0:
            against[quantity_field(line)] = [_("The number cannot be negative")]
    first = timezone.localdate(order.answered_at) if order.answered_at else timezone.localdate()
    if not first <= delivered_on <= timezone.localdate():
        against["delivered_on"] = [
            _("Choose a day from the confirmation on %(first)s until today.") % {"first": tanggal(first)}
        ]
    if not bast_number.strip():
        against["bast_number"] = [_("Enter the number of the handover record.")]
    elif order.deliveries.exclude(status=DeliveryStatus.WITHDRAWN).filter(bast_number=bast_number.strip()).exists():
        against["bast_number"] = [_("This handover record was entered already.")]
    if against:
        raise ValidationError(against)


@transaction.atomic
def withdraw_delivery(delivery: Delivery, *, by: User) -> None:
    """Entered by mistake, and not answered yet."""
    current = locked_order(delivery.order)
    DELIVERY.make("withdraw", delivery, by=by)
    telling.tell_buyer(current, "delivery.withdrawn", bast=delivery.bast_number)


@transaction.atomic
def add_papers(delivery: Delivery, files: Iterable[UploadedFile], *, by: User) -> int:
    """Of either side: the signed record, a note, photos. Says how many are new; the same file again changes nothing."""
    locked_order(delivery.order)
    permit(by, "partnerships.add_delivery_paper", delivery)
    return sum(_attach(delivery, file, by) for file in files)


def _attach(delivery: Delivery, file: UploadedFile, by: User) -> bool:
    """PDFs as they are, once looked through; photos re-encoded. Raises ValidationError at `files` that names the file."""
    try:
        data, suffix, digest = _read(file)
    except Refused as refused:
        said = _("%(name)s: %(why)s") % {"name": file.name, "why": refused}
        raise ValidationError({"files": ValidationError(said, code=refused.code)}) from refused
    if delivery.papers.filter(sha256=digest).exists():
        return False
    if delivery.papers.count() >= MOST_PAPERS:
        raise ValidationError({"files": _("A delivery takes %(n)s files at most.") % {"n": MOST_PAPERS}})
    paper = DeliveryPaper(
        delivery=delivery,
        organisation=by.organisation,
        file_name=(file.name or "")[-200:],
        sha256=digest,
        uploaded_by=by,
    )
    paper.file.save(f"paper{suffix}", ContentFile(data), save=False)
    paper.save()
    audit.record(delivery, "add_paper", by=by, payload={"paper": paper.pk, "sha256": digest})
    return True


def _read(file: UploadedFile) -> tuple[bytes, str, str]:
    head = file.read(HEAD)
    file.seek(0)
    if kind_of(head) is FileKind.PDF:
        paper = read_paper(file, file.size)
        return paper.data, paper.suffix, paper.sha256
    photo = read_photo(file, file.size)
    return photo.webp, ".webp", photo.sha256
