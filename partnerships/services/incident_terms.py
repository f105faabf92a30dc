"""What time brings to problem reports: a reminder, the way to the authority, silence that counts as agreement, an heir."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partnerships.enums import IncidentStatus
from partnerships.flow import INCIDENT
from partnerships.models import Incident
from partnerships.selectors.incidents import terms
from partnerships.selectors.signatories import in_office
from partnerships.services import telling
from partnerships.services.incidents import count
from partnerships.services.walls import locked
from portal import audit
from portal.jobs import enqueue
from portal.notifications import day
from portal.working_days import WorkingDays

TERM_JOB = "partnerships.incident_term"
S = IncidentStatus


def queue_incidents() -> None:
    """A job for each report whose reader is to be reminded, or whose term is over. Safe to run twice."""
    today = timezone.localdate()
    reminding = Q(reminded_at=None, answer_by__lte=_remind_until(today))
    due = Incident.objects.filter(status__in=[S.OPEN, S.ANSWERED]).filter(Q(answer_by__lt=today) | reminding)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        enqueue(TERM_JOB, str(pk), payload={"incident": pk})


@transaction.atomic
def keep_term(incident: Incident) -> str:
    """Says what was done: "reminded", "escalated", "settled", or nothing."""
    locked(incident.partnership)
    current = Incident.objects.for_page().select_for_update(of=("self",)).get(pk=incident.pk)
    today = timezone.localdate()
    if current.status not in (S.OPEN, S.ANSWERED) or current.answer_by is None:
        return ""
    if current.answer_by >= today:
        return _remind(current) if current.answer_by <= _remind_until(today) else ""
    if current.status == S.OPEN:
        INCIDENT.make("escalate", current, by=None, came_at=current.came_at or timezone.now())
        for tell in (telling.tell_opener, telling.tell_other_side, telling.tell_its_authority):
            tell(current, "incident.unanswered")
        return "escalated"
    INCIDENT.make("settle", current, by=None, ended_at=timezone.now())
    count(current)
    for tell in (telling.tell_opener, telling.tell_other_side):
        tell(current, "incident.settled_silently")
    return "settled"


@transaction.atomic
def pass_on_incidents(on: dt.date | None = None) -> int:
    """What would come to, or lies with, a dissolved authority goes to its successor. Safe to run often."""
    on = on or timezone.localdate()
    moved = 0
    left = Incident.objects.running().filter(authority__valid_until__lt=on).for_page()
    for incident in left.select_for_update(of=("self",)).order_by("pk"):
        heir = in_office(incident.authority, on)
        if heir is None:
            continue
        earlier, incident.authority = incident.authority, heir
        incident.save(update_fields=["authority"])
        audit.record(incident, "pass_on", by=None, payload={"from": earlier.pk, "to": heir.pk})
        if incident.came_at is not None:
            telling.tell_its_authority(incident, "incident.passed_on")
        moved += 1
    return moved


def _remind(incident: Incident) -> str:
    if incident.reminded_at is not None:
        return ""
    incident.reminded_at = timezone.now()
    incident.save(update_fields=["reminded_at"])
    tell = telling.tell_other_side if incident.status == S.OPEN else telling.tell_opener
    tell(incident, "incident.due", due=day(incident.answer_by))
    return "reminded"


def _remind_until(today: dt.date) -> dt.date:
    """Terms up to this day are near."""
    return WorkingDays().after(today, terms(today).remind_before)
