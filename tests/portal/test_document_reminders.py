"""60, 30 and 7 days before, and once it has expired: one notice each, however often and by how many the job is run."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal import jobs
from portal.enums import EnterpriseStatus
from portal.models import Document, DocumentReminder, Notification
from portal.services.document import renew_document
from portal.services.document_reminders import THRESHOLDS, queue_reminders, remind, threshold_of
from tests.factories.checking import companion_of, paper, verified_paper
from tests.factories.enterprises import enterprise, owner_of
from tests.signing_in import signed_in

TODAY = timezone.localdate()


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def told(user) -> list[str]:
    return list(
        Notification.objects.filter(user=user, kind__startswith="document.expire").values_list("kind", flat=True)
    )


def run(day: dt.date) -> int:
    first, last = Document.objects.order_by("pk").first().pk, Document.objects.order_by("pk").last().pk
    return remind(first, last, day)


@pytest.mark.django_db
def test_each_threshold_once_day_by_day() -> None:
    made = enterprise()
    owner = owner_of(made)
    document = paper(made, "sni", valid_until=in_days(70))
    days_told = []
    for day in (in_days(n) for n in range(75)):
        if run(day):
            days_told.append((document.valid_until - day).days)
        assert run(day) == 0, "the second run of a day tells nobody"
    assert days_told == [60, 30, 7, -1]
    assert sorted(told(owner)) == ["document.expired", *["document.expires"] * 3]
    assert set(document.reminders.values_list("days", flat=True)) == {*THRESHOLDS, 0}


@pytest.mark.django_db
def test_one_entered_late_is_reminded_of_once_not_three_times() -> None:
    made = enterprise()
    owner = owner_of(made)
    paper(made, "sni", valid_until=in_days(5))
    run(TODAY)
    assert told(owner) == ["document.expires"]
    assert DocumentReminder.objects.get().days == 7


@pytest.mark.django_db
def test_a_scheduler_that_stood_still_still_tells_of_the_end_and_not_of_long_ago() -> None:
    made = enterprise()
    owner_of(made)
    paper(made, "sni", valid_until=in_days(-9))
    paper(made, "halal", valid_until=in_days(-90))
    assert run(TODAY) == 1
    assert Notification.objects.get().kind == "document.expired"


@pytest.mark.django_db
def test_a_renewed_one_is_quiet_and_the_new_one_has_notices_of_its_own() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = paper(made, "sni", valid_until=in_days(40))
    run(TODAY)
    new = renew_document(old, by=owner, number="SNI 2222", issuer="LSPro", valid_from=TODAY, valid_until=in_days(400))
    for day in range(45):
        run(in_days(day))
    assert told(owner) == ["document.expires"], "the one sent before it was renewed"
    run(in_days(345))
    assert new.reminders.get().days == 60
    assert len(told(owner)) == 2


@pytest.mark.django_db
def test_while_nobody_has_checked_a_renewal_owner_and_companion_hear_that_only_a_declared_one_will_be_left() -> None:
    made = enterprise()
    owner, companion = owner_of(made), companion_of(made)
    old = verified_paper(made, "sni", valid_until=in_days(40))
    new = renew_document(old, by=owner, number="SNI 2222", issuer="LSPro", valid_from=TODAY, valid_until=in_days(800))
    days_told = [(old.valid_until - day).days for day in (in_days(n) for n in range(60)) if run(day)]
    assert days_told == [7, -1], "it was renewed in time: nobody has to be told to renew it"
    kinds = Notification.objects.filter(kind__startswith="document.").order_by("pk").values_list("user", "kind")
    assert sorted(kinds) == sorted(
        [
            (owner.pk, "document.renewal_waits"),
            (owner.pk, "document.only_declared"),
            *[(companion.pk, "document.to_check")] * 2,
        ]
    )
    assert not new.reminders.exists()
    answer = signed_in(owner).get(reverse("document_list")).content.decode()
    assert "Pembaruan menunggu diperiksa" in answer


@pytest.mark.django_db
def test_a_renewal_that_was_checked_leaves_nothing_to_be_told() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = verified_paper(made, "sni", valid_until=in_days(40))
    new = renew_document(old, by=owner, number="SNI 2222", issuer="LSPro", valid_from=TODAY, valid_until=in_days(800))
    by = verified_paper(made, "nib").verified_by
    Document.objects.filter(pk=new.pk).update(verified_at=timezone.now(), verified_by=by, verified_how="at_the_desk")
    assert not any(run(in_days(n)) for n in range(60))


@pytest.mark.django_db
def test_a_refused_renewal_does_not_silence_the_old_one() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = paper(made, "sni", valid_until=in_days(6))
    new = renew_document(old, by=owner, number="SNI 2", issuer="LSPro", valid_until=in_days(400))
    assert run(TODAY) == 0
    Document.objects.filter(pk=new.pk).update(refused_at=timezone.now(), refused_by=owner, refused_reason="Buram")
    assert run(TODAY) == 1


@pytest.mark.django_db
def test_what_takes_the_place_of_a_refused_or_unchecked_renewal_renews_the_verified_paper() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = verified_paper(made, "sni", valid_until=in_days(6))
    renewal = {"by": owner, "issuer": "LSPro", "valid_from": TODAY}
    first = renew_document(old, number="SNI 2", valid_until=in_days(400), **renewal)
    Document.objects.filter(pk=first.pk).update(refused_at=timezone.now(), refused_by=owner, refused_reason="Buram")
    second = renew_document(first, number="SNI 3", valid_until=in_days(401), **renewal)
    third = renew_document(second, number="SNI 4", valid_until=in_days(402), **renewal)
    assert [(each.pk, each.renewed_until) for each in Document.objects.renewals_to_check(TODAY)] == [
        (third.pk, old.valid_until)
    ]
    assert run(TODAY) == 1
    assert Notification.objects.get(user=owner).kind == "document.renewal_waits"
    verified_by = verified_paper(made, "nib").verified_by
    Document.objects.filter(pk=third.pk).update(
        verified_at=timezone.now(), verified_by=verified_by, verified_how="at_the_desk"
    )
    assert not Document.objects.renewals_to_check(TODAY).exists()
    assert not any(run(in_days(n)) for n in range(60))


@pytest.mark.django_db
def test_closed_businesses_and_papers_without_an_end_are_left_alone() -> None:
    paper(enterprise(status=EnterpriseStatus.CLOSED), "sni", valid_until=in_days(3))
    paper(enterprise(), "nib")
    assert run(TODAY) == 0


@pytest.mark.django_db
def test_the_days_job_does_it() -> None:
    made = enterprise()
    owner = owner_of(made)
    paper(made, "sni", valid_until=in_days(30))
    assert queue_reminders() == 1
    assert queue_reminders() == 1, "queued twice, the job table holds it once"
    jobs.drain()
    assert told(owner) == ["document.expires"]
    assert queue_reminders() == 0


@pytest.mark.django_db
def test_the_nearest_threshold_counts() -> None:
    document = paper(enterprise(), "sni", valid_until=in_days(61))
    document.reminded, document.renewal_waits = [], False
    found = {
        days: threshold_of(document, document.valid_until - dt.timedelta(days=days))
        for days in (61, 60, 31, 30, 8, 7, 0, -1)
    }
    assert found == {61: None, 60: 60, 31: 60, 30: 30, 8: 30, 7: 7, 0: 7, -1: 0}


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_send_one_notice() -> None:
    made = enterprise()
    owner = owner_of(made)
    document = paper(made, "sni", valid_until=in_days(7))
    start, counts = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            counts.append(remind(document.pk, document.pk, TODAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 1]
    assert told(owner) == ["document.expires"]
