"""An enterprise's way: find, dry run, apply, and what it can do afterwards."""

from __future__ import annotations

import datetime as dt
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, ProgrammeStatus, Shape
from curation.models import Answer, Application, Decision, EvidenceSnapshot, Programme
from curation.services import application as service
from curation.services.deadlines import queue_what_is_due
from curation.services.review import Finding, decide
from curation.services.scoring import dry_run, dry_runs, score_provisional
from portal import jobs
from portal.acting import acting
from portal.enums import EnterpriseStatus
from portal.flow import MoveNotAllowed
from portal.models import AuditEntry, Enterprise, Notification, User
from portal.services.dossier import save_section
from tests.factories.curation import applicant, criterion, draft_application, officer, product, programme
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import curation_of
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def owner(**fields: object) -> User:
    return seller(**{"workforce": 12, "annual_sales": 5 * 10**8, **fields})


def in_review(user: User | None = None, **fields: object) -> Application:
    user = user or officer()
    made = applicant(programme(by=user), workforce=12, annual_sales=5 * 10**8)
    Application.objects.filter(pk=made.pk).update(status=A.IN_REVIEW)
    made.refresh_from_db()
    return made


def acting_owner(made: Application) -> User:
    return made.created_by.act_as(made.created_by.memberships.get())


def ask_changes(made: Application, user: User) -> Decision:
    text = "Lampirkan hasil uji tarik."
    return decide(made, Outcome.CHANGES_REQUESTED, by=user, reason=text, findings=[Finding(text=text)])


def test_from_finding_to_sending() -> None:
    subject = programme()
    user = owner()
    offered = product(user.organisation.enterprise)
    client = signed_in(user)
    page = client.get("/opportunities/programmes/").content.decode()
    assert subject.name in page
    assert "56,0" in page  # 12 of 20 workers: 36 points; half a billion of sales: 20
    page = client.get(f"/opportunities/{subject.pk}/").content.decode()
    assert "Agar Anda lolos kurasi" in page
    assert not Application.objects.exists()
    answer = client.post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk})
    made = Application.objects.get()
    assert made.status == A.DRAFT
    assert answer.url == f"/applications/{made.pk}/check/"
    assert client.get(answer.url).status_code == 200
    assert not EvidenceSnapshot.objects.exists()
    client.post(answer.url)
    made.refresh_from_db()
    assert made.status == A.SUBMITTED
    assert made.snapshots.get().product == offered
    jobs.drain()
    assert made.scores.get().total == 56
    page = client.get(f"/applications/{made.pk}/").content.decode()
    assert "56,0" in page
    assert Notification.objects.filter(user=user, kind="application.submitted").exists()
    assert {"start", "submit", "take_snapshot"} <= set(AuditEntry.objects.of(made).values_list("action", flat=True))


def test_a_closed_round_says_so_before_what_the_score_would_be() -> None:
    subject = programme()
    client = signed_in(owner())
    Programme.objects.filter(pk=subject.pk).update(
        opens_at=timezone.now() - dt.timedelta(days=30), closes_at=timezone.now() - dt.timedelta(days=1)
    )
    page = client.get(f"/opportunities/{subject.pk}/").content.decode()
    assert 0 < page.index("Program ini ditutup pada") < page.index('id="score"')
    assert not any(chance in page for chance in ("Anda memenuhi syarat", "Belum cukup", "Ditinjau petugas"))


def test_two_tabs_send_one_application_once() -> None:
    user = owner()
    made = draft_application(programme(), user.organisation.enterprise, product=product(user.organisation.enterprise))
    client = signed_in(user)
    client.post(f"/applications/{made.pk}/check/")
    answer = client.post(f"/applications/{made.pk}/check/", follow=True)
    assert "sudah diubah" in answer.content.decode()
    assert made.snapshots.count() == 1


def test_two_tabs_start_one_application() -> None:
    user = owner()
    subject, offered = programme(), product(user.organisation.enterprise)
    client = signed_in(user)
    first = client.post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk})
    second = client.post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk})
    assert first.url == second.url
    assert Application.objects.count() == 1


def test_another_product_for_what_was_begun_is_in_its_trail() -> None:
    user = owner()
    subject, first, other = programme(), *(product(user.organisation.enterprise) for _each in "ab")
    made = service.start_application(subject, user.organisation.enterprise, product=first, by=user)
    for _twice in range(2):
        assert service.start_application(subject, user.organisation.enterprise, product=other, by=user) == made
    entries = AuditEntry.objects.of(made).values_list("action", "payload")
    assert list(entries) == [
        ("start", {"programme": subject.pk, "product": first.pk}),
        ("change_product", {"before": first.pk, "after": other.pk}),
    ]


