"""What the database refuses by itself: raw SQL, as the role of web and workers, past every check in Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application, Curation, Decision, Feedback, Programme, Score
from curation.services.application import answer_changes, appeal
from curation.services.certificate import revoke_curation
from curation.services.review import Finding, decide
from curation.services.scoring import start_official_run
from portal import jobs
from portal.enums import EnterpriseStatus, Role
from portal.models import Enterprise, Membership, User
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person

pytestmark = pytest.mark.django_db

TINY = dt.timedelta(seconds=5)
TOLD = [Finding(text="Tambah kapasitas.")]


def run(sql: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def now() -> None:
    """What would be asked at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refusal(act: Callable[[], object]) -> str:
    """The name of the wall that it met, at once or at the commit; empty for a frozen row."""
    with pytest.raises((IntegrityError, ProgrammingError)) as refused, transaction.atomic():
        act()
        now()
    return refused.value.__cause__.diag.constraint_name or ""


def decision(application: Application, outcome: str, **columns: Any) -> None:
    fields = {"reason": "", "decided_by_id": None, "run_id": None, "score_id": None, **columns}
    names = ", ".join(fields)
    run(
        f"INSERT INTO curation_decision (application_id, outcome, decided_at, {names})"
        f" VALUES (%s, %s, now(), {', '.join(['%s'] * len(fields))})",
        application.pk,
        outcome,
        *fields.values(),
    )


def becomes(application: Application, status: str) -> None:
    run("UPDATE curation_application SET status = %s, decided_at = now() WHERE id = %s", status, application.pk)


@pytest.fixture
def by() -> User:
    return make.officer()


@pytest.fixture
def programme(by: User) -> Programme:
    return make.programme(by=by, quota=2)


@pytest.fixture
def in_the_band(programme: Programme) -> Application:
    """61 points: between floor and threshold."""
    application = make.applicant(programme, workforce=7)
    return scored(programme, application)[0]


def scored(programme: Programme, *applications: Application) -> list[Application]:
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    programme.refresh_from_db()
    for application in applications:
        application.refresh_from_db()
    return list(applications)


def score_of(application: Application) -> Score:
    return application.scores.exclude(run=None).get()


# -- Rule 4: nobody decides on an enterprise they belong to ------------------------------------------------------------


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("outcome", [A.CURATED, A.DECLINED, A.CHANGES_REQUESTED, A.WAITLISTED])
def test_nobody_decides_on_an_application_of_their_own_enterprise(
    in_the_band: Application, by: User, outcome: str, ended: bool
) -> None:
    """Also not who has left it a minute ago."""
    Membership.objects.create(
        user=by,
        organisation=in_the_band.enterprise.organisation,
        role=Role.STAFF,
        ended_at=timezone.now() if ended else None,
    )
    assert refusal(lambda: decision(in_the_band, outcome, decided_by_id=by.pk, reason="x")) == "decision_by_outsider"


def test_a_place_that_frees_follows_from_what_somebody_decided_as_an_outsider(
    in_the_band: Application, programme: Programme, by: User
) -> None:
    Programme.objects.filter(pk=programme.pk).update(quota=1)
    (other,) = scored(programme, make.applicant(programme, submitted_at=programme.closes_at - 2 * TINY))
    assert decide(in_the_band, Outcome.CURATED, by=by, reason="Dilihat di tempat.").outcome == A.WAITLISTED
    Membership.objects.create(user=by, organisation=in_the_band.enterprise.organisation, role=Role.STAFF)
    revoke_curation(other.curation, reason="Izin dicabut.", by=make.officer(programme.buyer))
    in_the_band.refresh_from_db()
    assert in_the_band.status == A.CURATED


def test_nobody_revokes_the_mark_of_their_own_enterprise(programme: Programme, by: User) -> None:
    (curated,) = scored(programme, make.applicant(programme))
    Membership.objects.create(user=by, organisation=curated.enterprise.organisation, role=Role.OWNER)
    revoke = "UPDATE curation_curation SET revoked_at = now(), revoked_reason = 'x', revoked_by_id = %s"
    assert refusal(lambda: run(revoke, by.pk)) == "mark_revoked_by_outsider"
    assert refusal(lambda: run(revoke, None)) == "mark_revoked_by_outsider"
    run(revoke, make.officer(programme.buyer).pk)


