"""Several applicants at once: each row answered by itself, whatever happens to the others."""

from __future__ import annotations

from typing import Any

import pytest

from curation.enums import ApplicationStatus as A
from curation.enums import ConflictKind, Outcome
from curation.models import Application, Conflict, Decision
from curation.services.bulk import Wanted, decide_together
from curation.services.review import decide
from portal.flow import NotPermitted
from portal.models import Notification
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, ranked
from tests.curation.test_review_races import at_once
from tests.factories.curation import officer
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def together(made: list[Application]) -> str:
    ticks = "&".join(f"compare={each.pk}" for each in made)
    return f"/desk/programmes/{made[0].programme_id}/applicants/together/?{ticks}"


def reasons(made: list[Application], *texts: str) -> dict[str, Any]:
    return {f"reason_{each.pk}": text for each, text in zip(made, texts, strict=True)}


def test_each_enterprise_reads_its_own_reason() -> None:
    user = officer()
    made = ranked(user, 10, 9)
    page = signed_in(user).get(together(made)).content.decode()
    assert "Kriteria workforce" in page
    answer = signed_in(user).post(
        together(made), {"outcome": "declined", **reasons(made, "Kurang mesin.", "Kurang orang.")}
    )
    assert answer.status_code == 302
    read = [each.decisions.first() for each in made]
    assert [each.reason for each in read] == ["Kurang mesin.", "Kurang orang."]
    assert all(each.feedback.filter(criterion__feature="workforce").exists() for each in read)
    assert Notification.objects.filter(user=acting(made[0]), kind="application.declined").exists() is False
    assert {each.status for each in Application.objects.filter(pk__in=[each.pk for each in made])} == {A.DECLINED}


def test_what_fails_is_told_at_its_row_and_the_rest_is_done() -> None:
    user = officer()
    other = officer(user.organisation)
    made = ranked(user, 10, 9, 8)
    decide(made[1], Outcome.CURATED, by=other, reason="Sudah.")
    answer = signed_in(user).post(
        together(made), {"outcome": "declined", **reasons(made, "Kurang mesin.", "Terlambat.", "  ")}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "sudah diputuskan" in page
    assert [result.decision is not None for result, _state in answer.context["results"]] == [True, False, False]
    # Only what can still be decided stays in the form.
    assert [line.row.application.pk for line in answer.context["form"].lines] == [made[2].pk]
    for each, status in zip(made, (A.DECLINED, A.CURATED, A.IN_REVIEW), strict=True):
        each.refresh_from_db()
        assert each.status == status
    again = signed_in(user).post(together(made), {"outcome": "declined", **reasons(made[2:], "Kurang orang.")})
    assert again.status_code == 302
    made[2].refresh_from_db()
    assert made[2].status == A.DECLINED


def test_without_a_decision_nothing_typed_is_lost() -> None:
    user = officer()
    made = ranked(user, 10, 9)
    answer = signed_in(user).post(together(made), reasons(made, "Kurang mesin.", "Kurang orang."))
    assert answer.status_code == 422
    assert "Kurang orang." in answer.content.decode()
    assert not Decision.objects.filter(decided_by=user).exists()


def test_nothing_ticked_and_nonsense_ticked_show_how_to_begin() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    for query in ("", "?compare=x&compare=-1&compare=999999999999999999999"):
        page = client.get(together([made]).split("?")[0] + query)
        assert page.status_code == 200
        assert "Centang dahulu" in page.content.decode()
        assert client.post(together([made]).split("?")[0] + query, {"outcome": "declined"}).status_code == 422


def test_all_that_the_filters_leave() -> None:
    user = officer()
    _curated, first, second, third = ranked(user, 20, 10, 9, 8)
    client, page = signed_in(user), together([first]).split("?")[0] + "?all=1&score=66"
    form = client.get(page).context["form"]
    assert [line.row.application.pk for line in form.lines] == [first.pk, second.pk]
    sent = {"outcome": "declined", **reasons([first, second], "Kurang mesin.", "Kurang orang.")}
    assert client.post(page, sent).status_code == 302
    third.refresh_from_db()
    assert third.status == A.IN_REVIEW
    assert Decision.objects.filter(decided_by=user).count() == 2


def test_the_api_answers_row_by_row() -> None:
    user, stranger = officer(), officer()
    made = ranked(user, 10, 9, 8)
    (foreign,) = ranked(stranger, 10)
    Conflict.objects.create(application=made[2], person=user, kind=ConflictKind.MONEY)
    rows = [
        {"application": made[0].pk, "outcome": "curated", "reason": "Alat dilihat."},
        {"application": made[1].pk, "outcome": "declined"},
        {"application": made[2].pk, "outcome": "declined", "reason": "x"},
        {"application": foreign.pk, "outcome": "declined", "reason": "x"},
        {"application": made[0].pk, "outcome": "declined", "reason": "Dua kali."},
    ]
    answer = Api(user).post(f"programmes/{made[0].programme_id}/decisions/", {"rows": rows})
    body = answer.json()
    assert (answer.status_code, body["done"], body["failed"]) == (207, 1, 4)
    assert [row["status"] for row in body["rows"]] == [200, 422, 404, 404, 409]
    assert body["rows"][0]["outcome"] == "curated"
    assert "reason" in body["rows"][1]["errors"]
    assert Api(stranger).post(f"programmes/{made[0].programme_id}/decisions/", {"rows": rows}).status_code == 404
    assert Decision.objects.filter(decided_by__in=[user, stranger]).count() == 1


def test_a_full_quota_sends_the_later_ones_to_the_waiting_list() -> None:
    user = officer()
    made = ranked(user, 10, 9, quota=1)
    wanted = [Wanted(each.pk, Outcome.CURATED, "Baik.") for each in made]
    results = decide_together(made[0].programme, wanted, by=user)
    assert [result.decision.outcome for result in results] == [A.CURATED, A.WAITLISTED]
    with pytest.raises(NotPermitted):
        decide_together(made[0].programme, wanted, by=officer())


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_in_opposite_order_decide_each_once() -> None:
    first = officer()
    second = officer(first.organisation)
    made = ranked(first, 10, 9, 8, 7)
    subject = made[0].programme
    one = [Wanted(each.pk, Outcome.CURATED, "Baik.") for each in made]
    other = [Wanted(each.pk, Outcome.DECLINED, "Belum.") for each in reversed(made)]
    results = at_once(
        (first, lambda: decide_together(subject, one, by=first)),
        (second, lambda: decide_together(subject, other, by=second)),
    )
    assert sum(result.decision is not None for rows in results for result in rows) == len(made)
    assert {result.status for rows in results for result in rows} == {200, 409}
    assert Decision.objects.filter(decided_by__isnull=False).count() == len(made)
