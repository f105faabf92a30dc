"""A paper that expires takes its points with it that day; marks stay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, Shape
from curation.models import Application, Renewal, Score
from curation.scoring.explain import explain
from curation.services.application import appeal
from curation.services.rescoring import rescore_expired
from curation.services.review import Finding, decide
from curation.services.scoring import PROVISIONAL_JOB, dry_run, score_provisional, take_snapshot
from curation.tasks import due_runs
from portal import jobs
from portal.enums import JobState
from portal.models import Document, Job, Notification
from portal.tasks import keep_up
from tests.factories import curation as make
from tests.factories.checking import paper, verified_paper
from tests.factories.curation import criterion
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.partnerships import curation_of

pytestmark = pytest.mark.django_db
LINES = (
    criterion("sni", Shape.VALID_ON, 40, days=0),
    criterion("verified_documents", Shape.LINEAR, 60, zero_at="0", full_at="3"),
)


def applied(days: int = 3, status: str = A.SUBMITTED, **fields):
    """With an SNI that ends in so many days, and two papers that don't."""
    made = enterprise()
    verified_paper(made, "sni", valid_until=timezone.localdate() + dt.timedelta(days=days))
    verified_paper(made, "nib")
    paper(made, "npwp")
    application = make.application(make.programme(lines=LINES, **fields), made)
    score_provisional(application)
    if status != A.SUBMITTED:
        Application.objects.filter(pk=application.pk).update(status=status)
        application.refresh_from_db()
    return application


def totals(application) -> list[Decimal]:
    return list(Score.objects.filter(application=application).order_by("pk").values_list("total", flat=True))


def after(days: int):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=True)


def test_the_day_after_its_last_day_it_counts_no_more() -> None:
    application = applied(days=3)
    assert totals(application) == [Decimal(80)]
    with after(3):
        assert rescore_expired() == 0, "its last day counts"
    with after(4):
        assert rescore_expired() == 1
        jobs.drain()
        assert totals(application) == [Decimal(80), Decimal(20)], "no SNI, and one verified document instead of two"
        assert rescore_expired() == 0, "the second run of the day finds nothing"
        explanation = explain(application.scores.order_by("-pk").first())
        counted = next(each for each in explanation.results if each.feature.key == "verified_documents")
        assert counted.value == 1
        expired = next(each for each in explanation.results if each.feature.key == "sni")
        assert expired.paper_expired


def test_every_application_that_nobody_has_decided_on() -> None:
    applied(days=1)
    applied(days=1, status=A.IN_REVIEW)
    decided(applied(days=1, status=A.IN_REVIEW), Outcome.CHANGES_REQUESTED)
    full = applied(days=1, status=A.IN_REVIEW, quota=1)
    curation_of(enterprise(), full.programme, by=full.programme.created_by)
    decided(full, Outcome.CURATED)
    full.refresh_from_db()
    assert full.status == A.WAITLISTED, "nobody decides on it any more, and a place may come free"
    with after(2):
        assert rescore_expired() == 4


def test_an_open_appeal_and_an_open_renewal_are_still_decided_on_by_what_counts_today() -> None:
    appealed, declined = (applied(days=1, status=A.IN_REVIEW) for _each in range(2))
    for each in (appealed, declined):
        decided(each, Outcome.DECLINED)
        each.refresh_from_db()
    appeal(appealed, text="Terlewat.", by=owner_of(appealed.enterprise))
    subject = make.programme(lines=LINES)
    asked, quiet = (curation_of(enterprise(), subject, by=subject.created_by) for _each in range(2))
    for mark in (asked, quiet):
        verified_paper(mark.enterprise, "sni", valid_until=timezone.localdate() + dt.timedelta(days=1))
        take_snapshot(mark.application, by=mark.application.created_by)
        score_provisional(mark.application)
    Renewal.objects.create(curation=asked, snapshot_revision=1, asked_by=asked.application.created_by)
    jobs.drain()
    with after(2):
        assert rescore_expired() == 2
        found = Job.objects.filter(kind=PROVISIONAL_JOB, state=JobState.READY).values_list("key", flat=True)
        assert set(found) == {str(appealed.pk), str(asked.application_id)}


def decided(application: Application, outcome: Outcome) -> None:
    """By a person, as the desk does it."""
    officer = application.programme.created_by.act_as(application.programme.created_by.memberships.get())
    told = [Finding(text="Lengkapi sertifikat.")] if outcome != Outcome.CURATED else []
    decide(application, outcome, by=officer, reason="Diperiksa bersama contoh barang.", findings=told)


@pytest.mark.parametrize("outcome", [Outcome.CURATED, Outcome.DECLINED])
def test_marks_stay(outcome: Outcome) -> None:
    decided(applied(days=1, status=A.IN_REVIEW), outcome)
    with after(2):
        assert rescore_expired() == 0


def test_what_was_withdrawn_stays() -> None:
    application = applied(days=1)
    Application.objects.filter(pk=application.pk).update(status=A.WITHDRAWN)
    with after(2):
        assert rescore_expired() == 0


def test_the_rounds_of_a_day_rescore_it_and_tell_its_owner() -> None:
    """As beat calls them: a line taken out of either round would leave papers to expire unseen."""
    application = applied(days=1)
    owner = owner_of(application.enterprise)
    with after(2):
        for _round in range(2):
            keep_up()
            due_runs()
        jobs.drain()
    assert totals(application) == [Decimal(80), Decimal(20)]
    told = Notification.objects.filter(user=owner, kind__startswith="document.expire")
    assert list(told.values_list("kind", flat=True)) == ["document.expired"]


def test_a_dry_run_reads_live_what_is_valid_today() -> None:
    application = applied(days=1)
    with after(2):
        found = dry_run(application.enterprise, application.programme)
    assert found.total == Decimal(20)


def test_a_refused_paper_is_no_evidence() -> None:
    application = applied(days=30)
    sni = Document.objects.get(kind="sni")
    Document.objects.filter(pk=sni.pk).update(
        verified_at=None,
        verified_by=None,
        refused_at=timezone.now(),
        refused_by=sni.verified_by,
        refused_reason="Palsu",
    )
    found = dry_run(application.enterprise, application.programme)
    assert found.total == Decimal(20)


def test_present_asks_for_one_that_is_valid() -> None:
    made = enterprise()
    paper(made, "sni", valid_until=timezone.localdate())
    programme = make.programme(
        lines=(criterion("sni", Shape.PRESENT, 100),), threshold=Decimal(50), review_floor=Decimal(10)
    )
    application = make.application(programme, made)
    assert score_provisional(application).total == 100
    with after(1):
        assert score_provisional(application).total == 0


def test_who_says_so_stands_beside_each_value() -> None:
    lines = (
        criterion("sni", Shape.VALID_ON, 25, days=0),
        criterion("halal", Shape.VALID_ON, 25, days=0),
        criterion("workforce", Shape.LINEAR, 25, zero_at="0", full_at="20"),
        criterion("nib", Shape.PRESENT, 25),
    )
    made = enterprise()
    verified_paper(made, "sni")
    paper(made, "halal")
    application = make.application(make.programme(lines=lines), made)
    sources = {each.feature.key: each.source for each in explain(score_provisional(application)).results}
    assert sources == {
        "sni": "dokumen terverifikasi",
        "halal": "dokumen belum diverifikasi",
        "workforce": "pernyataan sendiri",
        "nib": "diperiksa kementerian",
    }
