"""A rule stands once, in the service: page and API refuse the same, in the same words, at the same field."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from curation.models import Need, Programme
from curation.services import criteria as service
from portal.flow import TooLate
from tests.curation.test_curation_api import CRITERIA, Api
from tests.curation.test_curation_api import NEED as NEED_SENT
from tests.curation.test_programme_pages import NEED as NEED_TYPED
from tests.curation.test_programme_pages import local, round_data
from tests.factories.curation import criteria_set, draft_programme, need, officer, programme
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "sent", "field"),
    [
        ({"deliver_until": "2027-02-01"}, {"deliver_until": "2027-02-01"}, "deliver_until"),
        ({"quantity_per_month": "0"}, {"quantity_per_month": "0"}, "quantity_per_month"),
        ({"ceiling_price": "0"}, {"ceiling_price": 0}, "ceiling_price"),
    ],
)
def test_a_need(typed: dict, sent: dict, field: str) -> None:
    user = officer()
    page = signed_in(user).post("/desk/needs/add/", NEED_TYPED | typed)
    answer = Api(user).post("needs/", NEED_SENT | sent)
    assert (page.status_code, answer.status_code) == (422, 422)
    assert answer.json()["errors"] == {field: page.context["form"].errors[field]}
    assert not Need.objects.exists()


def test_a_paper_that_no_buyer_may_ask_for() -> None:
    user = officer()
    page = signed_in(user).post("/desk/needs/add/", NEED_TYPED | {"required_certificates": ["npwp"]})
    answer = Api(user).post("needs/", NEED_SENT | {"required_certificates": ["npwp"]})
    assert "required_certificates" in page.context["form"].errors
    assert list(answer.json()["errors"]) == ["required_certificates"]


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"opens_at": 48, "closes_at": 24}, "closes_at"),
        ({"opens_at": -48, "closes_at": -24}, "closes_at"),
        ({"cut_off": 24 * 300}, "cut_off"),
    ],
    ids=["closes before it opens", "closed in the past", "a cut-off outside"],
)
def test_the_dates_of_a_programme(hours: dict[str, int], field: str) -> None:
    user = officer()
    wanted = need(by=user)
    moments = {name: timezone.now() + dt.timedelta(hours=each) for name, each in hours.items()}
    typed, sent = round_data(wanted), programme_data(wanted)
    for name, moment in moments.items():
        if name == "cut_off":
            typed["cut_off_2"], sent["cut_off_dates"] = str(moment.date()), [str(moment.date())]
        else:
            typed[name], sent[name] = local(moment), moment.isoformat()
    page = signed_in(user).post("/desk/programmes/add/", typed)
    answer = Api(user).post("programmes/", sent)
    on_page, in_body = ("cut_off_2", "cut_off_dates") if field == "cut_off" else (field, field)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {in_body: page.context["form"].errors[on_page]}
    assert not Programme.objects.exists()


def programme_data(wanted: Need, **changes: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "name": "Kurasi",
        "needs": [wanted.pk],
        "opens_at": now.isoformat(),
        "closes_at": (now + dt.timedelta(days=20)).isoformat(),
        "quota": 3,
        **changes,
    }


def test_dates_that_stand_already_are_held_against_those_that_change() -> None:
    """Also where only one of them is sent."""
    user = officer()
    wanted = need(by=user)
    day = timezone.localdate() + dt.timedelta(days=15)
    made = Api(user).post("programmes/", programme_data(wanted, cut_off_dates=[str(day)])).json()
    sooner = {"closes_at": (timezone.now() + dt.timedelta(days=9)).isoformat()}
    assert list(Api(user).patch(f"programmes/{made['id']}/", sooner).json()["errors"]) == ["cut_off_dates"]


def test_a_round_ranks_before_its_end_on_as_many_as_twelve_days() -> None:
    user = officer()
    wanted = need(by=user)
    days = [timezone.localdate() + dt.timedelta(days=2 + number) for number in range(13)]
    typed = {f"cut_off_{number}": str(day) for number, day in enumerate(days[:12], start=1)}
    assert signed_in(user).post("/desk/programmes/add/", round_data(wanted, **typed)).status_code == 302
    assert Programme.objects.get().cut_off_dates == days[:12]
    sent = programme_data(wanted, cut_off_dates=[str(day) for day in days[:12]])
    assert Api(user).post("programmes/", sent).status_code == 201
    one_more = Api(user).post("programmes/", sent | {"cut_off_dates": [str(day) for day in days]})
    assert (one_more.status_code, list(one_more.json()["errors"])) == (422, ["cut_off_dates"])
    page = signed_in(user).get(f"/desk/programmes/{Programme.objects.first().pk}/edit/")
    assert 'name="cut_off_12"' in page.content.decode()


def test_further_days_are_folded_until_one_is_typed_or_wrong() -> None:
    user = officer()
    client = signed_in(user)
    empty = client.get("/desk/programmes/add/").content.decode()
    assert empty.count('name="cut_off_') == 12
    assert "<details><summary" in empty
    wrong = client.post("/desk/programmes/add/", round_data(need(by=user), cut_off_9="2031-01-01"))
    assert wrong.status_code == 422
    assert "<details open>" in wrong.content.decode()
    assert "cut_off_9" in wrong.context["form"].errors


def test_a_withdrawn_need_starts_no_programme() -> None:
    user = officer()
    wanted = need(by=user, withdrawn_at=timezone.now())
    page = signed_in(user).post("/desk/programmes/add/", round_data(wanted))
    answer = Api(user).post("programmes/", programme_data(wanted))
    assert "needs" in page.context["form"].errors
    assert list(answer.json()["errors"]) == ["needs"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"weight": "0"}, "weight"), ({"minimum": "50"}, "minimum"), ({"zero_at": "20"}, "parameters")],
)
def test_a_criterion(changes: dict[str, str], field: str) -> None:
    user = officer()
    subject = draft_programme(by=user)
    criteria_set(subject, [], publish=False)
    words = {"label_id": "Pekerja", "feedback_id": "Tambah pekerja."}
    typed = {"weight": "40", "zero_at": "0", "full_at": "20"} | changes
    page = signed_in(user).post(f"/desk/programmes/{subject.pk}/criteria/add/workforce/linear/", words | typed)
    row = words | {
        "feature": "workforce",
        "shape": "linear",
        "weight": typed["weight"],
        "minimum": typed.get("minimum"),
        "parameters": {"zero_at": typed["zero_at"], "full_at": typed["full_at"]},
    }
    answer = Api(user).put(f"programmes/{subject.pk}/criteria/draft/", CRITERIA | {"criteria": [row]})
    on_page = "full_at" if field == "parameters" else field
    assert answer.json()["errors"]["criteria"]["0"] == {field: page.context["form"].errors[on_page]}


@pytest.mark.parametrize(
    "band", [{"threshold": "0", "review_floor": "0"}, {"threshold": "50", "review_floor": "60"}], ids=str
)
def test_the_band(band: dict[str, str]) -> None:
    user = officer()
    subject = draft_programme(by=user)
    criteria_set(subject, [], publish=False)
    page = signed_in(user).post(f"/desk/programmes/{subject.pk}/criteria/", band)
    answer = Api(user).put(f"programmes/{subject.pk}/criteria/draft/", CRITERIA | band)
    assert answer.status_code == 422
    assert answer.json()["errors"] == page.context["form"].errors


def test_what_was_published_or_removed_while_it_waited_for_the_lock_is_not_written() -> None:
    """Not a page's check alone: the service holds the version before it writes."""
    user = officer()
    subject = draft_programme(by=user)
    draft = criteria_set(subject, publish=False)
    row = draft.criteria.get(feature="workforce")
    service.remove_criterion(row, by=user)
    with pytest.raises(TooLate):
        service.change_criterion(row, by=user, **values_of(row))
    with pytest.raises(TooLate):
        service.remove_criterion(row, by=user)
    published = programme(by=user).criteria
    with pytest.raises(TooLate):
        service.balance(published, threshold=50, review_floor=40, weights={}, by=user)
    with pytest.raises(TooLate):
        service.add_criterion(published, by=user, **values_of(row))


def values_of(row: Any) -> dict[str, Any]:
    names = (
        "feature",
        "shape",
        "parameters",
        "weight",
        "minimum",
        "label_id",
        "label_en",
        "feedback_id",
        "feedback_en",
    )
    return {name: getattr(row, name) for name in names}