def test_a_second_open_application_is_refused() -> None:
    user = owner()
    subject, offered = programme(), product(user.organisation.enterprise)
    made = service.start_application(subject, user.organisation.enterprise, product=offered, by=user)
    service.submit_application(made, by=user)
    with pytest.raises(MoveNotAllowed) as refused:
        service.start_application(subject, user.organisation.enterprise, product=offered, by=user)
    assert refused.value.code == "already_applied"
    page = signed_in(user).get(f"/opportunities/{subject.pk}/apply/", follow=True)
    assert page.redirect_chain == [(f"/applications/{made.pk}/", 302)]
    assert made.number in page.content.decode()
    assert "sudah melamar di sini" in page.content.decode()


@pytest.mark.parametrize("changes", [{"status": ProgrammeStatus.CLOSED}, {"past": True}, {"future": True}])
def test_a_round_that_is_not_open_takes_nobody(changes: dict) -> None:
    now = timezone.now()
    if changes.pop("past", False):
        changes["closes_at"] = now - dt.timedelta(seconds=1)
    if changes.pop("future", False):
        changes["opens_at"] = now + dt.timedelta(days=1)
    subject = programme(**changes)
    user = owner()
    offered = product(user.organisation.enterprise)
    client = signed_in(user)
    answer = client.post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk}, follow=True)
    assert "Program ini tidak sedang dibuka." in answer.content.decode()
    assert not Application.objects.exists()
    made = draft_application(subject, user.organisation.enterprise, product=offered)
    client.post(f"/applications/{made.pk}/check/")
    made.refresh_from_db()
    assert made.status == A.DRAFT


def test_a_full_round_says_so_and_takes_who_wants_to_wait() -> None:
    subject = programme(quota=1)
    curation_of(enterprise(), subject, by=subject.created_by)
    user = owner()
    client = signed_in(user)
    offered = product(user.organisation.enterprise)
    assert "Kuota sudah penuh" in client.get(f"/opportunities/{subject.pk}/apply/").content.decode()
    assert client.post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk}).status_code == 302


def test_only_verified_businesses_apply() -> None:
    subject = programme()
    user = owner(status=EnterpriseStatus.SUBMITTED)
    offered = product(user.organisation.enterprise)
    answer = signed_in(user).post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk})
    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_a_suspended_business_sends_nothing_on_the_page_or_over_the_api() -> None:
    """Nor what it had begun before. The database says so too: tests/curation/test_walls.py."""
    subject, user = programme(), owner()
    applicant = user.organisation.enterprise
    offered = product(applicant)
    begun = draft_application(subject, applicant, product=offered)
    other = programme()
    Enterprise.objects.filter(pk=applicant.pk).update(status=EnterpriseStatus.SUSPENDED)
    client = signed_in(user)
    assert client.post(f"/opportunities/{other.pk}/apply/", {"product": offered.pk}).status_code == 422
    page = client.post(f"/applications/{begun.pk}/check/", follow=True).content.decode()
    assert "Usaha Anda sedang ditangguhkan, sehingga tidak dapat melamar" in page
    body = {"programme": other.pk, "product": offered.pk}
    assert client.post("/api/v1/applications/", body, content_type="application/json").status_code == 422
    assert client.post(f"/api/v1/applications/{begun.pk}/submit/").status_code == 422
    assert list(Application.objects.values_list("status", flat=True)) == [A.DRAFT]


def test_a_foreign_product_is_no_choice() -> None:
    subject, user = programme(), owner()
    foreign = product(owner().organisation.enterprise)
    answer = signed_in(user).post(f"/opportunities/{subject.pk}/apply/", {"product": foreign.pk})
    assert answer.status_code == 422


def test_a_foreign_application_does_not_exist() -> None:
    made = in_review()
    client = signed_in(owner())
    for path in ("", "check/", "answer/", "withdraw/", "appeal/", "certificate/"):
        assert client.get(f"/applications/{made.pk}/{path}").status_code == 404


