"""How a buyer treats its suppliers: how soon it accepts and pays, and what was reported of it. For everybody, where five or
more enterprises stand behind a figure, so that none can be singled out; in full for the ministries and for the buyer itself.

Counted over two years back. What is between the two sides does not count yet: a payment counts once the enterprise confirmed it,
a report once the buyer has it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import TruncDate
from django.utils import timezone

from partnerships.enums import DeliveryStatus, InvoiceStatus, Party, PaymentStatus
from partnerships.models import Delivery, Incident, Invoice, Partnership, Payment
from partnerships.models.delivery import ANSWERED
from partnerships.models.partnership import PUBLIC_STATES
from portal.enums import Role
from portal.models import Organisation, User

FEWEST = 5
WINDOW = dt.timedelta(days=730)
SUPPLIER = "order__share__enterprise"


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Record:
    """Days are calendar days. None: hidden, for fewer than five enterprises stand behind it; `shown` says whether any is.
    `in_full`: nothing is hidden from this reader, so None says that there is nothing yet."""

    buyer: Organisation
    in_full: bool = False
    enterprises: int | None = None
    deliveries: int | None = None
    days_to_accept: int | None = None
    deemed: int | None = None
    invoices_paid: int | None = None
    days_to_pay: int | None = None
    invoices_due: int | None = None
    paid_in_term: int | None = None
    overdue: int | None = None
    reports: int | None = None
    reports_proven: int | None = None

    @property
    def shown(self) -> bool:
        return self.enterprises is not None

    @property
    def in_term_share(self) -> Decimal | None:
        if not self.invoices_due or self.paid_in_term is None:
            return None
        return Decimal(self.paid_in_term * 100) / self.invoices_due

    @property
    def late(self) -> int | None:
        """Paid after their day, or not yet."""
        if self.invoices_due is None or self.paid_in_term is None:
            return None
        return self.invoices_due - self.paid_in_term


def buyers(query: str = "") -> QuerySet[Organisation]:
    """Those with a contract that is, or was, in force; `query`: words of the name."""
    signed = Partnership.objects.public().filter(buyer=OuterRef("pk"))
    found = Organisation.objects.filter(Exists(signed)).order_by("name", "pk")
    return found.filter(Q(name__icontains=query) | Q(short_name__icontains=query)) if query else found


def sees_all_of(user: Any, buyer: Organisation) -> bool:
    if not user.is_authenticated:
        return False
    own: User = user
    if own.acts_as(Role.MINISTRY_ADMIN):
        return True
    return own.acts_as(Role.OFFICER, Role.APPROVER) and own.organisation_id == buyer.pk


def records(of: Iterable[Organisation], user: Any) -> list[Record]:
    """In a fixed number of queries."""
    listed = list(of)
    keys = [buyer.pk for buyer in listed]
    since = timezone.now() - WINDOW
    contracted = _by_buyer(
        Partnership.objects.filter(buyer__in=keys, status__in=PUBLIC_STATES)
        .order_by()
        .values(key=F("buyer"))
        .annotate(firms=Count("shares__enterprise", distinct=True))
    )
    accepted, paid, due = _accepted(keys, since), _paid(keys, since), _due(keys, since)
    reported = _reported(keys, since)
    return [
        _record(buyer, contracted, accepted, paid, due, reported, fewest=0 if sees_all_of(user, buyer) else FEWEST)
        for buyer in listed
    ]


def _record(
    buyer: Organisation,
    contracted: dict[int, Any],
    accepted: dict[int, Any],
    paid: dict[int, Any],
    due: dict[int, Any],
    reported: dict[int, Any],
    *,
    fewest: int,
) -> Record:
    """Each figure by itself: five suppliers of whom one was paid would single that one out."""
    found = Record(buyer, in_full=not fewest)
    firms = contracted.get(buyer.pk, {}).get("firms", 0)
    if firms < fewest:
        return found
    reports = reported.get(buyer.pk, {})
    found = replace(
        found,
        enterprises=firms,
        reports=reports.get("reports", 0),
        reports_proven=reports.get("proven", 0),
    )
    row = accepted.get(buyer.pk, {"firms": 0, "n": 0})
    if row["n"] and row["firms"] >= fewest:
        found = replace(found, deliveries=row["n"], days_to_accept=_whole(row["median"]), deemed=row["deemed"])
    row = paid.get(buyer.pk, {"firms": 0, "n": 0})
    if row["n"] and row["firms"] >= fewest:
        found = replace(found, invoices_paid=row["n"], days_to_pay=_whole(row["median"]))
    row = due.get(buyer.pk, {"firms": 0, "n": 0})
    if row["n"] and row["firms"] >= fewest:
        found = replace(found, invoices_due=row["n"], paid_in_term=row["in_term"], overdue=row["overdue"])
    return found


def _accepted(keys: list[int], since: dt.datetime) -> dict[int, Any]:
    """From the day on which the buyer could know of the handover to its answer, or to the day it counted as given."""
    answered = Delivery.objects.filter(
        order__partnership__buyer__in=keys, status__in=ANSWERED, answered_at__gte=since
    ).annotate(days=_days(TruncDate("answered_at"), TruncDate("recorded_at")))
    return _by_buyer(
        answered.order_by()
        .values(key=F("order__partnership__buyer"))
        .annotate(
            n=Count("pk"),
            firms=Count(SUPPLIER, distinct=True),
            median=Median("days"),
            deemed=Count("pk", filter=Q(status=DeliveryStatus.DEEMED_ACCEPTED)),
        )
    )


def _confirmed(keys: list[int]) -> QuerySet[Invoice]:
    """Invoices with the day of the last payment of them, where the enterprise confirmed all of it."""
    payments = Payment.objects.filter(invoice=OuterRef("pk")).exclude(status=PaymentStatus.WITHDRAWN)
    last = payments.order_by().values("invoice").annotate(day=Max("paid_on")).values("day")
    return Invoice.objects.filter(order__partnership__buyer__in=keys).annotate(
        paid_on=Subquery(last, output_field=DateField()),
        unconfirmed=Exists(payments.exclude(status=PaymentStatus.CONFIRMED)),
    )


def _paid(keys: list[int], since: dt.datetime) -> dict[int, Any]:
    paid = _confirmed(keys).filter(status=InvoiceStatus.PAID, unconfirmed=False, paid_on__gte=since.date())
    return _by_buyer(
        paid.annotate(days=_days(F("paid_on"), TruncDate("sent_at")))
        .order_by()
        .values(key=F("order__partnership__buyer"))
        .annotate(n=Count("pk"), firms=Count(SUPPLIER, distinct=True), median=Median("days"))
    )


def _due(keys: list[int], since: dt.datetime) -> dict[int, Any]:
    """What was paid, and what was to be paid before today and is not."""
    paid = Q(status=InvoiceStatus.PAID, unconfirmed=False, paid_on__isnull=False)
    overdue = Q(status=InvoiceStatus.SENT, due_on__lt=timezone.localdate())
    counted = _confirmed(keys).filter(paid | overdue, due_on__gte=since.date())
    return _by_buyer(
        counted.order_by()
        .values(key=F("order__partnership__buyer"))
        .annotate(
            n=Count("pk"),
            firms=Count(SUPPLIER, distinct=True),
            in_term=Count("pk", filter=paid & Q(paid_on__lte=F("due_on"))),
            overdue=Count("pk", filter=overdue),
        )
    )


def _reported(keys: list[int], since: dt.datetime) -> dict[int, Any]:
    reported = Incident.objects.filter(partnership__buyer__in=keys, side=Party.ENTERPRISE, released_at__gte=since)
    proven = Incident.objects.proven().filter(pk=OuterRef("pk"))
    return _by_buyer(
        reported.annotate(is_proven=Exists(proven))
        .order_by()
        .values(key=F("partnership__buyer"))
        .annotate(reports=Count("pk"), proven=Count("pk", filter=Q(is_proven=True)))
    )


def _days(until: Any, start: Any) -> Any:
    return ExpressionWrapper(until - start, output_field=DurationField())


def _by_buyer(rows: Iterable[dict[str, Any]]) -> dict[int, Any]:
    return {row["key"]: row for row in rows}


def _whole(span: dt.timedelta) -> int:
    """Days, half up, as everybody rounds."""
    return (span + dt.timedelta(hours=12)).days
