"""Independent reviews: who gets which, who steps back, who sees what when, and who decides then."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ConflictKind, Outcome, ReviewStatus, SplitDecider
from curation.models import Application, Conflict, Decision, Review, ReviewPoint
from curation.selectors.reviews import panel_of
from curation.services.application import answer_changes
from curation.services.own_review import Given, declare_no_conflict, keep_review, send_review
from curation.services.review import Finding, decide
from curation.services.reviewers import assign_in_turn, assign_reviewer, declare_conflict, release_reviewer
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Membership, Notification, User
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, address, ranked
from tests.factories.curation import criteria_set, draft_programme, officer
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

TOLD = [Finding(text="Kapasitas kurang.")]


def weighted(application: Application) -> list[Any]:
    return [each for each in application.programme.criteria.criteria.all() if not each.is_gate]


def given(application: Application, *points: object) -> list[Given]:
    """In the order of the simple criteria: workforce (60), annual sales (40)."""
    return [
        Given(criterion, None if each is None else Decimal(str(each)), f"Catatan {each}")
        for criterion, each in zip(weighted(application), points, strict=True)
    ]


def reviewed(application: Application, reviewer: User, *points: object, by: User) -> Review:
    review = assign_reviewer(application, reviewer, by=by)
    declare_no_conflict(review, by=reviewer)
    send_review(review, given(application, *points), by=reviewer)
    return review


@pytest.fixture
def three() -> list[User]:
    first = officer()
    return [first, officer(first.organisation), officer(first.organisation)]


@pytest.fixture
def in_review(three: list[User]) -> Application:
    (made,) = ranked(three[0], 10, reviewers_needed=2)
    return made


# -- Giving it to reviewers ---------------------------------------------------------------------------------------------


def test_only_officers_of_the_buyer_at_arms_length_are_asked(three: list[User], in_review: Application) -> None:
    first, second, third = three
    stranger, approver = officer(), person(Role.APPROVER, first.organisation)
    Membership.objects.create(user=third, organisation=in_review.enterprise.organisation, role=Role.STAFF)
    for nobody in (stranger, approver, third):
        with pytest.raises(ValidationError):
            assign_reviewer(in_review, nobody, by=first)
    assign_reviewer(in_review, second, by=first)
    with pytest.raises(ValidationError):
        assign_reviewer(in_review, second, by=first)
    for nobody in (stranger, approver):
        with pytest.raises(NotPermitted):
            assign_reviewer(in_review, first, by=nobody)
    assert Notification.objects.filter(user=second, kind="review.assigned").count() == 1
    assert AuditEntry.objects.of(in_review).filter(action="assign_reviewer").count() == 1


def test_in_turn_everybody_gets_as_many(three: list[User]) -> None:
    made = ranked(three[0], 10, 11, 9, 11, 8, 7, reviewers_needed=2)
    subject = made[0].programme
    # Also where the one that not everybody may review waits least.
    Application.objects.filter(pk=made[0].pk).update(submitted_at=timezone.now())
    Membership.objects.create(user=three[2], organisation=made[0].enterprise.organisation, role=Role.STAFF)
    handed = assign_in_turn(subject, three, by=three[0])
    assert (handed.reviews, handed.lacking) == (12, 0)
    assert sorted(Review.objects.filter(reviewer=each).count() for each in three) == [4, 4, 4]
    assert not Review.objects.filter(application=made[0], reviewer=three[2]).exists()
    assert all(each.reviews.count() == 2 for each in made)
    assert assign_in_turn(subject, three, by=three[0]).reviews == 0
    assert Notification.objects.filter(kind="review.assigned_many").count() == 3


def test_in_turn_says_where_too_few_are_left(three: list[User], in_review: Application) -> None:
    Conflict.objects.create(application=in_review, person=three[1], kind=ConflictKind.MONEY)
    handed = assign_in_turn(in_review.programme, three[:2], by=three[0])
    assert (handed.reviews, handed.lacking) == (1, 1)
    with pytest.raises(ValidationError):
        assign_in_turn(in_review.programme, [officer()], by=three[0])


def test_who_was_taken_off_can_be_asked_again(three: list[User], in_review: Application) -> None:
    review = assign_reviewer(in_review, three[1], by=three[0])
    release_reviewer(review, by=three[0])
    with pytest.raises(NotPermitted):
        declare_no_conflict(review, by=three[1])
    assert assign_reviewer(in_review, three[1], by=three[0]).pk == review.pk
    declare_no_conflict(review, by=three[1])
    send_review(review, given(in_review, 30, 40), by=three[1])
    with pytest.raises(MoveNotAllowed):
        release_reviewer(review, by=three[0])


# -- Conflicts ---------------------------------------------------------------------------------------------------------


def test_no_points_before_the_declaration(three: list[User], in_review: Application) -> None:
    review = assign_reviewer(in_review, three[1], by=three[0])
    with pytest.raises(ValidationError):
        keep_review(review, given(in_review, 30, 40), by=three[1])
    criterion = weighted(in_review)[0]
    with pytest.raises(IntegrityError, match="before the declaration"), transaction.atomic():
        ReviewPoint.objects.create(review=review, criterion=criterion, points=1)


def test_who_steps_back_loses_the_application_and_another_gets_it(three: list[User], in_review: Application) -> None:
    first, second, third = three
    assign_reviewer(in_review, second, by=first)
    client = signed_in(second)
    assert client.get(address(in_review)).status_code == 200
    answer = client.post(address(in_review) + "conflict/", {"kind": "family"})
    assert answer.status_code == 302
    for path in ("", "review/", "reviewers/", "conflict/"):
        assert client.get(address(in_review) + path).status_code == 404
    api = Api(second)
    assert api.get(f"applications/{in_review.pk}/").status_code == 404
    assert api.get(f"applications/{in_review.pk}/reviews/").status_code == 404
    desk = f"/desk/programmes/{in_review.programme_id}/applicants/"
    assert in_review.enterprise.name not in client.get(desk).content.decode()
    taken = Review.objects.get(application=in_review, status=ReviewStatus.ASSIGNED)
    assert taken.reviewer in (first, third)
    assert Review.objects.get(reviewer=second).status == ReviewStatus.RECUSED
    with pytest.raises(NotPermitted):
        decide(in_review, Outcome.DECLINED, by=second, reason="x", findings=TOLD)
    entry = AuditEntry.objects.of(in_review).get(action="declare_conflict")
    assert entry.payload["kind"] == "family"


def test_something_else_is_said_in_words(three: list[User], in_review: Application) -> None:
    answer = signed_in(three[1]).post(address(in_review) + "conflict/", {"kind": "other", "note": " "})
    assert answer.status_code == 422
    assert "note" in answer.context["form"].errors
    assert not Conflict.objects.exists()


def test_where_nobody_is_left_the_officers_are_told(three: list[User], in_review: Application) -> None:
    first, second, third = three
    assign_reviewer(in_review, second, by=first)
    for each in (first, third):
        declare_conflict(in_review, kind=ConflictKind.WORK, by=each)
    assert declare_conflict(in_review, kind=ConflictKind.WORK, by=second) is None
    assert Notification.objects.filter(kind="review.nobody_left").exists()


def test_a_membership_is_a_conflict_by_itself(three: list[User], in_review: Application) -> None:
    review = assign_reviewer(in_review, three[1], by=three[0])
    declare_no_conflict(review, by=three[1])
    Membership.objects.create(user=three[1], organisation=in_review.enterprise.organisation, role=Role.STAFF)
    assert signed_in(three[1]).get(address(in_review)).status_code == 404
    with pytest.raises(NotPermitted):
        keep_review(review, given(in_review, 30, 40), by=three[1])
    with pytest.raises(IntegrityError, match="stand near"), transaction.atomic():
        ReviewPoint.objects.create(review=review, criterion=weighted(in_review)[0], points=1)


@pytest.mark.parametrize("member", [False, True])
def test_the_database_keeps_who_stands_near_from_reviewing_and_deciding(
    three: list[User], in_review: Application, member: bool
) -> None:
    if member:
        Membership.objects.create(user=three[1], organisation=in_review.enterprise.organisation, role=Role.STAFF)
    else:
        Conflict.objects.create(application=in_review, person=three[1], kind=ConflictKind.MONEY)
    with pytest.raises(IntegrityError, match="stand near"), transaction.atomic():
        Review.objects.create(application=in_review, reviewer=three[1])
    for user in (three[0], three[2]):
        reviewed_directly(in_review, user)
    with pytest.raises(IntegrityError, match=r"declared a conflict|belong to"), transaction.atomic():
        Decision.objects.create(application=in_review, outcome=A.DECLINED, decided_by=three[1], reason="x")


def reviewed_directly(application: Application, user: User) -> None:
    review = assign_reviewer(application, user, by=user)
    declare_no_conflict(review, by=user)
    send_review(review, given(application, 30, 40), by=user)


def test_a_declared_conflict_is_never_taken_back(three: list[User], in_review: Application) -> None:
    declare_conflict(in_review, kind=ConflictKind.MONEY, by=three[1])
    with pytest.raises(Exception, match=r"permission denied|never"), transaction.atomic():
        Conflict.objects.all().delete()


# -- Independence ------------------------------------------------------------------------------------------------------


def test_others_see_nothing_before_all_reviews_are_in(three: list[User], in_review: Application) -> None:
    first, second, third = three
    waiting = assign_reviewer(in_review, third, by=first)
    reviewed(in_review, second, 33, 40, by=first)
    assert ReviewPoint.objects.visible_to(second).count() == 2
    for nobody in (first, third, person(Role.APPROVER, first.organisation), officer(), acting(in_review)):
        assert not ReviewPoint.objects.visible_to(nobody).exists()
    answer = Api(third).get(f"applications/{in_review.pk}/reviews/").json()
    assert [each["points"] for each in answer["reviews"]] == [None, None]
    assert answer["panel"] is None
    for path in ("", "review/", "reviewers/"):
        assert "Catatan 33" not in signed_in(third).get(address(in_review) + path).content.decode()
    declare_no_conflict(waiting, by=third)
    send_review(waiting, given(in_review, 30, 40), by=third)
    assert "Catatan 33" in signed_in(third).get(address(in_review)).content.decode()
    assert Api(first).get(f"applications/{in_review.pk}/reviews/").json()["panel"]["agreement"] == "97.5"


def test_a_sent_review_alone_is_not_enough_to_be_seen(three: list[User], in_review: Application) -> None:
    """Two are asked for; the second reviewer was taken off."""
    waiting = assign_reviewer(in_review, three[2], by=three[0])
    reviewed(in_review, three[1], 33, 40, by=three[0])
    release_reviewer(waiting, by=three[0])
    assert not ReviewPoint.objects.visible_to(three[0]).exists()


def test_nobody_is_added_once_the_reviews_lie_open(three: list[User], in_review: Application) -> None:
    for user in three[:2]:
        reviewed(in_review, user, 30, 40, by=three[0])
    with pytest.raises(MoveNotAllowed) as refused:
        assign_reviewer(in_review, three[2], by=three[0])
    assert refused.value.code == "reviews_open"


def test_what_was_sent_stays_as_it_is(three: list[User], in_review: Application) -> None:
    review = reviewed(in_review, three[1], 33, 40, by=three[0])
    answer = signed_in(three[1]).post(address(in_review) + "review/", {"send": "1"})
    assert answer.status_code == 409
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        ReviewPoint.objects.filter(review=review).update(points=1)


def test_points_beyond_the_weight_and_missing_ones_are_said_at_their_field(
    three: list[User], in_review: Application
) -> None:
    first, second = weighted(in_review)
    review = assign_reviewer(in_review, three[1], by=three[0])
    client, page = signed_in(three[1]), address(in_review) + "review/"
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"no_conflict": "on"}).status_code == 302
    answer = client.post(page, {f"points_{first.pk}": "60,5", f"note_{first.pk}": "Terlalu banyak"})
    assert answer.status_code == 422
    assert f"points_{first.pk}" in answer.context["form"].errors
    assert "Terlalu banyak" in answer.content.decode()
    answer = client.post(page, {f"points_{first.pk}": "50"})
    assert list(answer.context["form"].errors) == [f"points_{second.pk}"]
    assert client.post(page, {f"points_{first.pk}": "50", "keep": "1"}).status_code == 302
    assert review.points.get(criterion=first).points == 50
    assert client.post(page, {f"points_{first.pk}": "50", f"points_{second.pk}": "39,25"}).status_code == 302
    review.refresh_from_db()
    assert (review.status, review.points.get(criterion=second).points) == (ReviewStatus.SUBMITTED, Decimal("39.25"))
    api = Api(three[1]).put(
        f"applications/{in_review.pk}/own-review/", {"points": [{"criterion": first.pk, "points": "1"}]}
    )
    assert api.status_code == 409


def test_the_api_refuses_points_beyond_the_weight_and_foreign_criteria(
    three: list[User], in_review: Application
) -> None:
    first, _second = weighted(in_review)
    (other,) = ranked(three[0], 10)
    assign_reviewer(in_review, three[1], by=three[0])
    put = f"applications/{in_review.pk}/own-review/"
    api = Api(three[1])
    undeclared = api.put(put, {"points": [{"criterion": first.pk, "points": "1"}]})
    assert (undeclared.status_code, list(undeclared.json()["errors"])) == (422, ["no_conflict"])
    for criterion, points in ((first.pk, "60.01"), (weighted(other)[0].pk, "1")):
        sent = {"no_conflict": True, "points": [{"criterion": criterion, "points": points}]}
        assert api.put(put, sent).status_code == 422
    assert Api(three[0]).put(put, {"no_conflict": True}).status_code == 404
    assert not ReviewPoint.objects.exists()


# -- The decision ------------------------------------------------------------------------------------------------------


def test_nobody_decides_before_the_reviews_are_in_but_changes_may_be_asked_for(
    three: list[User], in_review: Application
) -> None:
    first, second, third = three
    reviewed(in_review, second, 30, 40, by=first)
    with pytest.raises(MoveNotAllowed) as refused:
        decide(in_review, Outcome.CURATED, by=third, reason="Baik.")
    assert refused.value.code == "reviews_missing"
    with pytest.raises(IntegrityError, match="reviews before a decision"), transaction.atomic():
        Decision.objects.create(application=in_review, outcome=A.DECLINED, decided_by=third, reason="x")
    page = signed_in(third).post(address(in_review), {"outcome": "curated", "reason": "Baik."})
    assert page.status_code == 422
    assert "tinjauan lagi" in page.content.decode()
    decide(in_review, Outcome.CHANGES_REQUESTED, by=third, reason="Lengkapi.", findings=TOLD)
    in_review.refresh_from_db()
    answer_changes(in_review, text="Sudah.", by=acting(in_review))
    again = Review.objects.get(reviewer=second)
    assert (again.status, again.points.count()) == (ReviewStatus.ASSIGNED, 2)
    assert not ReviewPoint.objects.visible_to(third).exists()
    assert Notification.objects.filter(user=second, kind="review.reopened").exists()


def test_where_reviewers_disagree_a_third_person_decides(three: list[User], in_review: Application) -> None:
    first, second, third = three
    reviewed(in_review, first, 20, 40, by=first)
    reviewed(in_review, second, 50, 40, by=first)
    panel = panel_of(in_review, ReviewPoint.objects.all())
    assert (panel.is_split, [each.spread for each in panel.weighted]) == (True, [30, 0])
    assert panel.agreement == Decimal("75.0")
    assert "tidak sependapat" in signed_in(second).get(address(in_review)).content.decode()
    for reviewer in (first, second):
        with pytest.raises(MoveNotAllowed) as refused:
            decide(in_review, Outcome.CURATED, by=reviewer, reason="Baik.")
        assert refused.value.code == "third_person"
    decide(in_review, Outcome.CURATED, by=third, reason="Alat sudah dilihat.")
    in_review.refresh_from_db()
    assert in_review.status == A.CURATED


def test_the_programme_may_leave_a_disagreement_to_anybody_who_says_why(three: list[User]) -> None:
    first, second, _third = three
    (made,) = ranked(first, 10, reviewers_needed=2, split_decider=SplitDecider.ANY)
    reviewed(made, first, 20, 40, by=first)
    reviewed(made, second, 50, 40, by=first)
    decide(made, Outcome.CURATED, by=second, reason="Alat sudah dilihat.")
    made.refresh_from_db()
    assert made.status == A.CURATED


def test_the_database_keeps_those_who_disagree_from_deciding(three: list[User], in_review: Application) -> None:
    first, second, third = three
    reviewed(in_review, first, 34, 40, by=first)
    reviewed(in_review, second, 36, 40, by=first)
    for user, reason, said in ((first, "Baik.", "none of them decides"), (third, "", "says why")):
        with pytest.raises(IntegrityError, match=said), transaction.atomic():
            Decision.objects.create(application=in_review, outcome=A.CURATED, decided_by=user, reason=reason)
    Decision.objects.create(application=in_review, outcome=A.CHANGES_REQUESTED, decided_by=first, reason="Lengkapi.")


@pytest.mark.parametrize(
    ("points", "split"), [((45, 60), False), ((44, 60), True), ((34, 36), True), ((36, 36), False)]
)
def test_the_database_finds_the_same_disagreements(three: list[User], points: tuple[int, int], split: bool) -> None:
    (made,) = ranked(three[0], 10, reviewers_needed=2, split_decider=SplitDecider.ANY)
    for user, each in zip(three, points, strict=False):
        reviewed(made, user, each, 40, by=three[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT reviews_split(%s)", [made.pk])
        assert cursor.fetchone() == (split,)
    assert panel_of(made, ReviewPoint.objects.all()).is_split is split


# -- Where every officer has reviewed ----------------------------------------------------------------------------------


@pytest.fixture
def two() -> list[User]:
    first = officer()
    return [first, officer(first.organisation)]


def split_between(two: list[User], **fields: Any) -> Application:
    (made,) = ranked(two[0], 10, reviewers_needed=2, **fields)
    reviewed(made, two[0], 20, 40, by=two[0])
    reviewed(made, two[1], 50, 40, by=two[0])
    return made


def test_two_who_disagree_are_parted_by_an_approver(two: list[User]) -> None:
    approver = person(Role.APPROVER, two[0].organisation)
    made = split_between(two)
    assert Notification.objects.filter(user=approver, kind="review.split").count() == 1
    page = signed_in(two[0]).get(address(made)).content.decode()
    assert "pejabat berwenang yang memutuskan" in page
    assert 'name="outcome"' in signed_in(approver).get(address(made)).content.decode()
    unsaid = signed_in(approver).post(address(made), {"outcome": "curated"})
    assert unsaid.status_code == 422
    answer = signed_in(approver).post(address(made), {"outcome": "curated", "reason": "Alat sudah dilihat."})
    assert answer.status_code == 302
    assert made.decisions.order_by("-pk").first().decided_by == approver


def test_an_approver_decides_by_api_too_and_a_strangers_does_not(two: list[User]) -> None:
    approver, foreign = person(Role.APPROVER, two[0].organisation), person(Role.APPROVER, officer().organisation)
    made = split_between(two)
    sent = {"outcome": "curated", "reason": "Alat sudah dilihat."}
    assert Api(foreign).post(f"applications/{made.pk}/decide/", sent).status_code == 404
    assert Api(approver).post(f"applications/{made.pk}/decide/", sent).json()["status"] == A.CURATED


def test_the_only_approver_is_warned_that_who_decides_signs_no_contract(two: list[User]) -> None:
    """Before and after, on the page and by API; nothing is refused. With a colleague who could sign nobody is warned."""
    approver = person(Role.APPROVER, two[0].organisation)
    made = split_between(two)
    said = "satu-satunya pejabat berwenang"
    assert said in signed_in(approver).get(address(made)).content.decode()
    assert said not in signed_in(two[0]).get(address(made)).content.decode()
    url = f"applications/{made.pk}/"
    assert said in Api(approver).get(url).json()["warnings"][0]
    assert Api(two[0]).get(url).json()["warnings"] == []
    colleague = person(Role.APPROVER, two[0].organisation)
    assert said not in signed_in(approver).get(address(made)).content.decode()
    assert Api(approver).get(url).json()["warnings"] == []
    colleague.memberships.update(ended_at=timezone.now())
    answer = Api(approver).post(f"{url}decide/", {"outcome": "curated", "reason": "Alat sudah dilihat."})
    assert (answer.status_code, answer.json()["status"]) == (200, A.CURATED)
    assert said in answer.json()["warnings"][0]


def test_an_approver_with_nothing_to_decide_is_not_warned(three: list[User], in_review: Application) -> None:
    approver = person(Role.APPROVER, three[0].organisation)
    assert Api(approver).get(f"applications/{in_review.pk}/").json()["warnings"] == []


def test_an_approver_decides_nothing_that_an_officer_may(three: list[User], in_review: Application) -> None:
    approver = person(Role.APPROVER, three[0].organisation)
    reviewed(in_review, three[0], 20, 40, by=three[0])
    reviewed(in_review, three[1], 50, 40, by=three[0])
    with pytest.raises(NotPermitted):
        decide(in_review, Outcome.CURATED, by=approver, reason="Baik.")
    assert 'name="outcome"' not in signed_in(approver).get(address(in_review)).content.decode()


def test_an_approver_does_not_decide_where_the_reviewers_agree(two: list[User]) -> None:
    approver = person(Role.APPROVER, two[0].organisation)
    (made,) = ranked(two[0], 10, reviewers_needed=2)
    for user in two:
        reviewed(made, user, 30, 40, by=two[0])
    with pytest.raises(MoveNotAllowed) as refused:
        decide(made, Outcome.CURATED, by=approver, reason="Baik.")
    assert refused.value.code == "not_split"
    assert 'name="outcome"' not in signed_in(approver).get(address(made)).content.decode()


def test_an_approver_with_a_conflict_is_no_third_person(two: list[User]) -> None:
    approver = person(Role.APPROVER, two[0].organisation)
    made = split_between(two)
    Membership.objects.create(user=approver, organisation=made.enterprise.organisation, role=Role.STAFF)
    with pytest.raises(NotPermitted):
        decide(made, Outcome.CURATED, by=approver, reason="Baik.")


def test_a_programme_without_a_third_person_is_not_published(two: list[User]) -> None:
    draft = draft_programme(by=two[0], reviewers_needed=2)
    criteria_set(draft, publish=False)
    client, publish = signed_in(two[0]), f"/desk/programmes/{draft.pk}/publish/"
    refused = client.post(publish)
    assert refused.status_code == 422
    assert "tidak punya orang lain" in refused.content.decode()
    type(draft).objects.filter(pk=draft.pk).update(reviewers_needed=3)
    assert "staf Anda 2 orang" in client.post(publish).content.decode()
    type(draft).objects.filter(pk=draft.pk).update(reviewers_needed=2)
    person(Role.APPROVER, two[0].organisation)
    assert client.post(publish).status_code == 302


def test_reviewers_on_different_sides_of_the_threshold_disagree(three: list[User], in_review: Application) -> None:
    reviewed(in_review, three[0], 34, 40, by=three[0])
    reviewed(in_review, three[1], 36, 40, by=three[0])
    assert panel_of(in_review, ReviewPoint.objects.all()).is_split


def test_reviewers_who_agree_may_decide_themselves(three: list[User], in_review: Application) -> None:
    for user in three[:2]:
        reviewed(in_review, user, 30, 40, by=three[0])
    assert signed_in(three[1]).post(address(in_review), {"outcome": "curated", "reason": "Baik."}).status_code == 302
    assert Notification.objects.filter(kind="review.all_in").exists()


# -- Pages -------------------------------------------------------------------------------------------------------------


def test_by_hand_and_in_turn_on_the_pages(three: list[User], in_review: Application) -> None:
    client = signed_in(three[0])
    page = address(in_review) + "reviewers/"
    assert client.post(page, {"reviewer": officer().pk}).status_code == 422
    assert client.post(page, {"reviewer": three[1].pk}).status_code == 302
    review = Review.objects.get()
    assert client.post(page, {"release": review.pk}).status_code == 302
    review.refresh_from_db()
    assert review.status == ReviewStatus.RELEASED
    turn = f"/desk/programmes/{in_review.programme_id}/applicants/reviewers/"
    assert client.post(turn, {}).status_code == 422
    answer = client.post(turn, {"reviewers": [each.pk for each in three]}, follow=True)
    assert "2 tinjauan dibagikan" in answer.content.decode()
    assert Review.objects.active().count() == 2


def test_the_api_gives_and_takes_reviewers(three: list[User], in_review: Application) -> None:
    api = Api(three[0])
    reviews = f"applications/{in_review.pk}/reviews/"
    assert {each["id"] for each in api.get(reviews).json()["free"]} == {each.pk for each in three}
    assert api.post(f"applications/{in_review.pk}/reviewers/", {"reviewer": officer().pk}).status_code == 422
    made = api.post(f"applications/{in_review.pk}/reviewers/", {"reviewer": three[1].pk}).json()
    assert [each["status"] for each in made["reviews"]] == ["assigned"]
    gone = api.post(f"applications/{in_review.pk}/reviewers/release/", {"reviewer": three[1].pk}).json()
    assert [each["status"] for each in gone["reviews"]] == ["released"]
    turn = api.post(f"programmes/{in_review.programme_id}/reviewers-in-turn/", {"reviewers": [three[2].pk]})
    assert turn.json() == {"reviews": 1, "lacking": 1}
    assert Api(three[2]).post(f"applications/{in_review.pk}/conflict/", {"kind": "money"}).status_code == 204
    assert Api(officer()).get(reviews).status_code == 404


def test_after_a_review_comes_the_next_one(three: list[User]) -> None:
    first, second = ranked(three[0], 10, 9, reviewers_needed=1)
    for each in (first, second):
        assign_reviewer(each, three[1], by=three[0])
    client = signed_in(three[1])
    client.post(address(first) + "review/", {"no_conflict": "on"})
    points = {f"points_{each.pk}": "20" for each in weighted(first)}
    assert client.post(address(first) + "review/", points).url == address(second) + "review/"


def test_the_page_of_a_review_needs_as_many_queries_for_three_reviews_as_for_one(three: list[User]) -> None:
    def queries(count: int) -> int:
        (made,) = ranked(three[0], 10, reviewers_needed=count)
        for user in three[:count]:
            reviewed(made, user, 30, 40, by=three[0])
        client = signed_in(three[0])
        client.get(address(made))
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address(made)).status_code == 200
        return len(counted)

    assert queries(3) <= queries(2)