def test_changes_are_answered_with_the_next_snapshot() -> None:
    buyer = officer()
    made = in_review(buyer)
    user = made.created_by.act_as(made.created_by.memberships.get())
    ask_changes(made, buyer)
    client = signed_in(user)
    page = client.get(f"/applications/{made.pk}/").content.decode()
    assert "Lampirkan hasil uji tarik." in page
    enterprise = made.enterprise
    enterprise.workforce = 20
    enterprise.save(update_fields=["workforce"])
    assert client.get(f"/applications/{made.pk}/answer/").status_code == 200
    client.post(f"/applications/{made.pk}/answer/", {"text": "Hasil uji kami lampirkan."})
    made.refresh_from_db()
    assert made.status == A.IN_REVIEW
    assert [each.workforce for each in made.snapshots.all()] == [12, 20]
    assert Answer.objects.get().snapshot_revision == 2
    jobs.drain()
    assert made.scores.first().snapshot_revision == 2
    assert Notification.objects.filter(user=buyer, kind="application.answered").exists()


def test_an_unanswered_request_lapses_at_its_term_with_a_reason() -> None:
    buyer = officer()
    made = in_review(buyer)
    ask_changes(made, buyer)
    queue_what_is_due()
    jobs.drain()
    made.refresh_from_db()
    assert made.status == A.CHANGES_REQUESTED
    Application.objects.filter(pk=made.pk).update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(MoveNotAllowed):
        made.refresh_from_db()
        service.answer_changes(made, text="Terlambat", by=made.created_by.act_as(made.created_by.memberships.get()))
    for _round in range(2):
        queue_what_is_due()
        jobs.drain()
    made.refresh_from_db()
    assert made.status == A.DECLINED
    decision = made.decisions.first()
    assert decision.outcome == A.DECLINED
    assert decision.decided_by is None
    assert decision.feedback.exists()
    assert Notification.objects.filter(user=made.created_by, kind="application.declined").count() == 1


def test_an_appeal_once_within_the_term() -> None:
    buyer = officer()
    made = in_review(buyer)
    decide(made, Outcome.DECLINED, by=buyer, reason="Belum cukup.", findings=[Finding(text="Kapasitas")])
    made.refresh_from_db()
    client = signed_in(made.created_by.act_as(made.created_by.memberships.get()))
    assert client.post(f"/applications/{made.pk}/appeal/", {"text": ""}).status_code == 422
    client.post(f"/applications/{made.pk}/appeal/", {"text": "Hasil uji terlewat."})
    made.refresh_from_db()
    assert (made.status, made.appeal_text) == (A.APPEALED, "Hasil uji terlewat.")
    other = officer(buyer.organisation)
    decide(made, Outcome.DECLINED, by=other, reason="Tetap.", findings=[Finding(text="Kapasitas")])
    made.refresh_from_db()
    with pytest.raises(MoveNotAllowed) as refused:
        service.appeal(made, text="Lagi", by=made.created_by.act_as(made.created_by.memberships.get()))
    assert refused.value.code == "no_appeal"


def test_an_appeal_after_its_term_is_refused() -> None:
    buyer = officer()
    made = in_review(buyer)
    decide(made, Outcome.DECLINED, by=buyer, reason="Belum cukup.", findings=[Finding(text="Kapasitas")])
    Application.objects.filter(pk=made.pk).update(decided_at=timezone.now() - dt.timedelta(days=15))
    client = signed_in(made.created_by.act_as(made.created_by.memberships.get()))
    client.post(f"/applications/{made.pk}/appeal/", {"text": "Hasil uji terlewat."})
    made.refresh_from_db()
    assert made.status == A.DECLINED


def test_withdrawing_has_its_own_page() -> None:
    made = in_review()
    client = signed_in(made.created_by.act_as(made.created_by.memberships.get()))
    assert client.get(f"/applications/{made.pk}/withdraw/").status_code == 200
    client.post(f"/applications/{made.pk}/withdraw/")
    made.refresh_from_db()
    assert made.status == A.WITHDRAWN


