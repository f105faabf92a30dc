"""What an application scored before, and whether what its way to the mark names still counts, by API."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application, Programme
from curation.services.application import answer_changes, appeal
from curation.services.review import Finding, decide
from curation.services.scoring import score_provisional
from portal import jobs
from portal.enums import Role
from portal.models import Enterprise, User
from tests.curation.test_answers import declined
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, ranked
from tests.curation.test_unnamed import rose, sent
from tests.factories import curation as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def scores(user: User, made: Application) -> Any:
    return Api(user).get(f"applications/{made.pk}/scores/")


def told(user: User, made: Application) -> Any:
    return Api(user).get(f"applications/{made.pk}/").json()["mending"]


def test_each_score_stands_there_with_its_points_by_criterion() -> None:
    user = make.officer()
    made = declined(user, until=90)
    Enterprise.objects.filter(pk=made.enterprise_id).update(workforce=15)
    appeal(made, text="Kini lima belas orang.", by=acting(made))
    jobs.drain()
    rows = scores(acting(made), made).json()["results"]
    assert [(row["kind"], row["revision"], row["total"]) for row in rows[:2]] == [
        ("provisional", 2, "85.00"),
        ("official", 1, "70.00"),
    ]
    assert {row["criteria_version"] for row in rows} == {1}
    workforce = [each for row in rows[:2] for each in row["results"] if each["feature"] == "workforce"]
    assert [(each["points"], each["found"]) for each in workforce] == [("45.00", "15 orang"), ("30.00", "10 orang")]
    assert rows[1]["as_of"] <= rows[0]["as_of"]
    assert rows[0]["id"] == made.scores.order_by("-scored_at", "-pk").first().pk
    for reader in (user, person(Role.APPROVER, user.organisation), person(Role.MINISTRY_ADMIN)):
        assert scores(reader, made).json()["count"] == len(rows)


def test_whoever_may_not_read_the_application_reads_none_of_its_scores() -> None:
    made = declined(make.officer(), until=90)
    assert scores(make.officer(), made).status_code == 404
    assert scores(person(Role.OWNER), made).status_code == 404
    assert Api().get(f"applications/{made.pk}/scores/").status_code in (401, 403)


def test_where_names_are_hidden_no_paper_says_whose_they_are() -> None:
    buyer = make.officer()
    made = sent(buyer, rose())
    of_buyer, own = (scores(user, made).json()["results"][0] for user in (buyer, acting(made)))

    def papers(row: Any) -> list[Any]:
        return [paper for result in row["results"] for paper in result["papers"]]

    assert papers(of_buyer)
    assert {(paper["document"], paper["number"], paper["issuer"]) for paper in papers(of_buyer)} == {(None, "", "")}
    assert "0731/SNI/2026" in [paper["number"] for paper in papers(own)]
    assert "Mawar" not in str(of_buyer)


def test_three_scores_take_as_many_queries_as_one() -> None:
    made = declined(make.officer(), until=90)
    client = Api(acting(made))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"applications/{made.pk}/scores/").status_code == 200
        return len(counted)

    made.scores.filter(kind="provisional").delete()
    assert made.scores.count() == 1
    queries()
    one = queries()
    for days in (1, 2):
        score = made.scores.get(kind="official")
        score.pk, score.run, score.kind = None, None, "provisional"
        score.as_of -= dt.timedelta(days=days)
        score.save()
    assert made.scores.count() == 3
    assert queries() == one


def test_the_way_to_the_mark_says_whether_it_still_counts() -> None:
    made = make.applicant(make.programme(), workforce=12, annual_sales=5 * 10**8)
    score_provisional(made)
    user, buyer = acting(made), make.officer(made.programme.buyer)
    assert (told(user, made)["counts_for"], told(user, made)["step"]) == ("again", "withdraw")
    assert "kirim lagi" in told(user, made)["text"]
    assert told(buyer, made) is None
    Programme.objects.filter(pk=made.programme_id).update(closes_at=timezone.now())
    assert (told(user, made)["counts_for"], told(user, made)["step"]) == ("next", "")
    Application.objects.filter(pk=made.pk).update(status=A.IN_REVIEW)
    made.refresh_from_db()
    decide(made, Outcome.CHANGES_REQUESTED, by=buyer, reason="Jelaskan.", findings=[Finding(text="Jelaskan.")])
    assert (told(user, made)["counts_for"], told(user, made)["step"]) == ("changes", "answer")
    made.refresh_from_db()
    answer_changes(made, text="Sudah.", by=user)
    assert told(user, made)["counts_for"] == "next"


def test_after_a_refusal_it_counts_for_an_appeal_within_its_term() -> None:
    made = declined(make.officer(), until=90)
    assert (told(acting(made), made)["counts_for"], told(acting(made), made)["step"]) == ("appeal", "appeal")
    Application.objects.filter(pk=made.pk).update(decided_at=timezone.now() - dt.timedelta(days=90))
    assert (told(acting(made), made)["counts_for"], told(acting(made), made)["step"]) == ("next", "")


def test_of_a_draft_everything_counts() -> None:
    (made,) = ranked(make.officer(), 10)
    draft = make.draft_application(make.programme(), made.enterprise)
    assert told(acting(draft), draft) is None
