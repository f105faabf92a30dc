"""The next term of a mark: reminded of, asked for in its last months, decided by somebody else, without a day between."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from curation.enums import ConflictKind
from curation.enums import RenewalOutcome as R
from curation.models import Curation, Renewal
from curation.services.certificate import revoke_curation
from curation.services.deadlines import queue_reminders_of_end
from curation.services.marking import later_by_months
from curation.services.renewal import ask_for_renewal, decide_renewal
from curation.services.reviewers import declare_conflict
from portal import audit, jobs
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted, TooLate
from portal.models import AuditEntry, Enterprise, Membership, Notification, User
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import officer
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return officer()


def ending(by: User, days: int = 40, workforce: int = 20) -> Curation:
    """A mark that ends in so many days."""
    ranked(by, workforce)
    until = timezone.localdate() + dt.timedelta(days=days)
    Curation.objects.update(valid_from=until - dt.timedelta(days=300), valid_until=until)
    return Curation.objects.get()


def owner(mark: Curation) -> User:
    return acting(mark.application)


def asked(by: User, **fields: int) -> Renewal:
    mark = ending(by, **fields)
    made = ask_for_renewal(mark, by=owner(mark))
    jobs.drain()
    return made


def test_it_is_asked_and_granted_in_the_browser_and_keeps_its_code(by: User) -> None:
    mark = ending(by)
    client = signed_in(owner(mark))
    page = client.get(f"/applications/{mark.application_id}/certificate/").content.decode()
    assert "Ajukan perpanjangan" in page
    form = client.get(f"/applications/{mark.application_id}/certificate/renew/").content.decode()
    assert "20 orang" in form, "filled in from the data as they are now"
    answer = client.post(f"/applications/{mark.application_id}/certificate/renew/", {"text": "Mesin ketiga."})
    assert answer.status_code == 302
    jobs.drain()
    (renewal,) = Renewal.objects.all()
    assert Notification.objects.filter(user=by, kind="renewal.asked").exists()
    desk = signed_in(by)
    assert f"/desk/renewals/{renewal.pk}/" in desk.get("/desk/curations/?state=asked").content.decode()
    assert "Mesin ketiga." in desk.get(f"/desk/renewals/{renewal.pk}/").content.decode()
    assert desk.post(f"/desk/renewals/{renewal.pk}/", {"outcome": "granted", "reason": ""}).status_code == 302
    before, token = mark.valid_until, mark.token
    mark.refresh_from_db()
    assert mark.valid_until == later_by_months(before + dt.timedelta(days=1), mark.programme.curation_months)
    assert mark.token == token
    assert "Berlaku sampai" in Client().get(f"/verify/{token}/").content.decode()
    assert Notification.objects.filter(user=owner(mark), kind="renewal.granted").exists()
    entry = AuditEntry.objects.of(mark.application).last()
    assert (entry.action, entry.payload["outcome"]) == ("decide_renewal", "granted")
    assert audit.breaks() == []


def test_it_is_asked_and_decided_by_api(by: User) -> None:
    mark = ending(by)
    made = Api(owner(mark)).post(f"curations/{mark.token}/renew/", {"text": "Sama."})
    assert made.status_code == 201
    jobs.drain()
    (listed,) = Api(by).get("renewals/?outcome=asked").json()["results"]
    one = Api(by).get(f"renewals/{listed['id']}/").json()
    assert one["score"]["total"] == "100.00"
    done = Api(by).post(f"renewals/{listed['id']}/decide/", {"outcome": "granted"})
    assert (done.status_code, done.json()["outcome"]) == (200, "granted")
    assert Api().get(f"curations/verify/{mark.token}/").json()["valid_until"] == done.json()["until"]
    again = Api(by).post(f"renewals/{listed['id']}/decide/", {"outcome": "refused", "reason": "x"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:mitrapasok:problem:decided")


def test_a_decision_that_comes_late_leaves_no_gap(by: User) -> None:
    """Asked on its last day, decided a week after: the new term begins where the old one ended."""
    renewal = asked(by, days=0)
    Curation.objects.update(valid_until=timezone.localdate() - dt.timedelta(days=7))
    end = Curation.objects.get().valid_until
    decide_renewal(renewal, R.GRANTED, by=by)
    mark = Curation.objects.get()
    assert mark.valid_until == later_by_months(end + dt.timedelta(days=1), 12)
    assert mark.is_valid


@pytest.mark.parametrize(
    ("days", "status", "code"),
    [(91, "verified", "too_early"), (-1, "verified", "ended"), (40, "suspended", "not_verified")],
)
def test_when_it_cannot_be_asked_for(by: User, days: int, status: str, code: str) -> None:
    mark = ending(by, days)
    user = owner(mark)
    Enterprise.objects.filter(pk=mark.enterprise_id).update(status=EnterpriseStatus(status))
    with pytest.raises(MoveNotAllowed) as refused:
        ask_for_renewal(mark, by=user)
    assert refused.value.code == code
    answer = signed_in(user).post(f"/applications/{mark.application_id}/certificate/renew/", {"text": "Tetap di sini."})
    assert answer.status_code == 422
    assert "Tetap di sini." in answer.content.decode()
    assert Api(user).post(f"curations/{mark.token}/renew/").status_code == 409
    assert not Renewal.objects.exists()


def test_twice_revoked_and_foreign_ones_are_refused(by: User) -> None:
    renewal = asked(by)
    mark = renewal.curation
    with pytest.raises(MoveNotAllowed, match="sudah diajukan"):
        ask_for_renewal(mark, by=owner(mark))
    with pytest.raises(IntegrityError, match="renewal_one_open"), transaction.atomic():
        Renewal.objects.create(curation=mark, snapshot_revision=1, asked_by=owner(mark))
    for stranger in (seller(), officer()):
        with pytest.raises(NotPermitted):
            ask_for_renewal(mark, by=stranger)
    assert signed_in(seller()).get(f"/applications/{mark.application_id}/certificate/renew/").status_code == 404
    assert signed_in(officer()).get(f"/desk/renewals/{renewal.pk}/").status_code == 404
    revoke_curation(mark, reason="SNI dicabut.", by=by)
    with pytest.raises(MoveNotAllowed, match="sudah dicabut"):
        decide_renewal(renewal, R.GRANTED, by=by)


def test_nobody_renews_the_mark_of_their_own_enterprise(by: User) -> None:
    renewal = asked(by)
    Membership.objects.create(
        user=by, organisation=renewal.curation.enterprise.organisation, role=Role.STAFF, ended_at=timezone.now()
    )
    with pytest.raises(NotPermitted):
        decide_renewal(renewal, R.GRANTED, by=by)
    with pytest.raises(IntegrityError, match="they belong to"), transaction.atomic():
        Renewal.objects.update(outcome=R.GRANTED, decided_by=by, decided_at=timezone.now(), until=timezone.localdate())


def test_not_renewed_says_why_and_the_mark_ends_as_it_would(by: User) -> None:
    renewal = asked(by)
    url = f"/desk/renewals/{renewal.pk}/"
    assert signed_in(by).post(url, {"outcome": "refused", "reason": ""}).status_code == 422
    with pytest.raises(ValidationError):
        decide_renewal(renewal, R.REFUSED, reason="  ", by=by)
    end = renewal.curation.valid_until
    signed_in(by).post(url, {"outcome": "refused", "reason": "Pengiriman sering terlambat."})
    mark = Curation.objects.get()
    assert (mark.valid_until, mark.application.status) == (end, "curated")
    page = signed_in(owner(mark)).get(f"/applications/{mark.application_id}/certificate/").content.decode()
    assert "Pengiriman sering terlambat." in page
    late = signed_in(by).post(url, {"outcome": "granted", "reason": "Berubah pikiran."})
    assert late.status_code == 409
    assert "Berubah pikiran." in late.content.decode()


def test_not_renewed_names_each_criterion_that_was_missed(by: User) -> None:
    mark = ending(by)
    missed = mark.programme.criteria_sets.get(published_at__isnull=False).criteria.get(feature="workforce")
    Enterprise.objects.filter(pk=mark.enterprise_id).update(
        workforce=10, workforce_trained=None, workforce_permanent=None
    )
    renewal = ask_for_renewal(mark, by=owner(mark))
    jobs.drain()
    decide_renewal(renewal, R.REFUSED, reason="Belum seperti saat lolos.", by=by)
    address = f"/applications/{mark.application_id}/certificate/"
    page = signed_in(owner(mark)).get(address).content.decode()
    assert missed.label in page
    assert missed.feedback_id in page
    assert "Belum seperti saat lolos." in page
    assert "10 orang" in page
    assert missed.feedback_id in signed_in(by).get(address).content.decode()


def test_renewing_against_the_criteria_needs_a_reason(by: User) -> None:
    mark = ending(by)
    Enterprise.objects.filter(pk=mark.enterprise_id).update(
        workforce=10, workforce_trained=None, workforce_permanent=None
    )
    renewal = ask_for_renewal(mark, by=owner(mark))
    jobs.drain()
    with pytest.raises(ValidationError) as refused:
        decide_renewal(renewal, R.GRANTED, by=by)
    assert "reason" in refused.value.message_dict
    page = signed_in(by).get(f"/desk/renewals/{renewal.pk}/").content.decode()
    assert "10 orang" in page
    assert "20 orang" in page, "what it was given on stands beside it"
    decide_renewal(renewal, R.GRANTED, reason="Pekerja musiman kembali bulan depan.", by=by)
    with pytest.raises(TooLate):
        decide_renewal(renewal, R.REFUSED, reason="x", by=by)


def test_a_mark_gets_longer_by_a_renewal_alone(by: User) -> None:
    mark = ending(by)
    with pytest.raises(IntegrityError, match="by a renewal"), transaction.atomic():
        Curation.objects.update(valid_until=mark.valid_until + dt.timedelta(days=1))
    renewal = asked_on(mark)
    decide_renewal(renewal, R.GRANTED, by=by)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Renewal.objects.update(reason="x")


def asked_on(mark: Curation) -> Renewal:
    made = ask_for_renewal(mark, by=owner(mark))
    jobs.drain()
    return made


def test_its_owner_is_told_three_times_and_when_it_has_ended(by: User) -> None:
    mark = ending(by, 300)
    told: list[int] = []
    for days in (91, 90, 89, 30, 29, 7, 0, -1, -2):
        until = timezone.localdate() + dt.timedelta(days=days)
        Curation.objects.update(valid_from=until - dt.timedelta(days=300), valid_until=until)
        before = news(mark)
        for _twice in range(2):
            queue_reminders_of_end()
            jobs.drain()
        if news(mark) > before:
            told.append(days)
    assert told == [90, 30, 7, -1]
    assert Notification.objects.filter(user=owner(mark), kind="curation.ended").count() == 1


def news(mark: Curation) -> int:
    return Notification.objects.filter(user=owner(mark), kind__in=["curation.ends", "curation.ended"]).count()


def test_nobody_is_reminded_of_what_was_asked_or_revoked(by: User) -> None:
    mark = asked(by).curation
    queue_reminders_of_end()
    jobs.drain()
    assert news(mark) == 0


# -- Where it is seen, and who decides ---------------------------------------------------------------------------------


def test_the_first_page_of_both_sides_shows_it(by: User) -> None:
    mark = ending(by)
    sme, desk = signed_in(owner(mark)), signed_in(by)
    shown = sme.get("/home/").context["next"]
    assert shown.title.startswith("Perpanjang tanda Anda")
    assert shown.url == f"/applications/{mark.application_id}/certificate/renew/"
    assert "Perpanjangan yang menunggu" not in desk.get("/home/").content.decode()
    renewal = ask_for_renewal(mark, by=owner(mark))
    assert not sme.get("/home/").context["next"].title.startswith("Perpanjang")
    page = desk.get("/home/").content.decode()
    assert f"/desk/renewals/{renewal.pk}/" in page
    assert "state=asked" in page


def test_an_early_mark_and_one_that_was_revoked_are_no_ones_next_step(by: User) -> None:
    mark = ending(by, days=200)
    client = signed_in(owner(mark))
    assert not client.get("/home/").context["next"].title.startswith("Perpanjang")
    Curation.objects.update(valid_until=timezone.localdate() + dt.timedelta(days=40))
    revoke_curation(mark, reason="Contoh palsu.", by=by)
    assert not client.get("/home/").context["next"].title.startswith("Perpanjang")


def test_who_declared_a_conflict_neither_sees_nor_renews_nor_revokes(by: User) -> None:
    renewal = asked(by)
    near = officer(by.organisation)
    desk = signed_in(near)
    assert "Saya memiliki benturan kepentingan" in desk.get(f"/desk/renewals/{renewal.pk}/").content.decode()
    declare_conflict(renewal.curation.application, kind=ConflictKind.MONEY, by=near)
    assert desk.get(f"/desk/renewals/{renewal.pk}/").status_code == 404
    assert Api(near).get(f"renewals/{renewal.pk}/").status_code == 404
    assert f"/desk/renewals/{renewal.pk}/" not in desk.get("/home/").content.decode()
    with pytest.raises(NotPermitted):
        decide_renewal(renewal, R.GRANTED, reason="Baik.", by=near)
    with pytest.raises(NotPermitted):
        revoke_curation(renewal.curation, reason="Contoh palsu.", by=near)
    with pytest.raises(IntegrityError, match="declared a conflict"), transaction.atomic():
        Renewal.objects.filter(pk=renewal.pk).update(
            outcome=R.REFUSED, decided_by=near, decided_at=timezone.now(), reason="Belum."
        )
    decide_renewal(renewal, R.GRANTED, reason="Baik.", by=by)
