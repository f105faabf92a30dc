"""The catalogue of features by API: what a program needs to write criteria that are taken, and to say how a value is mended."""

from __future__ import annotations

import pytest
from django.test import Client

from curation.scoring.features import FEATURES, FORBIDDEN
from tests.curation.test_curation_api import Api

pytestmark = pytest.mark.django_db


def test_everybody_reads_each_feature_with_its_group_and_what_it_may_become() -> None:
    answer = Api().get("scoring-features/")
    assert answer.status_code == 200
    told = answer.json()
    features = {each["key"]: each for each in told["features"]}
    assert list(features) == list(FEATURES)
    assert {each["group"] for each in features.values()} == {each["key"] for each in told["groups"]}
    named = {each["key"] for each in told["shapes"]}
    asked = {each["key"] for each in told["tests"]}
    assert all(each["shapes"] and set(each["shapes"]) <= named for each in features.values())
    assert all(each["tests"] and set(each["tests"]) <= asked for each in features.values())
    assert set(told["never"]) == FORBIDDEN
    assert not FORBIDDEN & set(features)
    capacity, form, halal = features["monthly_capacity"], features["legal_form"], features["halal"]
    assert (capacity["unit"], capacity["type"], capacity["source"]) == ("of_need", "decimal", "declared")
    assert "ratio" in capacity["shapes"]
    assert capacity["mend"] == {"how": "enter", "page": "/products/", "minutes": 5}
    assert "koperasi" in [each["value"] for each in form["choices"]]
    assert capacity["choices"] is None
    assert (halal["group"], halal["source"], halal["paper"], halal["least"]) == ("certificates", "paper", "halal", None)
    assert features["distance"]["source"] == "portal"
    assert (features["product_fit"]["values"], features["product_fit"]["most"]) == ([0, 2, 3, 4, 5], 5)


def test_it_speaks_both_languages() -> None:
    told = [
        Client(headers={"Accept-Language": language}).get("/api/v1/scoring-features/").json()
        for language in ("id", "en")
    ]
    for of_one, of_other in zip(told[0]["features"], told[1]["features"], strict=True):
        assert of_one["help"] != of_other["help"], of_one["key"]
    assert [each["label"] for each in told[1]["groups"]][:2] == ["Legality", "Trade and fit"]
    assert [each["label"] for each in told[0]["groups"]][:2] == ["Legalitas", "Usaha dan kecocokan"]
