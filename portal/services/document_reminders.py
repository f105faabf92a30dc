"""Owners are told 60, 30 and 7 days before a document expires, and once it has. One notice each, however often this runs.

A verified one whose renewal nobody has checked yet is spoken of 7 days before its end and once it has ended: from then on only
a declared one is left. The companions are told of that as well, since they can check it on the spot.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from portal.enums import EnterpriseStatus
from portal.jobs import enqueue
from portal.models import Assignment, Document, DocumentReminder
from portal.notifications import notify, notify_organisation
from portal.presentation.dates import tanggal
from portal.services.completeness import measure_again

REMINDER_JOB = "portal.remind_of_documents"
THRESHOLDS = (60, 30, 7)
# Of one that was renewed in time, where the renewal is not checked.
WHILE_RENEWAL_WAITS = (7,)
EXPIRED = 0
# A scheduler that stood still for a month has been noticed; older news is none.
LATE = dt.timedelta(days=30)
RANGE = 200


def queue_reminders(day: dt.date | None = None) -> int:
    """Jobs for the documents whose owners have something to be told; how many documents. Safe to run twice."""
    day = day or timezone.localdate()
    due = [document.pk for document in _ending(day).order_by("pk") if threshold_of(document, day) is not None]
    for start in range(0, len(due), RANGE):
        part = due[start : start + RANGE]
        enqueue(REMINDER_JOB, f"{day}:{part[0]}-{part[-1]}", payload={"first": part[0], "last": part[-1]})
    return len(due)


def remind(first: int, last: int, day: dt.date | None = None) -> int:
    """Tell the owners of a range of documents; how many were told. Safe to run twice, also at once."""
    day = day or timezone.localdate()
    found = _ending(day).filter(pk__range=(first, last)).select_related("enterprise__organisation").order_by("pk")
    return sum(_remind(document, day) for document in found)


@transaction.atomic
def _remind(document: Document, day: dt.date) -> bool:
    threshold = threshold_of(document, day)
    if threshold is None:
        return False
    # The constraint lets one of two schedulers through; the other waits for it here and finds the row.
    _row, first = DocumentReminder.objects.get_or_create(document=document, days=threshold)
    if not first:
        return False
    if threshold == EXPIRED:
        measure_again(document.enterprise_id)
    ended = threshold == EXPIRED
    words = {"name": document.number or document.file_name, "until": tanggal(document.valid_until)}
    if document.renewal_waits:
        kind = "document.only_declared" if ended else "document.renewal_waits"
        _tell_companions(document, words)
    else:
        kind = "document.expired" if ended else "document.expires"
    notify_organisation(document.enterprise.organisation, kind, path=reverse("document_list"), **words)
    return True


def _tell_companions(document: Document, words: dict[str, str]) -> None:
    path = reverse("enterprise_document_list", args=[document.enterprise_id])
    for each in Assignment.objects.open().filter(enterprise=document.enterprise_id).select_related("companion", "plut"):
        firm = document.enterprise.name
        notify([each.companion], "document.to_check", path=path, organisation=each.plut, firm=firm, **words)


def threshold_of(document: Document, day: dt.date) -> int | None:
    """The nearest threshold passed, if its owner has not been told of it: a paper entered a week before its end is
    reminded of once, not three times."""
    if document.valid_until is None:
        return None
    left = (document.valid_until - day).days
    thresholds = WHILE_RENEWAL_WAITS if document.renewal_waits else THRESHOLDS
    passed = EXPIRED if left < 0 else next((days for days in sorted(thresholds) if left <= days), None)
    return None if passed is None or passed in document.reminded else passed


def _ending(day: dt.date) -> QuerySet[Document]:
    """Those whose end is near or just past, that nothing longer has taken the place of: of a verified one, nothing verified."""
    longer = Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_until"))
    in_its_place = Document.objects.filter(longer, replaces=OuterRef("pk"), refused_at=None)
    renewals = Document.objects.renewals().filter(longer, enterprise=OuterRef("enterprise"), renews=OuterRef("pk"))
    return (
        Document.objects.filter(
            valid_until__range=(day - LATE, day + dt.timedelta(days=max(THRESHOLDS))), refused_at=None
        )
        .exclude(enterprise__status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED])
        .exclude(Exists(renewals.filter(verified_at__isnull=False)))
        .exclude(Exists(in_its_place), verified_at=None)
        .annotate(renewal_waits=Exists(renewals.unchecked()))
        .annotate(reminded=ArrayAgg("reminders__days", filter=Q(reminders__isnull=False), default=Value([])))
    )
