"""Real threads: two officers on the last place, two on one application, an answer against its term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ConflictKind, Outcome, RenewalOutcome
from curation.models import (
    Application,
    Conflict,
    Curation,
    Decision,
    EvidenceSnapshot,
    Programme,
    Renewal,
    Review,
    ReviewPoint,
)
from curation.services.application import appeal, submit_application, withdraw_application
from curation.services.own_review import declare_no_conflict, send_review
from curation.services.recognition import ask_for_recognition, withdraw_request
from curation.services.renewal import ask_for_renewal, decide_renewal
from curation.services.review import Finding, decide
from curation.services.reviewers import assign_reviewer, declare_conflict
from portal.acting import acting
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Notification, User
from tests.curation.test_review_pages import acting as owner_of
from tests.curation.test_review_pages import ranked
from tests.curation.test_reviewing import given
from tests.factories import curation as make
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


def refused(results: list[object]) -> list[MoveNotAllowed]:
    return [result for result in results if isinstance(result, MoveNotAllowed)]


def test_a_renewal_asked_for_twice_at_once_is_one() -> None:
    by = officer()
    ranked(by, 20)
    until = timezone.localdate() + dt.timedelta(days=40)
    Curation.objects.update(valid_from=until - dt.timedelta(days=300), valid_until=until)
    mark = Curation.objects.get()
    owner = owner_of(mark.application)
    results = at_once(*[(owner, lambda: ask_for_renewal(mark, by=owner))] * 2)
    assert [error.code for error in refused(results)] == ["asked"]
    assert Renewal.objects.count() == 1
    assert EvidenceSnapshot.objects.filter(application=mark.application).count() == 2


def test_a_renewal_decided_twice_at_once_goes_on_once() -> None:
    by = officer()
    second = officer(by.organisation)
    ranked(by, 20)
    until = timezone.localdate() + dt.timedelta(days=40)
    Curation.objects.update(valid_from=until - dt.timedelta(days=300), valid_until=until)
    mark = Curation.objects.get()
    renewal = ask_for_renewal(mark, by=owner_of(mark.application))
    results = at_once(
        *(
            (each, partial(decide_renewal, renewal, RenewalOutcome.GRANTED, reason="Baik.", by=each))
            for each in (by, second)
        )
    )
    assert [error.code for error in refused(results)] == ["decided"]
    mark.refresh_from_db()
    assert mark.valid_until == Renewal.objects.get().until
    assert (mark.valid_until - until).days < 400, "one term"


def test_recognition_asked_twice_at_once_is_one_draft() -> None:
    mark = ranked(officer(), 20)[0].curation
    mine = make.programme()
    by = mine.created_by
    by.act_as(by.memberships.get())
    second = officer(mine.buyer)
    results = at_once(*((each, partial(ask_for_recognition, mark, mine, by=each)) for each in (by, second)))
    assert [error.code for error in refused(results)] == ["already_applied"]
    assert Application.objects.filter(recognises=mark).count() == 1


def test_a_request_withdrawn_while_it_is_answered_is_one_or_the_other() -> None:
    mark = ranked(officer(), 20)[0].curation
    mine = make.programme()
    by = mine.created_by
    by.act_as(by.memberships.get())
    draft = ask_for_recognition(mark, mine, by=by)
    Application.objects.filter(pk=draft.pk).update(product=make.product(mark.enterprise))
    draft = Application.objects.get(pk=draft.pk)
    owner = owner_of(mark.application)
    results = at_once(
        (by, lambda: withdraw_request(mark, mine, by=by)), (owner, lambda: submit_application(draft, by=owner))
    )
    assert len(refused(results)) == 1
    draft.refresh_from_db()
    sent = draft.status == A.IN_REVIEW
    assert sent == (draft.submitted_at is not None) == draft.snapshots.exists()


def test_a_conflict_declared_twice_at_once_is_one_and_hands_on_once() -> None:
    first = officer()
    second, third = officer(first.organisation), officer(first.organisation)
    (made,) = ranked(first, 10, reviewers_needed=1)
    assign_reviewer(made, second, by=first)
    results = at_once(
        *[(second, lambda: declare_conflict(made, kind=ConflictKind.MONEY, by=second))] * 2,
        (third, lambda: declare_conflict(made, kind=ConflictKind.WORK, by=third)),
    )
    assert [type(error) for error in refused(results)] == [NotPermitted]
    assert sorted(Conflict.objects.values_list("person", flat=True)) == [second.pk, third.pk]
    assert list(Review.objects.pending().values_list("reviewer", flat=True)) == [first.pk]


def test_a_review_sent_twice_at_once_is_sent_once_as_a_whole() -> None:
    first = officer()
    second = officer(first.organisation)
    (made,) = ranked(first, 10, reviewers_needed=1)
    review = assign_reviewer(made, second, by=first)
    declare_no_conflict(review, by=second)
    results = at_once(
        *(
            (second, partial(send_review, Review.objects.get(), given(made, *points), by=second))
            for points in ((30, 40), (20, 10))
        )
    )
    assert [error.code for error in refused(results)] == ["not_at_work"]
    points = list(ReviewPoint.objects.order_by("criterion__position").values_list("points", flat=True))
    assert points in ([30, 40], [20, 10])
    assert Notification.objects.filter(user=first, kind="review.all_in").count() == 1
