"""The queue as a list: filters, paging, names that are hidden, and the file to download."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application, Score
from curation.selectors import desk
from curation.services.review import Finding, decide
from curation.services.reviewers import assign_reviewer
from curation.services.scoring import score_provisional
from portal.enums import BusinessClass, DocumentKind, Role
from portal.exports import shielded
from portal.models import Document, Enterprise, Notification, Organisation, Region
from portal.presentation.dates import tanggal
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import address, ranked
from tests.factories.checking import paper
from tests.factories.curation import applicant, officer, programme
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def desk_of(application: Application) -> str:
    return f"/desk/programmes/{application.programme_id}/applicants/"


# -- Filters -----------------------------------------------------------------------------------------------------------


def test_every_filter_on_the_page_and_by_api() -> None:
    user = officer()
    first, second, third = ranked(user, 20, 10, 9)
    other = officer(user.organisation)
    assign_reviewer(second, other, by=user)
    # Names with numbers in them would be found by those numbers, too.
    Organisation.objects.filter(pk__in=[each.enterprise.organisation_id for each in (first, second, third)]).update(
        name="CV Logam Jaya"
    )
    Application.objects.filter(pk=third.pk).update(submitted_at=timezone.now() - dt.timedelta(days=12))
    village = Region.objects.filter(level=Region.Level.VILLAGE, code__startswith="32.").first()
    Enterprise.objects.filter(pk=third.enterprise_id).update(village=village)
    paper(first.enterprise, DocumentKind.HALAL, refused_at=timezone.now(), refused_reason="Kabur.", refused_by=user)
    paper(second.enterprise, DocumentKind.HALAL)
    paper(third.enterprise, DocumentKind.PIRT)
    ended = timezone.localdate() - dt.timedelta(days=1)
    paper(first.enterprise, DocumentKind.PIRT, valid_until=ended)
    client, api = signed_in(user), Api(user)
    queries = {
        "score=70&score_to=90": [second],
        "score_to=69": [third],
        "coverage=100": [first, second, third],
        f"business_class={first.enterprise.business_class}": [first, second, third],
        f"business_class={BusinessClass.LARGE}": [],
        f"reviewer={other.pk}": [second],
        "reviewer=me": [],
        "reviewer=none": [first, third],
        "waiting=10": [third],
        "certificate=halal": [second],
        "certificate=pirt": [third],
        "certificate=sni": [],
        "province=33": [first, second],
        "province=32": [third],
        "sort=-score": [third, second, first],
        "sort=-waiting&certificate=halal": [second],
        f"q={second.number}": [second],
        f"q={second.pk}": [second],
        "reviewer=abc&waiting=x&score=900&business_class=?": [first, second, third],
    }
    for query, wanted in queries.items():
        rows = client.get(f"{desk_of(first)}?{query}").context["rows"]
        assert [row.application.pk for row in rows] == [each.pk for each in wanted], query
        if "abc" not in query:
            listed = [] if "sort" not in query else [each.pk for each in wanted]
            found = api.get(f"applications/?programme={first.programme_id}&{query}").json()["results"]
            assert {each["id"] for each in found} == {each.pk for each in wanted}, query
            assert listed in ([], [each["id"] for each in found]), query
    for query in ("reviewer=abc", "certificate=nib", "sort=created_by"):
        assert api.get(f"applications/?{query}").status_code == 422, query
    assert Api(other).get(f"applications/?programme={first.programme_id}&reviewer=me").json()["count"] == 1


def test_an_enterprise_learns_nothing_of_its_reviewers_by_filtering() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    assign_reviewer(made, user, by=user)
    mine = Api(made.created_by.act_as(made.created_by.memberships.get()))
    assert mine.get("applications/").json()["count"] == 1
    assert mine.get(f"applications/?reviewer={user.pk}").json()["count"] == 0


def test_an_application_knows_its_newest_score() -> None:
    made = applicant(programme(), workforce=10)
    score = score_provisional(made)
    made.refresh_from_db()
    assert (made.newest_score_id, made.newest_total, made.newest_coverage) == (score.pk, Decimal("70.00"), 100)
    older = Score.objects.get(pk=score.pk)
    older.pk, older.as_of = None, score.as_of - dt.timedelta(days=1)
    older.scored_at = score.scored_at - dt.timedelta(days=1)
    older.save()
    made.refresh_from_db()
    assert made.newest_score_id == score.pk


def test_the_page_of_an_applicant_is_found_by_the_index() -> None:
    user = officer()
    made = ranked(user, *range(1, 15))
    last = min(made, key=lambda each: Application.objects.get(pk=each.pk).newest_total)
    page = signed_in(user).get(address(last))
    assert page.context["page"].number == 2
    assert last.pk in [row.application.pk for row in page.context["rows"]]
    assert signed_in(user).get(address(last) + "?sort=-score").context["page"].number == 1


def test_a_long_list_is_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    user = officer()
    made = ranked(user, 10, 11, 9)
    monkeypatch.setattr(desk, "MOST_COUNTED", 2)
    paged = signed_in(user).get(desk_of(made[0]) + "?score=1")
    assert "dari lebih dari 2" in paged.content.decode()
    assert "dari lebih dari" not in signed_in(user).get(desk_of(made[0])).content.decode()


# -- Names hidden ------------------------------------------------------------------------------------------------------


def test_without_names_nothing_at_the_desk_tells_who_it_is() -> None:
    user = officer()
    first, second = ranked(user, 10, 9, blind=True)
    enterprise = first.enterprise
    words = {enterprise.name, second.enterprise.name, str(enterprise.village), enterprise.village.name}
    client, api = signed_in(user), Api(user)
    pages = [
        "", f"?compare={first.pk}&compare={second.pk}", f"{first.pk}/", f"{first.pk}/reviewers/", f"{first.pk}/conflict/",
        f"together/?compare={first.pk}", "reviewers/",
    ]  # fmt: skip
    for path in pages:
        page = client.get(desk_of(first) + path).content.decode()
        assert not [word for word in words if word in page], path
        assert f"/enterprises/{first.enterprise_id}/" not in page
    sheet = b"".join(client.get(desk_of(first) + "export/?as=csv").streaming_content).decode()
    assert not [word for word in words if word in sheet]
    assert first.number in sheet
    listed = api.get(f"applications/?programme={first.programme_id}").content.decode()
    alone = api.get(f"applications/{first.pk}/").content.decode()
    assert not [word for word in words for text in (listed, alone) if word in text]
    one = api.get(f"applications/{first.pk}/").json()
    assert (one["enterprise"], one["enterprise_id"], one["product"]) == (first.number, None, None)
    approver = Api(person(Role.APPROVER, user.organisation)).get(f"applications/{first.pk}/").json()
    assert approver["enterprise"] == first.number


@pytest.mark.parametrize("query", ["q={name}", "q=klaten", "province=33", "sort=name"])
def test_without_names_no_filter_and_no_order_tells_who_it_is(query: str) -> None:
    user = officer()
    first, second = ranked(user, 10, 9, blind=True)
    Organisation.objects.filter(pk=first.enterprise.organisation_id).update(name="ZZZ")
    asked = query.format(name=first.enterprise.name.split()[-1])
    rows = signed_in(user).get(f"{desk_of(first)}?{asked}").context["rows"]
    found = [row.application.pk for row in rows]
    # The order by score, or nobody; a place asked for at the page is not read at all.
    assert found == ([] if query.startswith("q=") else [first.pk, second.pk])
    by_api = Api(user).get(f"applications/?programme={first.programme_id}&{asked}").json()
    if "sort" not in query:
        assert by_api["count"] == 0


def test_after_the_decision_the_name_is_there_and_the_enterprise_always_sees_itself() -> None:
    user = officer()
    (made,) = ranked(user, 10, blind=True)
    owner = made.created_by.act_as(made.created_by.memberships.get())
    assert Api(owner).get(f"applications/{made.pk}/").json()["enterprise"] == made.enterprise.name
    decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=[Finding(text="Kapasitas")])
    assert made.enterprise.name in signed_in(user).get(address(made)).content.decode()
    assert Api(user).get(f"applications/{made.pk}/").json()["enterprise"] == made.enterprise.name


def test_messages_to_officers_name_nobody_either() -> None:
    user = officer()
    (made,) = ranked(user, 10, blind=True)
    decide(made, Outcome.CHANGES_REQUESTED, by=user, reason="Lengkapi.", findings=[Finding(text="Kapasitas")])
    made.refresh_from_db()
    client = signed_in(made.created_by)
    client.post(f"/applications/{made.pk}/answer/", {"text": "Sudah."})
    told = Notification.objects.filter(user=user, kind="application.answered").get()
    assert made.enterprise.name not in str(told.params)


# -- The file ----------------------------------------------------------------------------------------------------------

STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
BEFORE = ("", " ", "\u00a0", "\t", "\r", "\n", "\u200b", "\ufeff", "\u2003", " \u00a0\t", "\x0b")
AFTER = ("cmd|' /C calc'!A0", 'HYPERLINK("http://x";"y")', "1+1")
PAYLOADS = [before + start + after for before, start, after in product(BEFORE, STARTS, AFTER)]


def is_live(text: str) -> bool:
    """As cautious as a program may be generous: whatever it strips in front, no sign follows."""
    bare = text.lstrip(" \t\r\n\x0b\x0c\u00a0\u2003\u200b\ufeff\u3000")
    return (bare[:1] in "=+-@＝＋－＠" and bare != "") or text[:1] in ("\t", "\r", "\n")


def test_none_of_the_payloads_runs_in_either_file() -> None:
    assert len(PAYLOADS) >= 200
    assert [text for text in PAYLOADS if is_live(shielded(text))] == []
    user = officer()
    subject = programme(by=user)
    made = [applicant(subject) for _each in range(33)]
    client, live = signed_in(user), 0
    for start in range(0, len(PAYLOADS), len(made)):
        for each, text in zip(made, PAYLOADS[start : start + len(made)], strict=False):
            Organisation.objects.filter(pk=each.enterprise.organisation_id).update(name=text)
        xlsx = b"".join(client.get(desk_of(made[0]) + "export/").streaming_content)
        for row in load_workbook(io.BytesIO(xlsx)).active.iter_rows(min_row=2):
            live += sum(cell.data_type == "f" or (isinstance(cell.value, str) and is_live(cell.value)) for cell in row)
        text = b"".join(client.get(desk_of(made[0]) + "export/?as=csv").streaming_content).decode("utf-8-sig")
        for line in list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]:
            live += sum(is_live(cell) for cell in line)
    assert live == 0


def test_the_file_holds_what_the_filters_leave() -> None:
    user = officer()
    first, second, _third = ranked(user, 20, 10, 2)
    client = signed_in(user)
    answer = client.get(desk_of(first) + "export/?as=csv&status=in_review")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in lines[1:]] == [second.number]
    assert answer.streaming


def test_the_file_needs_as_many_queries_for_three_as_for_one() -> None:
    user = officer()
    client = signed_in(user)

    def queries(*workforces: int) -> int:
        made = ranked(user, *workforces)
        client.get(desk_of(made[0]) + "export/")
        with CaptureQueriesContext(connection) as counted:
            b"".join(client.get(desk_of(made[0]) + "export/").streaming_content)
        return len(counted)

    assert queries(10, 11, 9) <= queries(10)


@pytest.mark.parametrize(
    "query",
    [
        "", "status=in_review", "q=CV", "province=33", "score=1&score_to=99", "coverage=1", "business_class=small", "reviewer=me",
        "reviewer=none", "waiting=0", "certificate=sni", "sort=name", "sort=-waiting", "page=1",
    ],
)  # fmt: skip
def test_each_filter_asks_as_many_questions_for_three_applicants_as_for_one(query: str) -> None:
    user = officer()
    client = signed_in(user)

    def queries(*workforces: int) -> int:
        made = ranked(user, *workforces)
        for each in made:
            assign_reviewer(each, user, by=user)
            Document.objects.create(
                enterprise=each.enterprise,
                kind=DocumentKind.SNI,
                valid_until=timezone.localdate() + dt.timedelta(days=9),
            )
        found = client.get(f"{desk_of(made[0])}?{query}")
        assert len(found.context["rows"]) == (0 if query == "reviewer=none" else len(made)), query
        with CaptureQueriesContext(connection) as counted:
            client.get(f"{desk_of(made[0])}?{query}")
        return len(counted)

    assert queries(10, 11, 9) == queries(10)


def test_the_list_by_api_asks_as_many_questions_for_three_applicants_as_for_one() -> None:
    user = officer()
    api = Api(user)

    def queries(*workforces: int) -> int:
        (first, *_others) = ranked(user, *workforces)
        path = f"applications/?programme={first.programme_id}&status=in_review"
        assert api.get(path).json()["count"] == len(workforces)
        with CaptureQueriesContext(connection) as counted:
            api.get(path)
        return len(counted)

    assert queries(10, 11, 9) == queries(10)


# -- The term ----------------------------------------------------------------------------------------------------------


def test_changes_are_asked_for_with_a_term() -> None:
    user = officer()
    (made,) = ranked(user, 10)
    client = signed_in(user)
    sent = {"outcome": "changes_requested", "reasons": ["other"], "reason": "Lengkapi."}
    today = timezone.localdate()
    for day in (today, today - dt.timedelta(days=3), today + dt.timedelta(days=91)):
        answer = client.post(address(made), sent | {"answer_by": day.isoformat()})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["answer_by"]
    api = Api(user).post(
        f"applications/{made.pk}/decide/",
        {"outcome": "changes_requested", "reason": "x", "other": True, "answer_by": today.isoformat()},
    )
    assert (api.status_code, list(api.json()["errors"])) == (422, ["answer_by"])
    chosen = today + dt.timedelta(days=20)
    preview = client.post(address(made), sent | {"answer_by": chosen.isoformat(), "preview": "1"}).content.decode()
    assert "Jawab paling lambat" in preview
    assert client.post(address(made), sent | {"answer_by": chosen.isoformat()}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.answer_by) == (A.CHANGES_REQUESTED, chosen)


def test_each_row_says_how_far_the_enterprise_was_checked_unless_its_name_is_hidden() -> None:
    user = officer()
    first, _second = ranked(user, 20, 10)
    page = signed_in(user).get(desk_of(first))
    table = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.count("Pernyataan sendiri") == 2
    day = tanggal(timezone.localdate(first.enterprise.submitted_at))
    assert day in table.split("Pernyataan sendiri", 1)[1][:200]
    assert [row.ladder.rung for row in page.context["rows"]] == ["declared", "declared"]
    hidden, _other = ranked(user, 20, 10, blind=True)
    rows = signed_in(user).get(desk_of(hidden)).context["rows"]
    assert {row.application.is_unnamed for row in rows} == {True, False}
    assert all((row.ladder is None) == row.application.is_unnamed for row in rows)


def test_the_labels_of_many_rows_are_asked_for_at_once() -> None:
    user = officer()
    one, *_rest = ranked(user, 20)
    three, *_rest = ranked(user, 20, 15, 10)
    client = signed_in(user)
    client.get(desk_of(one))
    asked = []
    for each in (one, three):
        with CaptureQueriesContext(connection) as queries:
            client.get(desk_of(each))
        asked.append(sum("ladder_visited" in query["sql"] for query in queries))
    assert asked[0] == asked[1]
