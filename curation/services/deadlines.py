"""What time does to applications and programmes: a term that ran out, a programme that ended."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus
from curation.flow import APPLICATION
from curation.models import Application, Curation, Decision, Programme
from curation.services import consortium
from curation.services.interest import queue_lapses
from curation.services.marking import later_by_months, tell
from curation.services.programme import UNFINISHED, archive_programme
from curation.services.renewal import LATE, REMIND_JOB, THRESHOLDS, threshold_of
from curation.services.review import Finding, publish_findings
from portal.enums import EnterpriseStatus
from portal.jobs import enqueue
from portal.presentation.dates import tanggal
from portal.presentation.languages import in_each_language

LAPSE_JOB, ARCHIVE_JOB, FILL_JOB = "curation.lapse", "curation.archive", "curation.fill_places"


def queue_what_is_due() -> None:
    """A job for each application whose term is over, and each programme that has ended or has a place for who waits.

    Safe to run twice.
    """
    today = timezone.localdate()
    late = Application.objects.filter(status=A.CHANGES_REQUESTED, answer_by__lt=today)
    for pk, answer_by in late.values_list("pk", "answer_by"):
        enqueue(LAPSE_JOB, f"{pk}:{answer_by}", payload={"application": pk})
    for programme in ended_programmes():
        enqueue(ARCHIVE_JOB, str(programme.pk), payload={"programme": programme.pk})
    queue_lapses()
    for pk in consortium.due().values_list("pk", flat=True):
        enqueue(consortium.EXPIRE_JOB, str(pk), payload={"consortium": pk})
    # Passed over while suspended, and verified again since: nothing but the clock tells.
    with_places = Programme.objects.filter(
        curated_count__lt=F("quota"),
        applications__status=A.WAITLISTED,
        applications__enterprise__status=EnterpriseStatus.VERIFIED,
    )
    for pk in with_places.distinct().values_list("pk", flat=True):
        enqueue(FILL_JOB, str(pk), payload={"programme": pk})


def queue_reminders_of_end() -> None:
    """Once a day: a job for each mark whose end is near or just past. Safe to run twice."""
    day = timezone.localdate()
    near = Curation.objects.filter(
        revoked_at=None, valid_until__range=(day - LATE, day + dt.timedelta(days=max(THRESHOLDS)))
    )
    for curation in near.order_by("pk"):
        if threshold_of(curation) is not None:
            enqueue(REMIND_JOB, str(curation.pk), payload={"curation": curation.pk})


def ended_programmes() -> list[Programme]:
    """A programme ends when its marks would have: nobody who still waits could be curated for longer."""
    today = timezone.localdate()
    closed = Programme.objects.filter(status=ProgrammeStatus.CLOSED).exclude(applications__status__in=UNFINISHED)
    return [
        programme
        for programme in closed.distinct()
        if later_by_months(timezone.localdate(programme.closes_at), programme.curation_months) < today
    ]


@transaction.atomic
def lapse(application: Application) -> None:
    """No answer within the term: not selected, with that reason and what was asked for."""
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("programme__buyer", "enterprise__organisation")
        .get(pk=application.pk)
    )
    term = application.answer_by
    if application.status != A.CHANGES_REQUESTED or term is None or term >= timezone.localdate():
        return
    asked = application.decisions.filter(outcome=A.CHANGES_REQUESTED).prefetch_related("feedback__criterion").first()
    reason, in_english = in_each_language(
        lambda: _("The changes that were asked for did not arrive by %(date)s.") % {"date": tanggal(term, "long")}
    )
    now = timezone.now()
    APPLICATION.make("lapse", application, by=None, payload={"answer_by": term}, decided_at=now, answer_by=None)
    decision = Decision.objects.create(
        application=application, outcome=A.DECLINED, reason=reason, decided_at=now, score=asked.score if asked else None
    )
    asked_for = [
        Finding(
            text=row.text,
            criterion=row.criterion,
            found=row.found,
            wanted=row.wanted,
            text_en=row.text_en,
            found_en=row.found_en,
            wanted_en=row.wanted_en,
        )
        for row in (asked.feedback.all() if asked else [])
    ]
    publish_findings(decision, [Finding(text=reason, text_en=in_english), *asked_for])
    tell([application])


def archive_if_ended(programme: Programme) -> None:
    if any(ended.pk == programme.pk for ended in ended_programmes()):
        archive_programme(programme, by=None)
