"""The closing second: what is sent before it counts, what comes at it does not, and nobody falls between the two."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus
from curation.models import Application, Programme
from curation.services.deadlines import queue_what_is_due
from curation.services.scoring import queue_due_runs
from portal import jobs
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting
from tests.factories import curation as make
from tests.factories.enterprises import enterprise
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TINY = dt.timedelta(microseconds=1)


def draft_of(subject: Programme) -> Application:
    firm = enterprise(workforce=20, workforce_women=None, annual_sales=10**9)
    return make.draft_application(subject, firm, product=make.product(firm))


def test_a_moment_before_counts_and_the_second_itself_does_not() -> None:
    closing = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    subject = make.programme(closes_at=closing)
    early, late, by_api = draft_of(subject), draft_of(subject), draft_of(subject)
    with time_machine.travel(closing - TINY, tick=False):
        assert signed_in(acting(early)).post(f"/applications/{early.pk}/check/").status_code == 302
    with time_machine.travel(closing, tick=False):
        page = signed_in(acting(late)).post(f"/applications/{late.pk}/check/")
        assert page.status_code == 422
        assert "tidak sedang dibuka" in page.content.decode()
        assert Api(acting(by_api)).post(f"applications/{by_api.pk}/submit/").status_code == 409
        queue_what_is_due()
        queue_due_runs()
        jobs.drain()
    subject.refresh_from_db()
    assert subject.status == ProgrammeStatus.CLOSED
    statuses = dict(Application.objects.values_list("pk", "status"))
    assert statuses == {early.pk: A.CURATED, late.pk: A.DRAFT, by_api.pk: A.DRAFT}
