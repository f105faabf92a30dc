"""Two people in the same second, and a ministry that suspends in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus
from curation.models import Application, CriteriaSet, Curation, Programme
from curation.scoring.criteria import next_version
from curation.services.criteria import put_in_force
from curation.services.programme import publish_programme
from curation.services.review import decide
from curation.services.scoring import score_range, start_official_run
from portal import jobs
from portal.enums import Role
from portal.flow import MoveNotAllowed
from portal.models import AuditEntry
from portal.services.enterprise import restore_enterprise, suspend_enterprise
from tests.curation.test_review_races import at_once
from tests.factories import curation as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def refused(act: Callable[[], object]) -> Callable[[], object]:
    """A refusal by field is one, too; so is a lock that was waited for in vain."""

    def tried() -> object:
        try:
            return act()
        except (ValidationError, OperationalError) as error:
            raise MoveNotAllowed(str(error), move="publish", status="") from error

    return tried


def test_a_programme_published_twice_at_once_is_published_once() -> None:
    user = make.officer()
    second = make.officer(user.organisation)
    draft = make.draft_programme(by=user)
    make.criteria_set(draft, publish=False)

    def publish(by) -> Callable[[], object]:
        return refused(lambda: publish_programme(Programme.objects.get(pk=draft.pk), by=by))

    results = at_once((user, publish(user)), (second, publish(second)))
    assert sum(isinstance(each, MoveNotAllowed) for each in results) == 1
    draft.refresh_from_db()
    assert draft.status == ProgrammeStatus.PUBLISHED
    assert CriteriaSet.objects.filter(programme=draft, published_at__isnull=False).count() == 1
    assert AuditEntry.objects.of(draft).filter(action="publish").count() == 1


def test_a_version_put_in_force_twice_at_once_is_one_version() -> None:
    user = make.officer()
    second = make.officer(user.organisation)
    programme = make.programme(by=user)
    version = next_version(programme, by=user)

    def publish(by) -> Callable[[], object]:
        return refused(lambda: put_in_force(CriteriaSet.objects.get(pk=version.pk), by=by))

    results = at_once((user, publish(user)), (second, publish(second)))
    assert sum(isinstance(each, MoveNotAllowed) for each in results) == 1
    assert list(programme.criteria_sets.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert programme.criteria.version == 2


def test_an_enterprise_suspended_between_scoring_and_marking_is_not_curated() -> None:
    """Scored well, then suspended by the ministry: a person looks at it, and cannot curate it before it is restored."""
    user = make.officer()
    programme = make.programme(by=user, quota=1)
    best, next_best = make.applicant(programme, workforce=20), make.applicant(programme, workforce=19)
    run = start_official_run(make.close(programme), by=None)
    for part in run.ranges.all():
        score_range(part)
    ministry = person(Role.MINISTRY_ADMIN)
    suspend_enterprise(best.enterprise, "Izin usaha dibekukan.", by=ministry)
    jobs.drain()
    best, next_best = (Application.objects.get(pk=each.pk) for each in (best, next_best))
    assert (best.status, next_best.status) == (A.IN_REVIEW, A.CURATED), "its place is the next one's"
    score = best.scores.get()
    with pytest.raises(ValidationError, match="tidak aktif"):
        decide(best, Outcome.CURATED, by=user, score=score)
    restore_enterprise(best.enterprise, by=ministry)
    decide(best, Outcome.CURATED, by=user, score=score)
    assert Application.objects.get(pk=best.pk).status == A.WAITLISTED, "and the quota is kept"
    assert Curation.objects.count() == 1
