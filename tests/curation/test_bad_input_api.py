"""Bad input that the main job must answer well, by API: criteria nobody can meet, and a programme without places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from curation.enums import ApplicationStatus as A
from curation.models import Programme
from curation.services.review import Finding, decide
from tests.curation.test_curation_api import CRITERIA, Api
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import criteria_set, draft_programme, officer, product, programme
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import curation_of
from tests.factories.products import seller

pytestmark = pytest.mark.django_db

HALF = {"steps": [{"at_least": "0", "share": "50"}]}


def test_a_threshold_that_nobody_can_reach_keeps_the_programme_shut() -> None:
    user = officer()
    subject = draft_programme(by=user)
    criteria_set(subject, [], publish=False)
    desk = Api(user)
    row = CRITERIA["criteria"][1] | {"shape": "steps", "parameters": HALF}
    draft = desk.put(f"programmes/{subject.pk}/criteria/draft/", CRITERIA | {"criteria": [row]})
    assert draft.status_code == 200, "half-done criteria are kept"
    (problem,) = draft.json()["problems"]
    assert problem["code"] == "threshold"
    assert "50" in problem["message"]
    refused = desk.post(f"programmes/{subject.pk}/publish/")
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert problem["message"] in str(refused.json()["errors"])
    assert Programme.objects.get().status == "draft"


@pytest.mark.parametrize("weight", ["99.99", "100.00"])
def test_weights_that_make_100_and_others(weight: str) -> None:
    user = officer()
    subject = draft_programme(by=user)
    criteria_set(subject, [], publish=False)
    desk = Api(user)
    rows = [CRITERIA["criteria"][1] | {"weight": weight}]
    assert desk.put(f"programmes/{subject.pk}/criteria/draft/", CRITERIA | {"criteria": rows}).status_code == 200
    assert desk.post(f"programmes/{subject.pk}/publish/").status_code == (200 if weight == "100.00" else 422)


def test_a_full_programme_says_so_and_takes_who_wants_to_wait() -> None:
    subject = programme(quota=1)
    curation_of(enterprise(), subject, by=subject.created_by)
    user = seller(workforce=20, annual_sales=10**9)
    sme = Api(user)
    assert Api().get(f"programmes/{subject.pk}/").json()["is_full"] is True
    offered = product(user.organisation.enterprise)
    made = sme.post("applications/", {"programme": subject.pk, "product": offered.pk})
    assert made.status_code == 201
    assert sme.post(f"applications/{made.json()['id']}/submit/").json()["status"] == "submitted"


def test_the_quota_is_kept_and_the_next_waits() -> None:
    user = officer()
    best, second, middling = ranked(user, 20, 19, 10, quota=1)
    desk = Api(user)
    assert [desk.get(f"applications/{each.pk}/").json()["status"] for each in (best, second)] == [
        "curated",
        "waitlisted",
    ]
    assert desk.get(f"applications/{second.pk}/").json()["waiting_place"] == 1
    assert Api().get(f"programmes/{best.programme_id}/").json()["is_full"] is True
    decided = desk.post(f"applications/{middling.pk}/decide/", {"outcome": "curated", "reason": "Mesin baru."})
    assert (decided.status_code, decided.json()["status"]) == (200, "waitlisted")


def test_an_upheld_appeal_waits_while_the_quota_is_full() -> None:
    user = officer()
    _best, middling = ranked(user, 20, 10, quota=1)
    decide(middling, A.DECLINED, by=user, reason="Belum cukup.", findings=[Finding(text="Kapasitas")])
    Api(acting(middling)).post(f"applications/{middling.pk}/appeal/", {"text": "Ada mesin baru."})
    other = Api(officer(user.organisation))
    body: dict[str, Any] = {"outcome": "curated", "reason": "Bukti diterima."}
    upheld = other.post(f"applications/{middling.pk}/decide/", body)
    assert (upheld.status_code, upheld.json()["status"], upheld.json()["waiting_place"]) == (200, "waitlisted", 1)
    assert other.post(f"programmes/{middling.programme_id}/quota/", {"quota": 2}).status_code == 200
    assert other.get(f"applications/{middling.pk}/").json()["status"] == "curated"
    assert Programme.objects.get().minimum_coverage == Decimal(0)
