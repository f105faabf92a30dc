"""A consortium by API alone, with the same answers as on the pages."""

from __future__ import annotations

import pytest

from curation.models import Consortium
from tests.curation.test_curation_api import Api
from tests.factories import consortia as make
from tests.factories import curation

pytestmark = pytest.mark.django_db
URL = "consortia/"


def test_from_a_look_to_the_last_acceptance() -> None:
    made = make.supply(600, 600, 600)
    desk = Api(made.officer)
    looked = desk.post(f"needs/{made.need.pk}/consortium/", {}).json()
    assert sum(float(member["quantity"]) for member in looked["members"]) == 1000
    assert looked["alternatives"]
    assert not Consortium.objects.exists()
    saved = desk.post(URL, {"need": made.need.pk, "seen": looked["seen"]})
    assert saved.status_code == 201, saved.content
    key = saved.json()["id"]
    assert desk.post(f"{URL}{key}/invite/", {"days": 3}).json()["status"] == "inviting"
    for member in Consortium.objects.get(pk=key).members.all():
        owner = Api(made.owner(member))
        mine = owner.get(f"consortium-parts/{member.pk}/").json()
        assert mine["status"] == "invited"
        assert len(mine["together_with"]) == 1
        assert owner.post(f"consortium-parts/{member.pk}/accept/", {}).json()["status"] == "accepted"
    assert desk.get(f"{URL}{key}/").json()["status"] == "complete"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"members_at_most": 0}, "members_at_most"),
        ({"members_at_most": 1000}, "members_at_most"),
        ({"months": 400}, "months"),
        ({"pinned": ["x"]}, "pinned"),
        ({"pinned": [1], "excluded": [1]}, "pinned"),
    ],
)
def test_bad_wishes_are_answered_at_their_field(sent: dict, field: str) -> None:
    made = make.supply()
    answer = Api(made.officer).post(f"needs/{made.need.pk}/consortium/", sent)
    assert answer.status_code in (400, 422)
    assert field in str(answer.json())


def test_what_is_short_is_said() -> None:
    made = make.supply(quantity=5000)
    looked = Api(made.officer).post(f"needs/{made.need.pk}/consortium/", {}).json()
    assert looked["members"] == []
    assert "3.500" in looked["short"][0]
    assert looked["helps"]
    assert Api(made.officer).post(URL, {"need": made.need.pk}).status_code in (400, 422)


def test_another_look_is_asked_for_where_something_else_would_be_saved() -> None:
    made = make.supply()
    assert Api(made.officer).post(URL, {"need": made.need.pk, "seen": "other"}).status_code == 409


def test_a_share_is_declined_and_filled_and_given_back_with_a_reason() -> None:
    made = make.supply(600, 600, 600)
    consortium = make.inviting(made)
    first, second = consortium.members.all()
    one = Api(made.owner(first))
    assert one.post(f"consortium-parts/{first.pk}/decline/", {}).json()["status"] == "declined"
    desk = Api(made.officer)
    again = desk.post(f"{URL}{consortium.pk}/again/", {"days": 2})
    assert again.status_code == 200, again.content
    assert sorted(member["status"] for member in again.json()["members"]) == ["declined", "invited", "invited"]
    two = Api(made.owner(second))
    assert two.post(f"consortium-parts/{second.pk}/accept/", {}).status_code == 200
    assert two.post(f"consortium-parts/{second.pk}/decline/", {}).status_code in (400, 422)
    gone = desk.post(f"{URL}{consortium.pk}/cancel/", {"reason": "Anggaran"})
    assert gone.json()["status"] == "cancelled"
    assert desk.post(f"{URL}{consortium.pk}/invite/", {}).status_code == 409
    assert two.post(f"consortium-parts/{second.pk}/accept/", {}).status_code == 409


def test_others_find_nothing() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    stranger = Api(curation.officer())
    assert stranger.get(f"{URL}{consortium.pk}/").status_code == 404
    assert stranger.post(f"needs/{made.need.pk}/consortium/", {}).status_code == 404
    assert stranger.get(URL).json()["results"] == []
