"""The fairness report: what it counts, who reads it when, and that no small group can be worked out from it."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus, ReviewStatus, RunKind, RunState
from curation.models import Application, Decision, Feedback, Programme, Review, ReviewPoint, ScoringRun
from curation.selectors.fairness import fairness, reported
from curation.selectors.suppression import LEAST, Counts, added, suppressed
from curation.services.marking import give_mark
from portal.enums import Role
from portal.models import Enterprise, Region
from portal.services.dossier import save_section
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

count = st.integers(0, 9)
whole_counts = st.tuples(count, count, count).map(lambda parts: (sum(parts), *parts))
groups = st.one_of(
    st.dictionaries(st.integers(0, 8), whole_counts, max_size=9),
    st.dictionaries(st.integers(0, 8), st.tuples(count), max_size=9),
)


def known(table: Any, total: Counts) -> tuple[list[int], int]:
    """All that a reader learns of those not shown: per kind how many there are together."""
    rest = list(total)
    for counts in table.shown.values():
        rest = [whole - part for whole, part in zip(rest, counts, strict=True)]
    return rest, len(table.shown)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(groups)
def test_nothing_small_is_shown_and_nothing_hidden_follows_from_the_totals(made: dict[int, Counts]) -> None:
    present = {key: counts for key, counts in made.items() if counts[0]}
    total, table = added(list(present.values())), suppressed(made)
    if table.withheld:
        assert (table.shown, table.together) == ({}, None)
        return
    for counts in [total, *table.shown.values(), *([table.together] if table.together else [])]:
        assert all(each == 0 or each >= LEAST for each in counts)
    assert all(table.shown[key] == present[key] for key in table.shown)
    hidden = [present[key] for key in present if key not in table.shown]
    rest, _shown = known(table, total)
    assert (list(table.together) if table.together else [0] * len(total)) == rest
    # Whatever is hidden could be otherwise: of each kind that there is, another share of the rest fits as well.
    for counts in hidden:
        others = len(hidden) - 1
        assert others >= 1
        for kind, value in enumerate(counts):
            possible = {each for each in range(rest[kind] + 1) if others or each == rest[kind]}
            assert len(possible) >= LEAST or total[kind] == 0, (kind, value)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(groups)
def test_what_need_not_be_hidden_is_shown(made: dict[int, Counts]) -> None:
    present = {key: counts for key, counts in made.items() if counts[0]}
    if present and all(each == 0 or each >= LEAST for counts in present.values() for each in counts):
        table = suppressed(made)
        assert table.shown == present
        assert table.together is None


def test_a_single_small_group_takes_the_smallest_other_with_it() -> None:
    made = {"micro": (30, 10, 10, 10), "small": (20, 8, 6, 6), "medium": (3, 1, 1, 1)}
    table = suppressed(made)
    assert table.shown == {"micro": (30, 10, 10, 10)}
    assert table.together == (23, 9, 7, 7), "3 would follow from the total if the small ones stood alone"


def ended(applicants: list[dict[str, Any]], **fields: Any) -> Programme:
    """A programme whose decisions are out: rows as the run and its people leave them."""
    subject = make.programme(status=ProgrammeStatus.CLOSED, quota=20, **fields)
    now = timezone.now()
    for each in applicants:
        status, women = each.pop("status", A.DECLINED), each.pop("women_led", None)
        applicant = enterprise(**each)
        Enterprise.objects.filter(pk=applicant.pk).update(women_led=women)
        made = make.application(subject, applicant, submitted_at=now - dt.timedelta(days=4))
        decision = Decision.objects.create(
            application=made, outcome=status, decided_by=subject.created_by, reason="Dibandingkan."
        )
        if status == A.DECLINED:
            Feedback.objects.create(decision=decision, text="Lengkapi sertifikat.")
        Application.objects.filter(pk=made.pk).update(status=status, decided_at=now)
        if status == A.CURATED:
            give_mark(made, decision)
    ScoringRun.objects.create(
        programme=subject,
        criteria_set=subject.criteria,
        kind=RunKind.OFFICIAL,
        state=RunState.DONE,
        as_of=timezone.localdate(),
    )
    return subject


def a_dozen() -> list[dict[str, Any]]:
    """Ten micro of whom five passed, two small that did not; seven led by women."""
    return [
        {"status": A.CURATED if n < 5 else A.DECLINED, "women_led": n % 2 == 0, "business_class": "micro" if n < 10 else "small"}
        for n in range(12)
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_report_counts_and_hides() -> None:
    report = fairness(ended(a_dozen()))
    assert report.public
    assert (report.whole.applied, report.whole.passed, report.whole.declined, report.whole.other) == (12, 5, 7, 0)
    assert str(report.median_days) == "4.0"
    by = {each.key: each for each in report.breakdowns}
    assert by["class"].withheld, "two small ones could be worked out from the total"
    assert [(line.applied, line.passed) for line in by["province"].lines] == [(12, 5)]
    assert [(line.applied, line.passed) for line in by["women_led"].lines] == [(6, None), (6, None)], (
        "three of six passed"
    )
    assert (report.agreement, report.kept) == (None, None)


@pytest.mark.django_db
def test_a_second_application_counts_instead_of_the_first() -> None:
    subject = ended(a_dozen())
    first = Application.objects.filter(programme=subject, status=A.DECLINED).first()
    again = make.application(subject, first.enterprise)
    Application.objects.filter(pk=again.pk).update(status=A.WITHDRAWN)
    report = fairness(subject)
    whole = report.whole
    assert (whole.applied, whole.passed, whole.declined, whole.other) == (12, 5, None, None), "1 would follow from 6"
    by = {each.key: each for each in report.breakdowns}
    assert [(line.applied, line.passed, line.declined) for line in by["province"].lines] == [(12, 5, None)]


@pytest.mark.django_db
def test_it_counts_what_an_enterprise_was_when_it_applied() -> None:
    """All were micro, CVs and in Central Java then; since, half of them grew, became companies, and moved to Bali."""
    subject = ended([{"business_class": "micro", "status": A.CURATED if n < 5 else A.DECLINED} for n in range(10)])
    before = fairness(subject).breakdowns
    grown = Enterprise.objects.filter(applications__programme=subject).order_by("pk")[:5].values_list("pk", flat=True)
    bali = Region.objects.get(code="51.71.01.1001")
    with transaction.atomic():
        Enterprise.objects.filter(pk__in=list(grown)).update(business_class="small", legal_form="pt", village=bali)
        assert fairness(subject).breakdowns == before
        transaction.set_rollback(True)  # a class without its derivation is refused at the end
    assert [line.label for each in before[:2] for line in each.lines] == ["Mikro", "Jawa Tengah"]
    assert [line.applied for line in before[2].lines] == [10]


@pytest.mark.django_db
def test_who_led_it_is_counted_as_it_was_said_when_it_applied() -> None:
    """Twelve applied led by women or not; then two said otherwise, one of them twice, and one took it back."""
    subject = ended([{"women_led": n < 6} for n in range(12)])
    before = fairness(subject).breakdowns[-1]
    assert {line.label: line.applied for line in before.lines} == {
        "Dipimpin perempuan": 6,
        "Tidak dipimpin perempuan": 6,
    }
    ids = Application.objects.filter(programme=subject).order_by("pk").values_list("enterprise", flat=True)
    changed = list(Enterprise.objects.filter(pk__in=list(ids)[:3]).order_by("pk"))
    for applicant, answers in zip(changed, ([False], [False, True, False], [None]), strict=True):
        for answer in answers:
            save_section(applicant, "identity", {"women_led": answer}, by=owner_of(applicant))
    assert Enterprise.objects.filter(pk__in=list(ids), women_led=True).count() == 3
    assert fairness(subject).breakdowns[-1] == before
    later = ended([])
    for applicant in Enterprise.objects.filter(pk__in=list(ids)):
        make.application(later, applicant)
    assert fairness(later).breakdowns[-1] != before, "by then they had said otherwise"


@pytest.mark.django_db
def test_appeals_say_how_often_two_people_agree() -> None:
    subject = ended([{} for _ in range(12)])
    second = make.officer(subject.buyer)
    for n, application in enumerate(Application.objects.filter(programme=subject)[:11]):
        row = Application.objects.filter(pk=application.pk)
        row.update(status=A.APPEALED, appealed_at=timezone.now(), appeal_text="Mohon dinilai ulang.")
        outcome = A.DECLINED if n < 6 else A.CURATED
        decision = Decision.objects.create(
            application=application, outcome=outcome, decided_by=second, reason="Dilihat lagi."
        )
        Feedback.objects.create(decision=decision, text="Lengkapi sertifikat.")
        row.update(status=outcome)
        if outcome == A.CURATED:
            give_mark(application, decision)
    report = fairness(subject)
    assert (report.decided_again, round(report.kept)) == (11, 55)


@pytest.mark.django_db
def test_reviewers_agree_by_how_near_their_points_lie() -> None:
    subject = ended([{} for _ in range(6)])
    two = [make.officer(subject.buyer) for _ in range(2)]
    criterion = subject.criteria.criteria.get(feature="workforce")
    for n, application in enumerate(Application.objects.filter(programme=subject).order_by("pk")):
        for reviewer, points in zip(two[: 2 if n < 5 else 1], (60, 30), strict=False):
            reviewed = Review.objects.create(application=application, reviewer=reviewer, no_conflict_at=timezone.now())
            ReviewPoint.objects.create(review=reviewed, criterion=criterion, points=points)
            Review.objects.filter(pk=reviewed.pk).update(status=ReviewStatus.SUBMITTED, submitted_at=timezone.now())
    report = fairness(subject)
    assert (str(report.agreement), report.reviewed) == ("50.0", 5)
    Review.objects.filter(reviewer=two[1]).first().delete()
    assert fairness(subject).agreement is None, "four are too few"


@pytest.mark.django_db
def test_everybody_reads_it_once_the_decisions_are_out_and_a_ministry_before() -> None:
    subject = ended(a_dozen())
    ministry = person(Role.MINISTRY_ADMIN)
    path, api = f"/programmes/{subject.pk}/fairness/", f"/api/v1/programmes/{subject.pk}/fairness/"
    assert Client().get(path).status_code == 200
    assert Client().get(api).json()["whole"]["passed"] == 5
    assert subject.name in Client().get("/fairness/").content.decode()
    listed = "/api/v1/programmes/?reported=true"
    assert [each["id"] for each in Client().get(listed).json()["results"]] == [subject.pk]
    Application.objects.filter(status=A.DECLINED).update(
        status=A.APPEALED, appealed_at=timezone.now(), appeal_text="Mohon dinilai ulang."
    )
    for reader in (Client(), signed_in(subject.created_by)):
        assert reader.get(path).status_code == 404
        assert reader.get(path.rstrip("/") + ".csv").status_code == 404
        assert reader.get(api).status_code == 404
        assert reader.get(listed).json()["results"] == []
    page = signed_in(ministry).get(path)
    assert page.status_code == 200
    assert "Belum diumumkan" in page.content.decode()
    assert signed_in(ministry).get(api).json()["public"] is False
    assert [each["id"] for each in signed_in(ministry).get(listed).json()["results"]] == [subject.pk]
    draft = make.draft_programme()
    assert not reported(ministry).filter(pk=draft.pk).exists()


@pytest.mark.django_db
def test_a_round_that_is_still_open_closes_and_has_not_closed() -> None:
    ministry = signed_in(person(Role.MINISTRY_ADMIN))
    make.programme(closes_at=timezone.now() + dt.timedelta(days=40))
    page = ministry.get("/fairness/").content.decode()
    assert ("akan ditutup" in page, "· ditutup" in page) == (True, False)
    Programme.objects.update(opens_at=timezone.now() - dt.timedelta(days=9), closes_at=timezone.now())
    page = ministry.get("/fairness/").content.decode()
    assert ("akan ditutup" in page, "· ditutup" in page) == (False, True)


@pytest.mark.django_db
def test_the_csv_runs_nothing() -> None:
    subject = ended(a_dozen(), name="=HYPERLINK(1)")
    answer = Client().get(f"/programmes/{subject.pk}/fairness.csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][1] == "'=HYPERLINK(1)"
    assert rows[2][2:] == ["12", "5", "7", "0"]


@pytest.mark.django_db
def test_the_list_asks_the_same_number_of_questions_for_one_and_for_three() -> None:
    ended([])
    with CaptureQueriesContext(connection) as one:
        Client().get("/fairness/")
    ended([])
    ended([])
    with CaptureQueriesContext(connection) as three:
        Client().get("/fairness/")
    assert len(one) == len(three)