def test_my_applications_need_as_many_queries_for_three_as_for_one() -> None:
    user = owner()
    client = signed_in(user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get("/applications/").status_code == 200
        return len(counted)

    _sent(user)
    client.get("/applications/")
    one = queries()
    _sent(user)
    _sent(user)
    assert queries() == one


def _sent(user: User) -> Application:
    made = draft_application(programme(), user.organisation.enterprise, product=product(user.organisation.enterprise))
    service.submit_application(made, by=user)
    jobs.drain()
    return made


@pytest.mark.django_db(transaction=True)
def test_two_real_clicks_at_once_start_one_application() -> None:
    user = owner()
    subject, offered = programme(), product(user.organisation.enterprise)
    made: list[int] = []

    def click() -> None:
        try:
            with acting(user.pk, user.organisation_id):
                made.append(
                    service.start_application(subject, user.organisation.enterprise, product=offered, by=user).pk
                )
        finally:
            connection.close()

    threads = [Thread(target=click) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


def test_opportunities_need_as_many_queries_for_three_as_for_one() -> None:
    user = owner()
    product(user.organisation.enterprise)
    client = signed_in(user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            answer = client.get("/opportunities/programmes/")
        assert all(row.explanation.total == 56 for row in answer.context["rows"])
        return len(counted)

    programme()
    client.get("/opportunities/programmes/")
    one = queries()
    programme()
    programme()
    assert queries() == one


def test_a_list_of_dry_runs_says_what_each_alone_says() -> None:
    user = owner()
    product(user.organisation.enterprise)
    first = programme()
    second = programme(
        lines=[criterion("workforce", Shape.LINEAR, 100, zero_at="0", full_at="24")], threshold=50, review_floor=40
    )
    versions = [each.criteria for each in (second, first)]
    together = dry_runs(user.organisation.enterprise, versions)
    alone = [dry_run(user.organisation.enterprise, each) for each in (second, first)]
    assert [(each.total, each.coverage, each.passes) for each in together] == [
        (each.total, each.coverage, each.passes) for each in alone
    ]
    assert [each.passes for each in together] == [True, False]


def test_what_is_mended_after_sending_says_whether_it_counts() -> None:
    """The evidence was frozen: a link to mend something without a word would promise points that never come."""
    made = applicant(programme(), workforce=12, annual_sales=5 * 10**8)
    score_provisional(made)
    client, url = signed_in(acting_owner(made)), f"/applications/{made.pk}/"

    def mending() -> tuple[str, str]:
        page = client.get(url)
        assert "Agar Anda lolos kurasi" in page.content.decode()
        found = page.context["mending"]
        assert found.text in page.content.decode()
        return found.text, found.url

    text, link = mending()
    assert ("tidak masuk ke dalamnya" in text, "kirim lagi" in text, link) == (True, True, f"{url}withdraw/")
    Programme.objects.filter(pk=made.programme_id).update(closes_at=timezone.now())
    text, link = mending()
    assert ("tidak masuk ke dalamnya" in text, "lamaran Anda berikutnya" in text, link) == (True, True, "")
    Application.objects.filter(pk=made.pk).update(status=A.IN_REVIEW)
    assert mending()[1] == ""
    ask_changes(Application.objects.get(pk=made.pk), officer(made.programme.buyer))
    assert mending()[1] == f"{url}answer/"


def test_withdrawn_and_sent_again_the_mended_dossier_counts() -> None:
    made = applicant(programme(), workforce=12, annual_sales=5 * 10**8)
    score_provisional(made)
    client = signed_in(acting_owner(made))
    Enterprise.objects.filter(pk=made.enterprise_id).update(workforce=20)
    client.post(client.get(f"/applications/{made.pk}/").context["mending"].url)
    offered = product(made.enterprise)
    client.post(f"/opportunities/{made.programme_id}/apply/", {"product": offered.pk})
    again = Application.objects.exclude(pk=made.pk).get()
    client.post(f"/applications/{again.pk}/check/")
    jobs.drain()
    assert (made.scores.get().total, again.scores.get().total) == (56, 80)
    assert client.get(f"/applications/{again.pk}/").status_code == 200


def test_who_outgrew_medium_sends_no_new_application_and_keeps_what_it_has() -> None:
    user = owner()
    mine = user.organisation.enterprise
    subject = programme()
    kept, draft = curation_of(mine, subject, by=subject.created_by), draft_application(programme(), mine)
    save_section(
        mine, "finance", {"full_year_of_sales": True, "sales": [{"year": 2025, "amount": 60 * 10**9}]}, by=user
    )
    offered, client = product(mine), signed_in(user)
    page = client.post(f"/opportunities/{programme().pk}/apply/", {"product": offered.pk})
    assert (page.status_code, "sebagai pembeli" in page.content.decode()) == (422, True)
    sent = client.post(f"/applications/{draft.pk}/check/")
    assert (sent.status_code, "sebagai pembeli" in sent.content.decode()) == (422, True)
    kept.refresh_from_db()
    assert kept.is_valid
