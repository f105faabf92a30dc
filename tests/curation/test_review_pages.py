"""The desk: queue, detail, decision, appeal; who may decide, and what must be said."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, RunState
from curation.models import Application, Curation, Decision, ReviewDraft, ScoringRun
from curation.services.application import appeal
from curation.services.review import Finding, decide
from curation.services.scoring import score_provisional, start_official_run
from portal import jobs
from portal.enums import Role
from portal.flow import NotPermitted
from portal.models import AuditEntry, Enterprise, Membership, Notification, Organisation, Product, User
from tests.factories.curation import applicant, application, close, officer, product, programme
from tests.factories.enterprises import enterprise
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def ranked(user: User, *workforces: int, **fields: Any) -> list[Application]:
    """Applicants of an officially scored programme: 3 points a worker, and 40 for their sales."""
    subject = programme(by=user, **fields)
    made = [applicant(subject, workforce=each) for each in workforces]
    close(subject)
    start_official_run(subject, by=user)
    jobs.drain()
    return [Application.objects.get(pk=each.pk) for each in made]


def address(application: Application) -> str:
    return f"/desk/programmes/{application.programme_id}/applicants/{application.pk}/"


def acting(application: Application) -> User:
    return application.created_by.act_as(application.created_by.memberships.get())


def some_reason(application: Application) -> dict[str, Any]:
    criterion = application.programme.criteria.criteria.get(feature="workforce")
    return {"reasons": [criterion.pk], "reason": "Mohon tambah kapasitas sampai 20 pekerja."}


def test_the_run_leaves_the_band_to_a_person() -> None:
    user = officer()
    good, middling, low = ranked(user, 20, 10, 2)
    assert [good.status, middling.status, low.status] == [A.CURATED, A.IN_REVIEW, A.DECLINED]


def test_who_comes_late_with_a_form_that_has_faults_is_told_and_keeps_the_text() -> None:
    user = officer()
    (late,) = ranked(user, 10)
    decide(late, Outcome.CURATED, by=user, reason="Cukup.", findings=[], score=late.scores.first())
    answer = signed_in(user).post(address(late), {"reason": "Tungku ketiga belum terlihat."})
    assert answer.status_code == 409
    assert "Lamaran ini sudah diputuskan" in answer.content.decode()
    assert "Tungku ketiga belum terlihat." in answer.content.decode()


def test_the_desk_and_the_applicant_read_the_offer_as_it_was_frozen() -> None:
    user = officer()
    seller = enterprise(workforce=10)
    offered = product(seller, name="Blok rem", price=24_000)
    made = application(programme(by=user), seller, product=offered)
    score_provisional(made)
    Product.objects.filter(pk=offered.pk).update(name="Nama sesudah lamaran", price=999_000)
    Enterprise.objects.filter(pk=seller.pk).update(workforce=77)
    desk = signed_in(user).get(address(made)).content.decode()
    assert "Menawarkan Blok rem, Rp24.000 per kilogram" in desk
    assert "10 pekerja" in desk
    for page in (desk, signed_in(acting(made)).get(f"/applications/{made.pk}/").content.decode()):
        assert "Blok rem" in page
        assert "Nama sesudah lamaran" not in page
        assert "77 pekerja" not in page


def test_a_decision_goes_out_with_its_reasons_and_on_to_the_next() -> None:
    user = officer()
    first, second = ranked(user, 10, 9)
    client = signed_in(user)
    page = client.get(f"/desk/programmes/{first.programme_id}/applicants/?status=in_review").content.decode()
    assert "70,0" in page
    assert "67,0" in page
    answer = client.post(
        address(first) + "?status=in_review",
        {"outcome": "declined", "reason": "Kapasitas kurang.", "reasons": ["other"]},
    )
    assert answer.url == address(second) + "?status=in_review"
    first.refresh_from_db()
    decision = first.decisions.first()
    assert (first.status, decision.decided_by, decision.outcome) == (A.DECLINED, user, A.DECLINED)
    # Every unmet criterion is published, ticked or not.
    assert decision.feedback.filter(criterion__feature="workforce", found="10 orang").exists()
    jobs.drain()
    sme = acting(first)
    assert Notification.objects.filter(user=sme, kind="application.declined").exists()
    read = signed_in(sme).get(f"/applications/{first.pk}/").content.decode()
    assert "Kapasitas kurang." in read
    assert "10 orang" in read
    assert "Agar Anda lolos kurasi" in read
    entry = AuditEntry.objects.of(first).get(action="decline")
    assert "Kapasitas kurang." not in str(entry.payload)
    client.post(address(second) + "?status=in_review", {"outcome": "curated", "reason": "Mesin baru sudah dipasang."})
    second.refresh_from_db()
    assert second.status == A.CURATED
    assert Curation.objects.get(application=second).is_valid


@pytest.mark.parametrize("outcome", ["declined", "changes_requested"])
def test_without_reasons_nothing_is_decided_and_nothing_typed_is_lost(outcome: str) -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    answer = client.post(address(made), {"outcome": outcome, "reason": "Kapasitas kurang."})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reasons"]
    assert "Kapasitas kurang." in answer.content.decode()
    answer = client.post(address(made), {"outcome": outcome, "reasons": ["other"], "reason": "  "})
    assert list(answer.context["form"].errors) == ["reason"]
    made.refresh_from_db()
    assert made.status == A.IN_REVIEW


def test_deciding_otherwise_than_the_criteria_needs_a_reason() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    answer = signed_in(user).post(address(made), {"outcome": "curated"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]


def test_confirming_what_the_criteria_say_needs_none() -> None:
    user = officer()
    (made,) = ranked(user, 20, confirm_by_person=True)
    assert made.status == A.IN_REVIEW
    assert signed_in(user).post(address(made), {"outcome": "curated"}).status_code == 302
    made.refresh_from_db()
    assert made.status == A.CURATED


def test_the_form_never_preselects_a_decision() -> None:
    user = officer()
    (made,) = ranked(user, 20, confirm_by_person=True)
    form = signed_in(user).get(address(made)).context["form"]
    assert not form["outcome"].value()


def test_a_full_quota_puts_the_next_one_on_the_waiting_list() -> None:
    user = officer()
    good, middling = ranked(user, 20, 10, quota=1)
    assert good.status == A.CURATED
    answer = signed_in(user).post(address(middling), {"outcome": "curated", "reason": "Sudah diperiksa."}, follow=True)
    middling.refresh_from_db()
    assert (middling.status, middling.waiting_place) == (A.WAITLISTED, 1)
    assert "karena kuota penuh" in answer.content.decode()
    client = signed_in(user)
    client.post(f"/desk/programmes/{good.programme_id}/quota/", {"quota": "1"})
    client.post(f"/desk/programmes/{good.programme_id}/quota/", {"quota": "2"})
    middling.refresh_from_db()
    assert middling.status == A.CURATED


def test_a_reviewer_of_the_enterprise_decides_nothing() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    Membership.objects.create(user=user, organisation=made.enterprise.organisation, role=Role.STAFF)
    client = signed_in(user)
    assert client.get(address(made)).status_code == 404
    assert client.post(address(made), {"outcome": "curated", "reason": "Bagus."}).status_code == 404
    with pytest.raises(NotPermitted):
        decide(made, Outcome.CURATED, by=user, reason="Bagus.")
    made.refresh_from_db()
    assert made.status == A.IN_REVIEW


def test_an_approver_reads_the_desk_and_decides_nothing() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    from_above = signed_in(person_of(user, Role.APPROVER))
    assert from_above.get(address(made)).status_code == 200
    from_above.post(address(made), {"outcome": "curated", "reason": "Bagus."})
    made.refresh_from_db()
    assert made.status == A.IN_REVIEW


def person_of(user: User, role: Role) -> User:
    other = officer(user.organisation)
    Membership.objects.filter(user=other).update(role=role)
    return other.act_as(other.memberships.get())


def test_an_appeal_is_decided_by_another_person() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=[Finding(text="Kapasitas")])
    made.refresh_from_db()
    appeal(made, text="Mesin kedua terlewat.", by=acting(made))
    with pytest.raises(NotPermitted):
        decide(made, Outcome.CURATED, by=user, reason="Baik.")
    assert "Simpan dan kirim" not in signed_in(user).get(address(made)).content.decode()
    other = officer(user.organisation)
    page = signed_in(other).get(address(made)).content.decode()
    assert "Mesin kedua terlewat." in page
    signed_in(other).post(address(made), {"outcome": "curated", "reason": "Mesin kedua diperhitungkan."})
    made.refresh_from_db()
    assert made.status == A.CURATED
    assert made.programme.curated_count == 1


def test_deciding_twice_says_what_became_of_it() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    client.post(address(made), {"outcome": "curated", "reason": "Baik."})
    answer = client.post(address(made), {"outcome": "curated", "reason": "Baik."}, follow=True)
    assert "sudah diputuskan" in answer.content.decode()
    assert Decision.objects.filter(application=made, decided_by=user).count() == 1


def test_the_preview_saves_nothing_and_shows_what_will_be_read() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    answer = signed_in(user).post(address(made), {"outcome": "declined", "preview": "1", **some_reason(made)})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "UMKM akan membaca" in page
    assert page.count("Mohon tambah kapasitas") == 2
    made.refresh_from_db()
    assert made.status == A.IN_REVIEW


def test_a_draft_is_kept_for_its_reviewer_alone() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    client.post(address(made), {"draft": "1", "reason": "Baru separuh"})
    assert "Baru separuh" in client.get(address(made)).content.decode()
    assert "Baru separuh" not in signed_in(officer(user.organisation)).get(address(made)).content.decode()
    client.post(address(made), {"outcome": "declined", **some_reason(made)})
    assert not ReviewDraft.objects.exists()


def test_an_expired_session_keeps_the_text() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    key = client.session.session_key
    client.logout()
    answer = client.post(address(made), {"outcome": "declined", "reason": "Panjang lebar"})
    assert "/login/" in answer.url
    assert key != client.session.session_key
    again = signed_in(user)
    kept = client.session["kept_forms"]
    session = again.session
    session["kept_forms"] = kept
    session.save()
    assert "Panjang lebar" in again.get(address(made)).content.decode()


def test_a_double_click_starts_one_run() -> None:
    user = officer()
    subject = programme(by=user)
    applicant(subject)
    close(subject)
    client = signed_in(user)
    first = client.post(f"/desk/programmes/{subject.pk}/run/")
    second = client.post(f"/desk/programmes/{subject.pk}/run/")
    assert first.url == second.url
    assert ScoringRun.objects.official().count() == 1
    page = client.get(first.url).content.decode()
    assert "data-poll" in page
    jobs.drain()
    assert ScoringRun.objects.get().state == RunState.DONE
    fragment = client.get(first.url, headers={"X-Requested-With": "fetch"}).content.decode()
    assert "data-reload" in fragment
    assert "<html" not in fragment


def test_a_run_never_starts_before_the_closing_date() -> None:
    user = officer()
    subject = programme(by=user)
    applicant(subject)
    answer = signed_in(user).post(f"/desk/programmes/{subject.pk}/run/", follow=True)
    assert not ScoringRun.objects.exists()
    assert answer.status_code == 200


def test_filters_stand_in_the_address() -> None:
    user = officer()
    first, second, third = ranked(user, 20, 10, 2)
    client = signed_in(user)
    desk = f"/desk/programmes/{first.programme_id}/applicants/"

    def listed(query: str) -> list[int]:
        return [row.application.pk for row in client.get(f"{desk}?{query}").context["rows"]]

    assert listed("") == [first.pk, second.pk, third.pk]
    assert listed("sort=-score") == [third.pk, second.pk, first.pk]
    assert listed("status=in_review") == [second.pk]
    assert listed("score=60") == [first.pk, second.pk]
    assert listed("score=abc&province=zz&status=nonsense&sort=nonsense") == [first.pk, second.pk, third.pk]
    Organisation.objects.filter(enterprise=first.enterprise).update(name="CV Tuang Gamelan")
    assert listed("q=gamelan") == [first.pk]
    assert listed("q=klaten") == [first.pk, second.pk, third.pk]
    assert listed("province=33") == [first.pk, second.pk, third.pk]
    assert listed("certificate=sni") == []


def test_two_to_four_applicants_side_by_side() -> None:
    user = officer()
    first, _second, third = ranked(user, 20, 10, 2)
    client = signed_in(user)
    desk = f"/desk/programmes/{first.programme_id}/applicants/"
    lines = client.get(f"{desk}?compare={first.pk}&compare={third.pk}").context["compare_lines"]
    assert [cell.best for cell in lines[0].cells] == [True, False]
    assert {cell.source for line in lines[1:] for cell in line.cells} <= {"pernyataan sendiri", "diperiksa kementerian"}
    assert all(cell.source for line in lines[1:] for cell in line.cells), "each figure says who says so"
    assert (
        "<small>pernyataan sendiri</small>"
        in client.get(f"{desk}?compare={first.pk}&compare={third.pk}").content.decode()
    )
    assert not client.get(f"{desk}?compare={first.pk}").context["compare_lines"]
    for odd in ("x", "-1", "²", "9" * 30):
        assert not client.get(f"{desk}?compare={odd}&compare={first.pk}").context["compare_lines"]


def test_four_from_different_pages_are_compared_and_no_fifth() -> None:
    """Ticks go along from page to page: the buttons that turn the page belong to the form of the ticks."""
    user = officer()
    made = ranked(user, *range(20, 8, -1))
    client = signed_in(user)
    desk = f"/desk/programmes/{made[0].programme_id}/applicants/"
    page = client.get(desk).content.decode()
    assert 'form="compare" name="page" value="2"' in page
    here, there = made[:2], made[10:]

    def listed(ticked: list[Application], number: int) -> Any:
        return client.get(desk, {"page": number, "compare": [each.pk for each in ticked]})

    answer = listed(here, 2)
    assert [row.application.pk for row in answer.context["rows"]] == [each.pk for each in there]
    page = answer.content.decode()
    for each in here:
        assert f'name="compare" value="{each.pk}" form="compare" checked' in page, "still there to be sent again"
    answer = listed([*here, *there], 2)
    assert [each.pk for each in answer.context["compared"]] == [each.pk for each in (*here, *there)]
    assert {len(line.cells) for line in answer.context["compare_lines"]} == {4}
    assert "Paling banyak 4" not in answer.content.decode()
    answer = listed([*here, *there, made[5]], 2)
    assert [each.pk for each in answer.context["compared"]] == [each.pk for each in (*here, *there)]
    assert "Paling banyak 4" in answer.content.decode()


def test_the_spreadsheet_runs_nothing() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    organisation = made.enterprise.organisation
    organisation.name = '=HYPERLINK("http://x","y")'
    organisation.save(update_fields=["name"])
    answer = signed_in(user).get(f"/desk/programmes/{made.programme_id}/applicants/export/")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cell = sheet.cell(2, 2)
    assert cell.data_type == "s"
    assert not str(cell.value).startswith("=")
    assert sheet.cell(2, 5).value == "Pernyataan sendiri"
    assert sheet.cell(2, 6).value is not None, "how far it was checked is never without its day"
    assert sheet.cell(2, 7).value == 70


def test_the_desk_needs_as_many_queries_for_three_as_for_one() -> None:
    user = officer()
    client = signed_in(user)

    def queries(made: list[Application]) -> int:
        url = address(made[0]) + "".join(f"&compare={each.pk}" for each in made).replace("&", "?", 1)
        client.get(url)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(url).status_code == 200
        return len(counted)

    assert queries(ranked(user, 10, 11, 9, 12)) <= queries(ranked(user, 10, 11))


def test_the_list_of_programmes_needs_as_many_queries_for_three_as_for_one() -> None:
    user = officer()
    client = signed_in(user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get("/desk/programmes/").status_code == 200
        return len(counted)

    programme(by=user)
    client.get("/desk/programmes/")
    one = queries()
    programme(by=user)
    programme(by=user)
    assert queries() == one


def test_an_applicant_without_a_score_is_shown_as_such() -> None:
    user = officer()
    made = applicant(programme(by=user))
    page = signed_in(user).get(address(made)).content.decode()
    assert "Belum ada skor" in page
    score_provisional(made)
    assert "100,0" in signed_in(user).get(address(made)).content.decode()