def test_an_appeal_is_decided_by_another_person(in_the_band: Application, by: User) -> None:
    decide(in_the_band, Outcome.DECLINED, by=by, reason="Kapasitas kurang.", findings=TOLD)
    appeal(in_the_band, text="Tungku kedua berjalan.", by=owner_of(in_the_band.enterprise))
    assert (
        refusal(lambda: decision(in_the_band, A.DECLINED, decided_by_id=by.pk, reason="x"))
        == "appeal_decided_by_another"
    )
    decision(in_the_band, A.DECLINED, decided_by_id=make.officer(in_the_band.programme.buyer).pk, reason="x")


# -- Rule 1: the run marks as the criteria say, a person says why ------------------------------------------------------


def test_a_person_who_curates_below_the_threshold_says_why(in_the_band: Application, by: User) -> None:
    score = score_of(in_the_band)
    for columns in ({}, {"score_id": score.pk}):
        assert (
            refusal(lambda columns=columns: decision(in_the_band, A.CURATED, decided_by_id=by.pk, **columns))
            == "decision_by_run_or_reasoned_person"
        )
    decision(in_the_band, A.CURATED, decided_by_id=by.pk, reason="Dilihat di tempat.", score_id=score.pk)


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ((make.criterion("sni", "gate", test="valid_on", days=0), *make.SIMPLE), {}),
        ((make.SIMPLE[0], make.SIMPLE[1] | {"minimum": 50}, make.SIMPLE[2]), {}),
        (make.SIMPLE, {"minimum_coverage": 100}),
    ],
    ids=["a gate", "a minimum", "coverage"],
)
def test_a_total_is_not_all_that_the_criteria_ask(by: User, lines: Any, fields: dict[str, Any]) -> None:
    """Well above the threshold, with a gate missed, a criterion below its minimum, or too little evidence."""
    programme = make.programme(by=by, lines=lines, threshold=40, review_floor=0, **fields)
    application = make.applicant(programme, workforce=14, annual_sales=None if fields else 10**9)
    (application,) = scored(programme, application)
    score = score_of(application)
    assert score.total >= 40
    assert (
        refusal(lambda: decision(application, A.CURATED, decided_by_id=by.pk, score_id=score.pk))
        == "decision_by_run_or_reasoned_person"
    )
    assert (
        refusal(lambda: decision(application, A.CURATED, run_id=score.run_id, score_id=score.pk))
        == "decision_of_the_run"
    )


def test_the_run_marks_in_no_other_way(programme: Programme, in_the_band: Application) -> None:
    score = score_of(in_the_band)
    grounds = {"run_id": score.run_id, "score_id": score.pk}
    for outcome in (A.CURATED, A.WAITLISTED, A.DECLINED, A.CHANGES_REQUESTED):
        assert refusal(lambda outcome=outcome: decision(in_the_band, outcome, **grounds)) == "decision_of_the_run"
    assert refusal(lambda: decision(in_the_band, A.CURATED, run_id=score.run_id)) == "decision_of_the_run"


def test_the_run_declines_nobody_who_passes_and_marks_none_where_persons_do(by: User) -> None:
    programme = make.programme(by=by, confirm_by_person=True)
    (application,) = scored(programme, make.applicant(programme))
    grounds = {"run_id": score_of(application).run_id, "score_id": score_of(application).pk}
    for outcome in (A.CURATED, A.WAITLISTED, A.DECLINED):
        assert refusal(lambda outcome=outcome: decision(application, outcome, **grounds)) == "decision_of_the_run"
    decision(application, A.CURATED, decided_by_id=by.pk, score_id=grounds["score_id"])


