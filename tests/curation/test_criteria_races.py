"""Two clicks on a draft of criteria: one version is published, one pool run is started, and the other click hears why not."""

from __future__ import annotations

import pytest

from curation.models import CriteriaSet, PoolRun, Programme
from curation.scoring.criteria import next_version
from curation.services.criteria import put_in_force
from curation.services.pool import start_pool_run
from curation.services.programme import publish_programme
from portal.flow import MoveNotAllowed
from portal.models import AuditEntry
from tests.curation.test_scoring_races import together
from tests.factories import curation as make
from tests.factories.enterprises import enterprise

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_programme_published_twice_at_once_is_published_once() -> None:
    subject = make.draft_programme()
    made = make.criteria_set(subject, publish=False)
    by = subject.created_by
    results = together(2, lambda number: publish_programme(Programme.objects.get(pk=subject.pk), by=by))
    assert sum(isinstance(each, Exception) for each in results) == 1, results
    made.refresh_from_db()
    assert made.digest
    assert AuditEntry.objects.of(made).filter(action="publish").count() == 1


def test_a_next_version_put_in_force_twice_at_once_is_so_once() -> None:
    subject = make.programme()
    draft = next_version(subject, by=subject.created_by)
    results = together(2, lambda number: put_in_force(CriteriaSet.objects.get(pk=draft.pk), by=subject.created_by))
    (refused,) = (each for each in results if isinstance(each, Exception))
    assert isinstance(refused, MoveNotAllowed)
    assert refused.code == "published"
    assert AuditEntry.objects.of(draft).filter(action="publish").count() == 1


def test_the_pool_is_scored_once_for_two_clicks() -> None:
    enterprise()
    subject = make.draft_programme()
    make.criteria_set(subject, publish=False)
    results = together(2, lambda number: start_pool_run(Programme.objects.get(pk=subject.pk), by=subject.created_by))
    assert sum(isinstance(each, PoolRun) for each in results) == 1, results
    (refused,) = (each for each in results if not isinstance(each, PoolRun))
    assert isinstance(refused, MoveNotAllowed)
    assert refused.code == "run_open"
    assert PoolRun.objects.count() == 1
