"""Real threads: two officers on the last place, two on one application, an answer against its term."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application, Curation, Decision, Programme
from curation.services.application import appeal, withdraw_application
from curation.services.review import Finding, decide
from portal.acting import acting
from portal.flow import MoveNotAllowed
from portal.models import User
from tests.curation.test_review_pages import acting as owner_of
from tests.curation.test_review_pages import ranked
from tests.factories.curation import officer

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: tuple[User, Callable[[], object]]) -> list[object]:
    """Each in a thread and a connection of its own, all started together; what each returned or raised."""
    results: list[object] = [None] * len(acts)
    start = Barrier(len(acts))

    def run(place: int, user: User, act: Callable[[], object]) -> None:
        try:
            start.wait()
            with acting(user.pk, user.organisation_id):
                results[place] = act()
        except MoveNotAllowed as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, user, act)) for place, (user, act) in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_last_place_is_given_once() -> None:
    first = officer()
    second = officer(first.organisation)
    one, other = ranked(first, 10, 9, quota=1)
    at_once(
        (first, lambda: decide(one, Outcome.CURATED, by=first, reason="Baik.")),
        (second, lambda: decide(other, Outcome.CURATED, by=second, reason="Baik.")),
    )
    statuses = sorted(Application.objects.values_list("status", flat=True))
    assert statuses == [A.CURATED, A.WAITLISTED]
    assert Programme.objects.get().curated_count == Curation.objects.count() == 1


def test_two_officers_on_one_application_make_one_decision() -> None:
    first = officer()
    second = officer(first.organisation)
    (made,) = ranked(first, 10)
    results = at_once(
        (first, lambda: decide(made, Outcome.CURATED, by=first, reason="Baik.")),
        (second, lambda: decide(made, Outcome.DECLINED, by=second, reason="Belum.", findings=[Finding(text="x")])),
    )
    assert sum(isinstance(result, Decision) for result in results) == 1
    assert sum(isinstance(result, MoveNotAllowed) for result in results) == 1
    assert Decision.objects.filter(application=made, decided_by__isnull=False).count() == 1


def test_a_withdrawal_and_a_decision_at_once_leave_one_of_them() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    owner = owner_of(made)
    results = at_once(
        (user, lambda: decide(made, Outcome.CURATED, by=user, reason="Baik.")),
        (owner, lambda: withdraw_application(made, by=owner)),
    )
    made.refresh_from_db()
    assert sum(isinstance(result, MoveNotAllowed) for result in results) == 1
    assert Curation.objects.count() == (made.status == A.CURATED)
    assert Programme.objects.get().curated_count == Curation.objects.count()


def test_two_clicks_make_one_appeal() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=[Finding(text="Kapasitas")])
    owner = owner_of(made)

    def click() -> object:
        return appeal(Application.objects.get(pk=made.pk), text="Terlewat.", by=owner)

    refused = [each for each in at_once((owner, click), (owner, click)) if isinstance(each, MoveNotAllowed)]
    assert len(refused) == 1
    made.refresh_from_db()
    assert (made.status, made.snapshots.count()) == (A.APPEALED, 2)


def test_two_upheld_appeals_take_the_one_place_that_is_left() -> None:
    user = officer()
    both = ranked(user, 10, 9, quota=1)
    for made in both:
        decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=[Finding(text="Kapasitas")])
        appeal(made, text="Terlewat.", by=owner_of(made))
    second, third = officer(user.organisation), officer(user.organisation)

    def uphold(made: Application, by: User) -> Callable[[], object]:
        return lambda: decide(Application.objects.get(pk=made.pk), Outcome.CURATED, by=by, reason="Baik.")

    at_once((second, uphold(both[0], second)), (third, uphold(both[1], third)))
    assert sorted(Application.objects.values_list("status", flat=True)) == [A.CURATED, A.WAITLISTED]
    assert Curation.objects.count() == Programme.objects.get().curated_count == 1