def test_the_run_marks_no_suspended_enterprise(programme: Programme) -> None:
    application = make.applicant(programme)
    Enterprise.objects.filter(pk=application.enterprise_id).update(status=EnterpriseStatus.SUSPENDED)
    (application,) = scored(programme, application)
    assert application.status == A.IN_REVIEW
    grounds = {"run_id": score_of(application).run_id, "score_id": score_of(application).pk}
    assert refusal(lambda: decision(application, A.CURATED, **grounds)) == "decision_of_the_run"


def test_a_decision_rests_on_a_score_of_its_own(programme: Programme, by: User) -> None:
    band, other = scored(programme, make.applicant(programme, workforce=7), make.applicant(programme))
    assert (
        refusal(lambda: decision(band, A.CURATED, decided_by_id=by.pk, score_id=score_of(other).pk))
        == "decision_on_its_own_score"
    )


def test_the_calendar_ends_a_wait_or_a_term_and_decides_nothing_else(in_the_band: Application) -> None:
    for outcome in (A.DECLINED, A.CURATED, A.WAITLISTED):
        assert (
            refusal(lambda outcome=outcome: decision(in_the_band, outcome, reason="Waktu habis."))
            == "decision_of_the_calendar"
        )


@pytest.mark.parametrize("status", [A.CURATED, A.WAITLISTED, A.CHANGES_REQUESTED, A.DECLINED])
def test_no_state_without_its_decision(in_the_band: Application, status: str) -> None:
    assert refusal(lambda: becomes(in_the_band, status)) == "application_status_has_decision"


def test_a_curated_application_has_its_mark(in_the_band: Application, by: User) -> None:
    def curate() -> None:
        becomes(in_the_band, A.CURATED)
        decision(in_the_band, A.CURATED, decided_by_id=by.pk, reason="Dilihat di tempat.")

    assert refusal(curate) == "application_curated_has_mark"


@pytest.mark.parametrize("status", [A.DECLINED, A.CHANGES_REQUESTED])
def test_who_is_not_selected_or_asked_for_changes_reads_why(in_the_band: Application, by: User, status: str) -> None:
    def silently() -> None:
        becomes(in_the_band, status)
        decision(in_the_band, status, decided_by_id=by.pk, reason="Kapasitas kurang.")

    assert refusal(silently) == "application_status_has_reason"
    silently()
    Feedback.objects.create(decision=in_the_band.decisions.get(), text="Tambah kapasitas.")
    now()


def test_an_earlier_decision_does_not_answer_an_appeal(in_the_band: Application, by: User) -> None:
    decide(in_the_band, Outcome.DECLINED, by=by, reason="Kapasitas kurang.", findings=TOLD)
    appeal(in_the_band, text="Tungku kedua berjalan.", by=owner_of(in_the_band.enterprise))
    assert refusal(lambda: becomes(in_the_band, A.DECLINED)) == "application_status_has_decision"


def test_an_answered_request_is_not_asked_again_in_silence(in_the_band: Application, by: User) -> None:
    decide(in_the_band, Outcome.CHANGES_REQUESTED, by=by, reason="Lengkapi.", findings=TOLD)
    answer_changes(in_the_band, text="Sudah.", by=owner_of(in_the_band.enterprise))
    assert refusal(lambda: becomes(in_the_band, A.CHANGES_REQUESTED)) == "application_status_has_decision"


def test_what_was_decided_stays_and_so_does_its_reason(in_the_band: Application, by: User) -> None:
    decide(in_the_band, Outcome.DECLINED, by=by, reason="Kapasitas kurang.", findings=TOLD)
    for change in ("outcome = 'curated'", "decided_by_id = NULL", "decided_at = now()", "application_id = 0"):
        assert refusal(lambda change=change: run(f"UPDATE curation_decision SET {change}")) == ""
    assert refusal(lambda: run("DELETE FROM curation_feedback")) == ""
    assert refusal(lambda: run("UPDATE curation_feedback SET text = ''")) == "feedback_says_something"
    assert refusal(lambda: run("DELETE FROM curation_decision")) == ""


# -- Marks, their count, and who may apply -----------------------------------------------------------------------------


