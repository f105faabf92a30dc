"""The main job by API: the same services, the same refusals, as problems."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.models import Application, Curation, Need, Programme
from portal import jobs
from portal.models import User
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import draft_programme, need, officer, product, programme
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

NEED = {
    "item": "Fitting pipa cor besi",
    "specification": "FC 250",
    "kbli": "24310",
    "quantity_per_month": "1000.00",
    "unit": "kilogram",
    "ceiling_price": 30000,
    "delivery_region": "33.10",
    "deliver_from": "2027-03-01",
    "deliver_until": "2027-12-31",
    "required_certificates": ["sni"],
}
CRITERIA = {
    "threshold": "75",
    "review_floor": "50",
    "criteria": [
        {"feature": "nib", "shape": "gate", "parameters": {"test": "is_true"}, "label_id": "NIB", "feedback_id": "Isi NIB."},
        {
            "feature": "workforce",
            "shape": "linear",
            "parameters": {"zero_at": "0", "full_at": "20"},
            "weight": "100",
            "label_id": "Pekerja",
            "feedback_id": "Tambah pekerja.",
        },
    ],
}  # fmt: skip


class Api:
    def __init__(self, user: User | None = None) -> None:
        self.client = signed_in(user) if user else Client()

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}")

    def post(self, path: str, data: dict | None = None) -> Any:
        return self.client.post(f"/api/v1/{path}", data or {}, content_type="application/json")

    def put(self, path: str, data: dict) -> Any:
        return self.client.put(f"/api/v1/{path}", data, content_type="application/json")

    def patch(self, path: str, data: dict) -> Any:
        return self.client.patch(f"/api/v1/{path}", data, content_type="application/json")


def test_the_whole_way() -> None:
    buyer = officer()
    desk = Api(buyer)
    made = desk.post("needs/", NEED)
    assert made.status_code == 201, made.content
    wanted = made.json()["id"]
    assert Api().get(f"needs/{wanted}/").status_code == 404
    assert desk.post(f"needs/{wanted}/publish/").json()["state"] == "open"
    assert Api().get("needs/").json()["count"] == 1
    now = timezone.now()
    made = desk.post(
        "programmes/",
        {
            "name": "Kurasi fitting",
            "needs": [wanted],
            "opens_at": (now - dt.timedelta(hours=1)).isoformat(),
            "closes_at": (now + dt.timedelta(days=20)).isoformat(),
            "quota": 3,
        },
    )
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert desk.post(f"programmes/{pk}/publish/").status_code == 422
    draft = desk.put(f"programmes/{pk}/criteria/draft/", CRITERIA)
    assert draft.status_code == 200, draft.content
    assert draft.json()["problems"] == []
    assert desk.post(f"programmes/{pk}/publish/").json()["status"] == "published"
    assert Api().get(f"programmes/{pk}/criteria/").json()["digest"]

    user = seller(workforce=12)
    sme = Api(user)
    offered = product(user.organisation.enterprise)
    made = sme.post("applications/", {"programme": pk, "product": offered.pk})
    assert made.status_code == 201, made.content
    mine = made.json()["id"]
    assert desk.get(f"applications/{mine}/").status_code == 404
    assert sme.post(f"applications/{mine}/submit/").json()["status"] == "submitted"
    assert sme.post(f"applications/{mine}/submit/").status_code == 409
    jobs.drain()
    assert sme.get(f"applications/{mine}/").json()["score"]["total"] == "60.00"
    assert desk.get("applications/").json()["results"][0]["total"] == "60.00"
    assert desk.post(f"programmes/{pk}/run/").status_code == 409
    Programme.objects.filter(pk=pk).update(closes_at=timezone.now())
    run = desk.post(f"programmes/{pk}/run/")
    assert run.status_code == 202, run.content
    jobs.drain()
    assert desk.get(f"scoring-runs/{run.json()['id']}/").json()["in_review"] == 1

    assert desk.post(f"applications/{mine}/decide/", {"outcome": "declined"}).status_code == 422
    assert desk.post(f"applications/{mine}/decide/", {"outcome": "curated"}).status_code == 422
    answer = desk.post(f"applications/{mine}/decide/", {"outcome": "declined", "reason": "Belum cukup pekerja."})
    assert answer.status_code == 200, answer.content
    read = sme.get(f"applications/{mine}/").json()
    assert read["decisions"][0]["by"] == "person"
    assert read["decisions"][0]["feedback"][0]["found"] == "12 orang"
    assert sme.post(f"applications/{mine}/appeal/", {"text": "Ada 20 pekerja sekarang."}).json()["status"] == "appealed"
    refused = desk.post(f"applications/{mine}/decide/", {"outcome": "curated", "reason": "Baik."})
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    other = Api(officer(buyer.organisation))
    done = other.post(f"applications/{mine}/decide/", {"outcome": "curated", "reason": "Bukti diterima."}).json()
    assert done["status"] == "curated"
    checked = Api().get(f"curations/verify/{done['certificate']}/").json()
    assert checked["valid"] is True
    assert checked["enterprise"] == user.organisation.name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deliver_until": "2027-01-01"}, "deliver_until"),
        ({"quantity_per_month": "0"}, "quantity_per_month"),
        ({"quantity_per_month": "-5"}, "quantity_per_month"),
        ({"ceiling_price": 10**15}, "ceiling_price"),
        ({"ceiling_price": "1.234,5"}, "ceiling_price"),
        ({"kbli": "99999"}, "kbli"),
        ({"kbli": "2431"}, "kbli"),
        ({"delivery_region": "99"}, "delivery_region"),
        ({"required_certificates": ["nonsense"]}, "required_certificates"),
    ],
)
def test_a_bad_need_names_its_field(changes: dict, field: str) -> None:
    answer = Api(officer()).post("needs/", NEED | changes)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"weight": "0"}, "weight"),
        ({"weight": "100.001"}, "weight"),
        ({"minimum": "101"}, "minimum"),
        ({"parameters": {"zero_at": "5", "full_at": "5"}}, "parameters"),
        ({"parameters": {"zero_at": 1.5, "full_at": "5"}}, "parameters"),
        ({"feature": "religion"}, "feature"),
    ],
)
def test_a_bad_criterion_names_its_field(row: dict, field: str) -> None:
    user = officer()
    subject = draft_programme(by=user)
    subject.criteria_sets.create(threshold=75, review_floor=60)
    answer = Api(user).put(
        f"programmes/{subject.pk}/criteria/draft/", CRITERIA | {"criteria": [CRITERIA["criteria"][1] | row]}
    )
    assert answer.status_code == 422
    assert list(answer.json()["errors"]["criteria"]["0"]) == [field]


def test_weights_that_do_not_sum_to_100_are_a_problem_of_the_draft() -> None:
    user = officer()
    subject = draft_programme(by=user)
    subject.criteria_sets.create(threshold=75, review_floor=60)
    row = CRITERIA["criteria"][1] | {"weight": "99.99"}
    answer = Api(user).put(f"programmes/{subject.pk}/criteria/draft/", CRITERIA | {"criteria": [row]})
    assert [problem["code"] for problem in answer.json()["problems"]] == ["weights"]


def test_a_programme_that_ends_before_it_begins_or_has_no_places() -> None:
    user = officer()
    wanted = need(by=user)
    data = {
        "name": "x",
        "needs": [wanted.pk],
        "opens_at": "2027-02-01T00:00:00Z",
        "closes_at": "2027-01-01T00:00:00Z",
        "quota": 1,
    }
    desk = Api(user)
    assert list(desk.post("programmes/", data).json()["errors"]) == ["closes_at"]
    assert list(
        desk.post("programmes/", data | {"closes_at": "2027-03-01T00:00:00Z", "quota": 0}).json()["errors"]
    ) == ["quota"]
    foreign = need()
    answer = desk.post("programmes/", data | {"closes_at": "2027-03-01T00:00:00Z", "needs": [foreign.pk]})
    assert list(answer.json()["errors"]) == ["needs"]


def test_a_stranger_sees_and_moves_nothing() -> None:
    (made,) = ranked(officer(), 10)
    for user in (officer(), seller()):
        other = Api(user)
        assert other.get("applications/").json()["count"] == 0
        assert other.get(f"applications/{made.pk}/").status_code == 404
        for move in ("submit", "withdraw", "decide", "appeal", "answer"):
            assert other.post(f"applications/{made.pk}/{move}/", {"outcome": "curated", "text": "x"}).status_code in (
                403,
                404,
            )
    assert Api().get("applications/").status_code == 401
    assert Application.objects.get(pk=made.pk).status == A.IN_REVIEW


def test_a_closed_programme_is_a_conflict() -> None:
    subject = programme(closes_at=timezone.now() - dt.timedelta(seconds=1))
    user = seller()
    offered = product(user.organisation.enterprise)
    answer = Api(user).post("applications/", {"programme": subject.pk, "product": offered.pk})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("programme_closed")


def test_a_foreign_product_is_no_product() -> None:
    answer = Api(seller()).post(
        "applications/", {"programme": programme().pk, "product": product(seller().organisation.enterprise).pk}
    )
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["product"]


def test_withdrawing_is_the_enterprises_own() -> None:
    (made,) = ranked(officer(), 10)
    assert Api(acting(made)).post(f"applications/{made.pk}/withdraw/").json()["status"] == "withdrawn"


def test_a_revoked_mark_says_so() -> None:
    (made,) = ranked(officer(), 20)
    curation = Curation.objects.get(application=made)
    Curation.objects.filter(pk=curation.pk).update(
        revoked_at=timezone.now(), revoked_by=officer(), revoked_reason="Dicabut."
    )
    answer = Api().get(f"curations/verify/{curation.token}/").json()
    assert (answer["valid"], answer["revoked_reason"]) == (False, "Dicabut.")
    assert Api().get("curations/verify/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_what_ones_own_score_would_be_and_what_would_get_it_curated() -> None:
    subject, user = programme(), seller(workforce=12, annual_sales=5 * 10**8)
    offered = product(user.organisation.enterprise)
    sme = Api(user)
    body = sme.get(f"programmes/{subject.pk}/dry-run/?product={offered.pk}").json()
    assert (body["total"], body["threshold"], body["passes"]) == ("56.00", "75.00", False)
    assert {each["feature"]: each["points"] for each in body["results"]} == {
        "nib": None,
        "workforce": "36.00",
        "annual_sales": "20.00",
    }
    assert {step["label"] for step in body["path"]["steps"]} <= {"Kriteria workforce", "Kriteria annual_sales"}
    assert body["path"]["total"]
    assert not Application.objects.exists(), "nothing is stored"
    assert sme.get(f"programmes/{subject.pk}/dry-run/").json()["total"] == "56.00"
    best = seller(workforce=20, annual_sales=10**9)
    assert Api(best).get(f"programmes/{subject.pk}/dry-run/").json()["path"] is None


def test_a_dry_run_is_of_ones_own_product_alone() -> None:
    subject, user = programme(), seller()
    foreign = product(seller().organisation.enterprise)
    sme = Api(user)
    assert sme.get(f"programmes/{subject.pk}/dry-run/?product={foreign.pk}").status_code == 404
    assert sme.get(f"programmes/{subject.pk}/dry-run/?product=x").status_code == 422
    assert Api(officer()).get(f"programmes/{subject.pk}/dry-run/").status_code == 403
    assert Api().get(f"programmes/{subject.pk}/dry-run/").status_code == 401
    draft = draft_programme()
    assert sme.get(f"programmes/{draft.pk}/dry-run/").status_code == 404


def test_the_way_to_be_curated_stands_beside_a_score() -> None:
    (made,) = ranked(officer(), 10)
    score = Api(acting(made)).get(f"applications/{made.pk}/").json()["score"]
    assert score["path"]["steps"] is not None
    assert (score["kind"], score["passes"]) == ("official", False)


def test_criteria_begin_with_a_template() -> None:
    user = officer()
    subject = draft_programme(by=user)
    subject.criteria_sets.create(threshold=75, review_floor=60)
    desk = Api(user)
    templates = desk.get("criteria-templates/").json()
    assert "metal_casting" in [each["key"] for each in templates]
    chosen = templates[0]
    url = f"programmes/{subject.pk}/criteria/template/"
    answer = desk.post(url, {"template": chosen["key"]})
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["criteria"]) == len(chosen["criteria"])
    assert answer.json()["problems"] == []
    assert desk.post(url, {"template": chosen["key"]}).status_code == 409
    assert desk.post(url, {"template": "nonsense"}).status_code == 422


def test_the_marks_a_buyer_gave_and_taking_one_back() -> None:
    user = officer()
    first, second = ranked(user, 20, 19, quota=1)
    desk = Api(user)
    (mark,) = desk.get("curations/?valid=true").json()["results"]
    assert mark["enterprise_id"] == first.enterprise_id
    assert Api(officer()).get("curations/").json()["count"] == 0
    url = f"curations/{mark['token']}/revoke/"
    assert Api(officer()).post(url, {"reason": "x"}).status_code == 404
    assert desk.post(url, {"reason": ""}).status_code == 422
    assert desk.post(url, {"reason": "Sertifikat dicabut."}).json()["valid"] is False
    assert desk.post(url, {"reason": "Lagi."}).status_code == 409
    second.refresh_from_db()
    assert second.status == A.CURATED


def test_a_programme_ends_and_has_more_places() -> None:
    user = officer()
    (made,) = ranked(user, 20)
    desk = Api(user)
    url = f"programmes/{made.programme_id}/"
    assert desk.post(f"{url}quota/", {"quota": 1}).status_code == 422
    assert desk.post(f"{url}quota/", {"quota": 9}).json()["quota"] == 9
    assert desk.post(f"{url}archive/").json()["status"] == "archived"
    assert desk.post(f"{url}archive/").status_code == 409