def test_a_mark_follows_from_the_decision_on_its_application(programme: Programme, by: User) -> None:
    curated, band = scored(programme, make.applicant(programme), make.applicant(programme, workforce=7))
    mark = (
        "INSERT INTO curation_curation (application_id, enterprise_id, programme_id, decision_id, token, valid_from,"
        " valid_until, revoked_reason, created_at) VALUES (%s, %s, %s, %s, gen_random_uuid(), now(), now(), '', now())"
    )
    decided = Decision.objects.get(application=curated)
    own = (band.pk, band.enterprise_id, programme.pk, decided.pk)
    assert refusal(lambda: run(mark, *own)) == "mark_of_a_decision"
    decision(band, A.CURATED, decided_by_id=by.pk, reason="Dilihat di tempat.")
    made = band.decisions.get().pk
    assert refusal(lambda: run(mark, *own[:3], made)) == "mark_of_a_decision", "still in review"
    becomes(band, A.CURATED)
    assert refusal(lambda: run(mark, band.pk, curated.enterprise_id, programme.pk, made)) == "mark_of_a_decision"
    run(mark, *own[:3], made)
    now()


def test_a_mark_stays_that_of_its_application(programme: Programme) -> None:
    scored(programme, make.applicant(programme))
    other = enterprise()
    assert refusal(lambda: run("UPDATE curation_curation SET enterprise_id = %s", other.pk)) == ""
    assert refusal(lambda: run("UPDATE curation_curation SET token = gen_random_uuid()")) == ""
    assert refusal(lambda: run("DELETE FROM curation_curation")) == ""


def test_the_count_of_a_programme_is_that_of_its_marks(programme: Programme) -> None:
    scored(programme, *(make.applicant(programme, workforce=n) for n in (18, 19, 20)))
    assert programme.curated_count == 2
    for count in (0, 1, 3):
        assert (
            refusal(lambda count=count: run("UPDATE curation_programme SET curated_count = %s", count))
            == "programme_count_is_of_marks"
        )
    run(
        "UPDATE curation_curation SET revoked_at = now(), revoked_reason = 'x', revoked_by_id = %s",
        make.officer(programme.buyer).pk,
    )
    programme.refresh_from_db()
    assert programme.curated_count == 0
    run("UPDATE curation_curation SET revoked_at = NULL, revoked_by_id = NULL, revoked_reason = ''")
    programme.refresh_from_db()
    assert programme.curated_count == 2
    with pytest.raises(IntegrityError, match="moves with the marks"), transaction.atomic():
        make.draft_programme(curated_count=1)


def test_one_mark_too_many_is_refused_by_the_quota(programme: Programme, by: User) -> None:
    *_curated, band = scored(programme, make.applicant(programme), make.applicant(programme), make.applicant(programme))
    assert band.status == A.WAITLISTED

    def take_a_third() -> None:
        becomes(band, A.CURATED)
        decision(band, A.CURATED, decided_by_id=by.pk, reason="x")
        made = band.decisions.order_by("-pk").first()
        Curation.objects.create(
            application=band,
            enterprise=band.enterprise,
            programme=programme,
            decision=made,
            valid_from=timezone.localdate(),
            valid_until=timezone.localdate(),
        )

    assert refusal(take_a_third) == "programme_quota_kept"


@pytest.mark.parametrize("status", sorted(set(EnterpriseStatus) - {EnterpriseStatus.VERIFIED}))
def test_only_a_verified_enterprise_applies(programme: Programme, status: str) -> None:
    applicant = enterprise(status=status)
    draft = make.draft_application(programme, applicant)
    sent = "UPDATE curation_application SET status = 'submitted', submitted_at = now() WHERE id = %s"
    assert refusal(lambda: run(sent, draft.pk)) == "application_by_verified"
    other = make.draft_programme(by=person(Role.OFFICER, programme.buyer))
    with pytest.raises(IntegrityError, match="only a verified enterprise applies"), transaction.atomic():
        make.application(other, applicant, created_by=draft.created_by)
